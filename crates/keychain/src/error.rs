//! Why a keychain did not do what was asked, and what the user can do about it. Nothing here carries a secret.

/// What a store's own library said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a keychain did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// There is no such service (a server, a container), or no key file at the path.
    #[error("there is no keychain here")]
    Absent {
        /// What was tried.
        source: Option<Cause>,
    },
    /// The keychain is locked, and was not unlocked: the prompt was dismissed, ran out, or could not be shown.
    #[error("the keychain is locked")]
    Locked {
        /// What the keychain said.
        source: Option<Cause>,
    },
    /// The keychain is there and says no.
    #[error("the keychain refused")]
    Refused {
        /// What the keychain said.
        source: Option<Cause>,
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
    Io(#[from] std::io::Error),
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
    /// The key of the journal.
    JournalKey,
    /// The whole key file.
    File,
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

impl KeychainError {
    /// What the user can do; the error's own text says what happened.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Absent { .. } => {
                "Start a keychain service (for example GNOME Keyring or KeePassXC), or choose a passphrase for an encrypted key file."
            }
            Self::Locked { .. } => "Unlock the keychain and try again.",
            Self::Refused { .. } => "Look at the keychain's own settings, or use an encrypted key file.",
            Self::NoAnswer => {
                "Look for a waiting prompt of the keychain and answer it, or restart the keychain service."
            }
            Self::Corrupt { part, owner, .. } => remedy_of(*part, *owner),
            Self::WrongPassphrase => "Type the passphrase again.",
            Self::ShortPassphrase { .. } => "Choose a longer passphrase; several words are easy to remember.",
            Self::Exists => "Open it with its passphrase, or move it away first.",
            Self::Io(_) => "Check that the folder exists, is yours, and that its disk is not full.",
        }
    }

    pub(super) fn own(part: Part, why: &'static str) -> Self {
        Self::Corrupt {
            part,
            owner: Owner::Own,
            why,
        }
    }
}

fn remedy_of(part: Part, owner: Owner) -> &'static str {
    match (owner, part) {
        (Owner::CommandLine, Part::Session) => {
            "Sign in here instead, or sign in again with the command line."
        }
        (Owner::CommandLine, Part::EnvironmentKey) => {
            "Nothing is lost: the key is fetched from the server again."
        }
        (Owner::CommandLine, _) => "Link a new device here; the command line's entries are left as they are.",
        (Owner::Own, Part::Session) => "Sign in again.",
        (Owner::Own, Part::JournalKey) => {
            "Put the keychain's backup back; without it, what the journal still holds cannot be read."
        }
        (Owner::Own, Part::File) => {
            "Put a backup of the key file back, or move it away and start with a new one."
        }
        (Owner::Own, _) => "Unlink this device and link it again; another device then shares the keys anew.",
    }
}
