//! Why the journal, or one entry of it, cannot be used. Nothing here carries a secret.

use std::path::PathBuf;

use protocol::crypto::{CryptoError, RecordError};

use super::IoCause;

/// The journal cannot be used. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// Its folder or a file in it.
    #[error("the journal cannot be read or written: {path}")]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        cause: IoCause,
    },
    /// Sealing failed.
    #[error("the journal cannot be sealed")]
    Seal(#[from] CryptoError),
    /// Writing an entry as text failed.
    #[error("an entry of the journal cannot be written")]
    Text,
}

/// Why an entry cannot be read. It is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// It does not open.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It opens, and what is inside is not understood.
    #[error("its content is not understood")]
    Content,
    /// The system does not let it be read.
    #[error("the system does not let it be read")]
    Unreadable,
}
