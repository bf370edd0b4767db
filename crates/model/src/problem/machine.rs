//! What the machine that this runs on did not do. Nothing here carries a secret.

use std::path::PathBuf;

use super::IoCause;

/// What the machine did not do, or does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MachineError {
    /// The clipboard has no text.
    #[error("there is no text in the clipboard")]
    NothingToPaste,
    /// The clipboard has no text, or the system does not let it be read.
    #[error("the clipboard cannot be read")]
    NoPaste,
    /// Nothing was copied.
    #[error("the clipboard cannot be used")]
    NotCopied,
    /// A secret may still be in the clipboard.
    #[error("the clipboard could not be cleared")]
    NotCleared,
    /// A page could not be opened.
    #[error("no browser could be opened")]
    NoBrowser,
    /// A folder could not be shown.
    #[error("no file manager could be opened")]
    NoFileManager { folder: PathBuf },
    /// The data folder is not there.
    #[error("the data folder is not there")]
    FolderMissing,
    /// This kind of machine has no folders that its user could look into.
    #[error("there are no folders to show")]
    NoFolders,
    /// The system names no folder for program data, and none was given.
    #[error("the system has no folder for program data")]
    NoDataFolder,
    /// This kind of machine has no local workspaces.
    #[error("there is no local workspace on this kind of machine")]
    NoLocalWorkspace,
    /// A choice holds for this run only; `None` where there is no folder to write it into.
    #[error("the choice cannot be written down")]
    NotRemembered {
        /// What the system said.
        cause: Option<IoCause>,
    },
    /// A text in the program file is damaged.
    #[error("the program file is damaged")]
    DamagedProgram,
    /// A text could not be fetched from the program.
    #[error("the text cannot be shown")]
    NoText,
    /// A variable of the process is not text.
    #[error("the variable {variable} is not text")]
    NotText {
        /// Its name.
        variable: &'static str,
    },
    /// A variable of the process is not a number of minutes in its range.
    #[error("the variable {variable} is not a number of minutes")]
    NotMinutes {
        /// Its name.
        variable: &'static str,
        /// The most minutes.
        most: u64,
    },
    /// The file with the local journal's key can be neither read nor made.
    #[error("the key of the journal {} cannot be used", path.display())]
    JournalKey {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: IoCause,
    },
    /// A new file could not be written.
    #[error("{} cannot be written", path.display())]
    NotWritten {
        path: PathBuf,
        /// What the system said.
        cause: IoCause,
    },
    /// The system shows no notifications.
    #[error("no notification can be shown")]
    NotNotified,
}

/// Why the local workspace cannot be opened or served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalWorkspaceError {
    /// Its database is damaged, or is none.
    #[error("the database {} is damaged: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Others may change what is in its folder.
    #[error("{} is not private: {reason}", path.display())]
    NotPrivate {
        /// The folder, or the file in it.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The disk takes nothing.
    #[error("{said}")]
    NoRoom {
        /// Which disk, and what is left of it.
        said: String,
    },
    /// It is open elsewhere, and has to be closed.
    #[error("the workspace in {} is open", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// There is something where a backup should be written.
    #[error("{} is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file is no backup that can be restored.
    #[error("{} is no backup: {reason}", path.display())]
    NotABackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer release wrote its database.
    #[error("the database {} is of a newer release", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
    },
    /// The keys of its own device cannot be read.
    #[error("the keys in {} cannot be read: {reason}", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; never its content.
        reason: String,
    },
    /// Another program listens at its address.
    #[error("{address} is in use")]
    PortInUse { address: std::net::SocketAddr },
    /// Other machines could reach its address.
    #[error("{address} is not on this machine alone")]
    NotLoopback { address: std::net::SocketAddr },
    /// Its address cannot be listened on.
    #[error("{address} cannot be listened on")]
    Listen {
        address: std::net::SocketAddr,
        /// What the system said.
        cause: IoCause,
    },
    /// A file or folder of it cannot be used.
    #[error("{} cannot be used", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: IoCause,
    },
    /// Anything else.
    #[error("the local workspace failed: {said}")]
    Other {
        /// What it said.
        said: String,
    },
}
