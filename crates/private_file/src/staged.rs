//! A new content beside the file that it is for.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{exactly, folder_of, sync_folder_of};

/// Ending of a file that has not got its name yet.
const STAGED: &str = ".staged";
/// Characters between its target's name and its ending, so that two processes do not meet.
const RANDOM: usize = 6;

/// A content that is on the disk, under another name than the one that it is for. Dropping it removes it; a process that is
/// killed leaves it behind (see [`clear_leftovers`]).
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    target: PathBuf,
}

impl Staged {
    /// Writes the content for a file in the folder of that file, with mode 0600.
    ///
    /// # Errors
    /// What the system says, also of a path that names no file.
    pub fn write(target: &Path, content: &[u8]) -> io::Result<Self> {
        let mut staged = Self::make(target)?;
        staged.file.write_all(content)?;
        staged.sync()?;
        Ok(staged)
    }

    /// An empty one, for others to fill by its path: [`Staged::sync`] it before it gets its name.
    ///
    /// # Errors
    /// As [`Staged::write`].
    pub fn make(target: &Path) -> io::Result<Self> {
        let mut prefix = OsString::from(".");
        let unnamed = || io::Error::new(io::ErrorKind::InvalidInput, "it names no file");
        prefix.push(target.file_name().ok_or_else(unnamed)?);
        prefix.push(".");
        let file = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(STAGED)
            .rand_bytes(RANDOM)
            .tempfile_in(folder_of(target))?;
        exactly(file.path(), 0o600)?;
        let target = target.to_owned();
        Ok(Self { file, target })
    }

    /// Where it is until it gets its name.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Puts what is in it onto the disk.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_file().sync_all()
    }

    /// Takes over mode, owner and group of the file that it is for, if that is there.
    #[cfg(unix)]
    pub(super) fn take_rights_of_target(&self) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
        let Ok(there) = fs::metadata(&self.target) else {
            return Ok(());
        };
        let own = fs::metadata(self.path())?;
        let is_others = (own.uid(), own.gid()) != (there.uid(), there.gid());
        if is_others && chown(self.path(), Some(there.uid()), Some(there.gid())).is_err() {
            return Ok(());
        }
        let mode = there.permissions().mode() & 0o777;
        fs::set_permissions(self.path(), fs::Permissions::from_mode(mode))?;
        self.sync()
    }

    /// A file has the rights of its folder.
    #[cfg(not(unix))]
    pub(super) fn take_rights_of_target(&self) -> io::Result<()> {
        Ok(())
    }

    /// Puts it in the place of what is there, in one step.
    ///
    /// # Errors
    /// What the system says; then what was there is still there.
    pub fn replace(self) -> io::Result<()> {
        self.file.persist(&self.target)?;
        sync_folder_of(&self.target)
    }

    /// Puts it in its place unless something is there already, which stays then: of two processes at once, the second one
    /// takes the first one's.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep_older(self) -> io::Result<()> {
        match self.put_new() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            put => put,
        }
    }

    /// Puts it in its place, where nothing is.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something is, which stays; what else the system says.
    pub fn put_new(self) -> io::Result<()> {
        match self.file.persist_noclobber(&self.target) {
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists || self.target.exists() => {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            // Not every file system can do it in one step.
            Err(failed) => drop(failed.file.persist(&self.target)?),
            Ok(_) => {}
        }
        sync_folder_of(&self.target)
    }
}

/// The name of the file that a staged content was for, if this is one.
pub fn staged_for(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let named = name.strip_prefix('.')?.strip_suffix(STAGED)?;
    let (target, random) = named.rsplit_once('.')?;
    (random.len() == RANDOM && !target.is_empty()).then_some(target)
}

/// Removes what killed processes have staged for a file. Call it while no other process may write that file. What cannot be
/// removed stays and is in nobody's way.
pub fn clear_leftovers(target: &Path) {
    let Some(name) = target.file_name().and_then(|name| name.to_str()) else {
        return;
    };
    let listed = fs::read_dir(folder_of(target)).into_iter().flatten().flatten();
    for path in listed.map(|file| file.path()) {
        if staged_for(&path) == Some(name) {
            drop(fs::remove_file(path));
        }
    }
}
