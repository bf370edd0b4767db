//! Words about this machine and the local workspace on it.

use super::Message;
use model::{LocalWorkspaceError as Error, MachineError};

/// What the machine did not do.
pub(super) fn machine(error: &MachineError) -> Message {
    match error {
        MachineError::NothingToPaste => Message::new(
            "There is no text in the clipboard.",
            "Copy the leaked block first, then paste it here.",
        ),
        MachineError::NoPaste => Message::new(
            "There is no text in the clipboard, or this app may not read it.",
            "Copy the leaked block first, and allow this app to paste when the system asks.",
        ),
        MachineError::NotCopied => Message::new(
            "The clipboard cannot be used, so nothing was copied.",
            "Reveal the value, or select the text, and copy it by hand.",
        ),
        MachineError::NotCleared => Message::new(
            "The clipboard could not be cleared and may still hold the secret.",
            "Copy something else, so that it is replaced.",
        ),
        MachineError::NoBrowser => Message::new("No browser could be opened.", "Copy the address into one."),
        MachineError::NoFileManager { folder } => Message::new(
            "No file manager could be opened.",
            format!("Open {} by hand.", folder.display()),
        ),
        MachineError::FolderMissing => Message::new(
            "The data folder is not there.",
            "It is made when something is kept in it; if it was moved, start with --data and its new place.",
        ),
        MachineError::NoFolders => Message::new(
            "This kind of machine has no folders to show.",
            "Nothing is lost; what is kept stays where it is.",
        ),
        MachineError::NoDataFolder => Message::new(
            "This system has no folder for program data.",
            "Name one with --data.",
        ),
        MachineError::NoLocalWorkspace => Message::new(
            "There is no local workspace on this kind of machine.",
            "Sign in to a server.",
        ),
        MachineError::NotRemembered { cause: Some(cause) } => Message::new(
            format!(
                "The choice holds until the window is closed, because it cannot be written down: {cause}."
            ),
            "Check the data folder and its permissions.",
        ),
        MachineError::NotRemembered { cause: None } => Message::new(
            "The choice holds until the window is closed: this system has no folder for program data.",
            "Name one with --data.",
        ),
        MachineError::DamagedProgram => Message::new(
            "The licences in this program cannot be read: the program file is damaged.",
            "Install it again.",
        ),
        MachineError::NoText => {
            Message::new("The text cannot be shown.", "Close the window and open it again.")
        }
        MachineError::NotText { variable } => Message::new(
            format!("The variable {variable} does not hold text that can be read."),
            "Set it again, or unset it.",
        ),
        MachineError::NotMinutes { variable, most } => Message::new(
            format!("{variable} is not a number of minutes from 1 to {most}, so 15 minutes hold."),
            "Correct it, or unset it.",
        ),
        MachineError::JournalKey { path, cause } => Message::new(
            format!(
                "The key of the journal {} cannot be used: {cause}.",
                path.display()
            ),
            "Check the file and its permissions. Moving it away makes a new key; what the old one sealed is then lost.",
        ),
        MachineError::NotWritten { path, cause } if cause.kind == std::io::ErrorKind::AlreadyExists => {
            Message::new(
                format!("{} exists already, and is left as it is.", path.display()),
                "Name a file that does not exist.",
            )
        }
        MachineError::NotWritten { path, cause } => Message::new(
            format!("{} cannot be written: {cause}.", path.display()),
            "Choose another name or folder, or copy it.",
        ),
        MachineError::NotNotified => Message::new(
            "The system shows no notifications.",
            "Start its notification service, or allow them in its settings. They stay off here.",
        ),
    }
}

/// A local workspace that cannot be opened or served.
pub(super) fn local_workspace(error: &Error) -> Message {
    match error {
        Error::Corrupt { path, reason } => Message::new(
            format!(
                "The workspace's database {} is damaged, or is not a database: {reason}. It was left as it is.",
                path.display()
            ),
            "Put a backup in its place with `deploy-tokens restore FILE`, or put the files back, the -wal file beside it \
             included. To start with a new workspace, move everything in the folder away. If you changed the database by \
             hand, move workspace.imprint away.",
        ),
        Error::NotPrivate { path, reason } => Message::new(
            format!("{} cannot be used: {reason}.", path.display()),
            "What is kept there has to be yours alone: `chmod 700` the folder, or name another one with --data.",
        ),
        Error::NoRoom { said } => Message::new(
            format!("Nothing can be written: {said}."),
            "Make room, or name a folder on another disk with --data.",
        ),
        Error::InUse { path } => Message::new(
            format!("The workspace in {} is open.", path.display()),
            "Close the window, or end `serve`, and try again.",
        ),
        Error::Exists { path } => Message::new(
            format!("{} is there already.", path.display()),
            "Choose another name, or add --force to replace it.",
        ),
        Error::NotABackup { path, reason } => Message::new(
            format!(
                "{} is not a backup that can be restored: {reason}.",
                path.display()
            ),
            "Nothing was changed. Choose a file that `deploy-tokens backup` wrote.",
        ),
        Error::TooNew { path } => Message::new(
            format!(
                "The workspace's database {} was written by a newer release.",
                path.display()
            ),
            "Install the newest release, or name another folder with --data.",
        ),
        Error::Keys { path, reason } => Message::new(
            format!(
                "The keys of the workspace's own device cannot be read from {}: {reason}.",
                path.display()
            ),
            "Put the file back, or move the database beside it away to start with a new workspace.",
        ),
        Error::PortInUse { address } => Message::new(
            format!("{address} is in use by another program."),
            "Choose another port, or 0 for a free one.",
        ),
        Error::NotLoopback { address } => Message::new(
            format!("{address} can be reached from other machines."),
            "Use 127.0.0.1: the local workspace is not made to be reached from elsewhere.",
        ),
        Error::Listen { address, cause } => Message::new(
            format!("{address} cannot be listened on: {cause}."),
            "Choose another address.",
        ),
        Error::File { path, cause } => Message::new(
            format!("{} cannot be used: {cause}.", path.display()),
            "Check the folder and its permissions, or name another one with --data.",
        ),
        Error::Other { said } => Message::new(
            format!("The local workspace failed: {said}."),
            "Start the app again.",
        ),
    }
}
