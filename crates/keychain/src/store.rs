//! What every back end offers: texts under a service and an account. Blocking; [`super::Keychain`] keeps it off the
//! executor and within its time limit.

use std::time::Duration;

use zeroize::{Zeroize, Zeroizing};

use model::KeychainError;
use protocol::secret::SecretText;

/// The name of an entry. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Item {
    /// What it is.
    pub service: String,
    /// Whose it is.
    pub account: String,
}

impl Item {
    /// An entry's name.
    pub fn new(service: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            account: account.into(),
        }
    }

    /// `service/account`: the label on Linux, the target on Windows (docs/protocol.md 4.3).
    pub fn label(&self) -> String {
        format!("{}/{}", self.service, self.account)
    }
}

/// The bytes of an entry as they were found; wiped on drop.
#[derive(Clone)]
pub struct Raw(Zeroizing<Vec<u8>>);

impl Raw {
    /// Takes bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The text, or nothing if it is not UTF-8.
    pub fn into_text(mut self) -> Option<SecretText> {
        match String::from_utf8(std::mem::take(&mut *self.0)) {
            Ok(text) => Some(SecretText::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Raw([redacted])")
    }
}

/// A store that can be looked into.
pub trait Read: Send + Sync {
    /// What is stored under this name. `None` only where the store was open and has nothing.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn read(&self, item: &Item) -> Result<Option<Raw>, KeychainError>;
}

/// A store that can be written to.
pub trait Store: Read {
    /// Stores or replaces.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn write(&self, item: &Item, value: &SecretText) -> Result<(), KeychainError>;

    /// Removes; that there is nothing is fine.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    fn remove(&self, item: &Item) -> Result<(), KeychainError>;

    /// Whether the store is there, without reading an entry or asking the user for anything.
    ///
    /// # Errors
    /// [`KeychainError::Absent`], [`KeychainError::Refused`], [`KeychainError::NoAnswer`].
    fn probe(&self) -> Result<(), KeychainError>;

    /// After how long a call is given up, prompts included.
    fn time_limit(&self) -> Duration;

    /// Which kind it is.
    fn kind(&self) -> StoreKind;
}

/// Where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// The operating system's keychain.
    System,
    /// A file, encrypted with a passphrase.
    File,
}
