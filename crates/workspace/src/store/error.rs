//! What the store can refuse. What a caller is told about it is the API's business ([`crate::answer`]).

use super::super::random::NoRandomness;
use private_file::Disk;

/// Why something was not read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// SQLite refused. Its texts name tables and columns, never values.
    #[error("the database refused an operation")]
    Database(#[from] rusqlite::Error),
    /// It is not there.
    #[error("{0:?} is not there")]
    NotFound(Thing),
    /// It is there, and not the caller's to use.
    #[error("not allowed: {0:?}")]
    Denied(Denial),
    /// Too many attempts within a time; carries how many seconds to wait.
    #[error("too many attempts; {0} seconds to wait")]
    TooMany(u64),
    /// The disk takes nothing.
    #[error("{0}")]
    NoRoom(Disk),
    /// The operating system gives no random numbers.
    #[error("there are no random numbers")]
    NoRandomness,
    /// The thread of the database ended in the middle of the work.
    #[error("the work was cut off")]
    CutOff,
}

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Organization,
    Project,
    Environment,
    Device,
    /// One with a password.
    Account,
}

/// Why something is not the caller's to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// The caller is no member of the organisation.
    NotAMember,
    /// The organisation's variables are kept by the desktop program now.
    Moved,
    /// The device is somebody else's.
    DeviceNotOwn,
    /// The device was revoked.
    DeviceRevoked,
    /// There is no such device. Not [`StoreError::NotFound`]: where a device is named beside what is asked for, it is a
    /// field that is wrong.
    DeviceUnknown,
}

impl From<NoRandomness> for StoreError {
    fn from(_: NoRandomness) -> Self {
        Self::NoRandomness
    }
}
