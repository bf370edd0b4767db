//! Why a keychain did not do what was asked. Nothing here carries a secret.

use super::IoCause;

/// Why a keychain did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// There is no such service (a server, a container), or no key file at the path.
    #[error("there is no keychain here")]
    Absent {
        /// What was tried.
        cause: Option<String>,
    },
    /// The keychain is locked, and was not unlocked: the prompt was dismissed, ran out, or could not be shown.
    #[error("the keychain is locked")]
    Locked {
        /// What the keychain said.
        cause: Option<String>,
    },
    /// The keychain is there and says no.
    #[error("the keychain refused")]
    Refused {
        /// What the keychain said.
        cause: Option<String>,
    },
    /// The keychain is there and said nothing within the time limit.
    #[error("the keychain did not answer in time")]
    NoAnswer,
    /// An entry is there and cannot be used.
    #[error("the {part} of {owner} cannot be used: {why}")]
    Corrupt {
        /// Which entry.
        part: Part,
        /// Whose entry.
        owner: Owner,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The key file was made with another passphrase.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// A new passphrase that can be guessed too quickly.
    #[error("a passphrase needs at least {least} characters")]
    ShortPassphrase {
        /// How many are needed.
        least: usize,
    },
    /// The key file exists already.
    #[error("there is a key file already")]
    Exists,
    /// The key file could not be read or written.
    #[error("the key file could not be read or written")]
    Io(IoCause),
}

/// The parts of a keychain that can be damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The signed-in user's token.
    Session,
    /// The document about this device.
    Identity,
    /// The device's Ed25519 seed.
    SigningKey,
    /// The device's X25519 private key.
    EncryptionKey,
    /// The cached key of an environment.
    EnvironmentKey,
    JournalKey,
    /// The whole key file.
    File,
}

/// Where the keys of this machine's device are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeysIn {
    /// The entry of the device in the system's keychain.
    Keychain,
    /// The same in the key file.
    KeyFile,
    /// The file of the local workspace.
    LocalKeys,
    /// Nowhere that has a name.
    #[default]
    Memory,
}

/// Who made an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This program.
    Own,
    /// The Ghostable command line, whose entries are only read.
    CommandLine,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Session => "session",
            Self::Identity => "device identity",
            Self::SigningKey => "device's signing key",
            Self::EncryptionKey => "device's encryption key",
            Self::EnvironmentKey => "cached environment key",
            Self::JournalKey => "journal key",
            Self::File => "key file",
        })
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Own => "this app",
            Self::CommandLine => "the Ghostable command line",
        })
    }
}

impl From<std::io::Error> for KeychainError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.into())
    }
}
