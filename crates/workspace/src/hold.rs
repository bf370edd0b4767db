//! Who has the folder of a workspace open: everybody who does shares a lock, and who is alone knows the database's file
//! (docs/workspace-files.md).

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::imprint::{self, Generation, Imprint};
use super::{DATABASE, WorkspaceError, cannot_use, wal};

/// The file that is locked.
const LOCK: &str = "workspace.lock";

/// A folder that is open, until this is dropped. The last one to let go writes down the hash of the database's file, so drop it
/// after the connection.
#[derive(Debug)]
pub(super) struct Hold {
    file: File,
    folder: PathBuf,
    /// Whether the folder was left as it was found.
    untouched: bool,
}

impl Hold {
    /// Takes hold of a folder that is there, beside others who have it open; waits while somebody has it alone. Gives whether
    /// nobody else has it open, too, which holds until [`Hold::share`].
    pub(super) fn take(folder: &Path) -> Result<(Self, bool), WorkspaceError> {
        let hold = Self::of(folder)?;
        let alone = hold.is_alone()?;
        if !alone {
            hold.file.lock_shared().map_err(|error| hold.failed(error))?;
        }
        Ok((hold, alone))
    }

    /// Takes hold of a folder for nobody else to open it; refused where somebody has it open.
    pub(super) fn take_alone(folder: &Path) -> Result<Self, WorkspaceError> {
        let hold = Self::of(folder)?;
        if hold.is_alone()? {
            return Ok(hold);
        }
        Err(WorkspaceError::InUse {
            path: folder.to_owned(),
        })
    }

    fn of(folder: &Path) -> Result<Self, WorkspaceError> {
        let path = folder.join(LOCK);
        let file = private_file::open(&path).map_err(cannot_use(&path))?;
        let folder = folder.to_owned();
        Ok(Self {
            file,
            folder,
            untouched: true,
        })
    }

    fn is_alone(&self) -> Result<bool, WorkspaceError> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(self.failed(error)),
        }
    }

    /// Lets others in. From now on the database may change, so the hash of its file is not known any more; that is on the disk
    /// before anything is written.
    pub(super) fn share(&mut self, generation: &Generation) -> Result<(), WorkspaceError> {
        self.note(generation, None)?;
        self.untouched = false;
        // Not in one step everywhere: somebody else may be faster, and finds no hash.
        self.file.unlock().map_err(|error| self.failed(error))?;
        self.file.lock_shared().map_err(|error| self.failed(error))
    }

    /// Writes down how far the database is.
    pub(super) fn note(&self, generation: &Generation, closed: Option<String>) -> Result<(), WorkspaceError> {
        let imprint = Imprint {
            generation: generation.clone(),
            closed,
        };
        imprint::write(&self.folder, &imprint).map_err(cannot_use(&imprint::path(&self.folder)))
    }

    fn failed(&self, error: io::Error) -> WorkspaceError {
        cannot_use(&self.folder.join(LOCK))(error)
    }

    /// What the file is like that nobody has open.
    fn seal(&self) -> io::Result<()> {
        self.file.unlock()?;
        if self.file.try_lock().is_err() {
            return Ok(());
        }
        let database = self.folder.join(DATABASE);
        let Some(known) = imprint::read(&self.folder)? else {
            return Ok(());
        };
        if wal::of(&database).exists() || !database.exists() {
            return Ok(());
        }
        let closed = Some(imprint::hash(&database)?);
        imprint::write(&self.folder, &Imprint { closed, ..known })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.untouched
            && let Err(error) = self.seal()
        {
            tracing::warn!(%error, "it cannot be written down what the database is like");
        }
        // Closing it would not do: a program that this one starts at the same moment has a copy of the handle.
        drop(self.file.unlock());
    }
}
