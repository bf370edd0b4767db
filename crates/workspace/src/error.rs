//! What can go wrong with the workspace as a whole. Refusals of single requests are [`super::answer::Refusal`].

use std::net::SocketAddr;
use std::path::PathBuf;

use private_file::Disk;

/// Why the workspace cannot be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// The file is not a database, or a damaged one. It is left as it is.
    #[error(
        "the workspace's database {} is damaged or is not a database ({reason}); restore a backup, or put the files back \
         with the -wal file that may have been beside it, or move it, workspace.imprint and local-keys.json away and start \
         again to get a new workspace; if the database was changed by hand, moving workspace.imprint away accepts it as it \
         is; nothing has been changed",
        path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says about it.
        reason: String,
    },
    /// A later release wrote the database.
    #[error(
        "the workspace's database {} was written by a newer release (format {found}, this one reads up to {known}); \
         install the newer release",
        path.display()
    )]
    TooNew {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: i64,
        /// The newest format this release knows.
        known: i64,
    },
    /// The file with the workspace's own device is gone or unreadable, so nothing in the database can be opened.
    #[error(
        "the keys of the workspace's own device cannot be read from {}: {reason}; put the file back, or move the \
         database beside it away and start again to get a new workspace",
        path.display()
    )]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; never its content.
        reason: String,
    },
    /// Others may change what is in the folder.
    #[error(
        "{} is not private: {reason}; what is kept there has to be its owner's alone (chmod 700 for the folder)",
        path.display()
    )]
    NotPrivate {
        /// The folder, or the file in it.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A new workspace cannot be made, or nothing can be written.
    #[error("{disk}; make room, or name another folder")]
    NoRoom {
        /// Which disk, and what is left of it.
        disk: Disk,
    },
    /// A window or `serve` has the workspace open.
    #[error("the workspace in {} is open; close the window, or end `serve`, and try again", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// There is something where a backup should be written.
    #[error("{} is there already; choose another name, or say that it may be replaced", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file is no backup that can be restored.
    #[error("{} is not a backup that can be restored: {reason}; nothing has been changed", path.display())]
    NotABackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another program listens there.
    #[error("{address} is in use by another program; choose another port, or 0 for a free one")]
    PortInUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// Only this machine may reach the workspace.
    #[error("{address} can be reached from other machines; the workspace listens on 127.0.0.1 or ::1 only")]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address cannot be listened on for another reason.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A file or folder cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database refused something.
    #[error("the workspace's database refused an operation")]
    Database(#[from] rusqlite::Error),
    /// The sample data could not be sealed or no random numbers were to be had.
    #[error("the sample data could not be made: {0}")]
    Sample(String),
}
