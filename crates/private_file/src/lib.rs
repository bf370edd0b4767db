//! Files and folders for their owner alone, there as a whole or not at all, also after a power loss.
//!
//! Modes are those of Unix, exactly 0600 and 0700 whatever the umask, and from the first moment on no wider; elsewhere a
//! file has the rights of its folder. What is written is on the disk before it gets its name, and its name before a
//! function returns.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

mod disk;
mod staged;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

pub use disk::{Disk, no_room};
pub use staged::{Staged, clear_leftovers, staged_for};

/// Makes a folder, and those above it that are missing, with mode 0700; one that is there stays as it is.
///
/// # Errors
/// What the system says.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|it| !it.as_os_str().is_empty() && !it.is_dir())
        .collect();
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for folder in missing.into_iter().rev() {
        match builder.create(folder) {
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            made => {
                made?;
                exactly(folder, 0o700)?;
            }
        }
    }
    Ok(())
}

/// Why a folder is not its owner's alone; `None` where it is. Elsewhere than on Unix its rights are not looked at.
///
/// # Errors
/// What the system says, also of a folder that is not there.
pub fn is_private(folder: &Path) -> io::Result<Option<&'static str>> {
    let meta = fs::metadata(folder)?;
    if !meta.is_dir() {
        return Ok(Some("it is not a folder"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let own = rustix::process::geteuid().as_raw();
        if meta.uid() != own && meta.uid() != 0 {
            return Ok(Some("it belongs to another user"));
        }
        if meta.mode() & 0o022 != 0 {
            return Ok(Some("others than its owner may write to it"));
        }
    }
    Ok(None)
}

/// Opens a file for writing that is only there to be locked or filled by others; an empty one with mode 0600 is made if it
/// is missing. What is in it stays.
///
/// # Errors
/// What the system says.
pub fn open(path: &Path) -> io::Result<File> {
    loop {
        match create_new(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
        match OpenOptions::new().write(true).open(path) {
            // It was removed in between.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {}
            opened => return opened,
        }
    }
}

/// The content of a file of at most so many bytes; `None` if it is not there.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if it is larger, whatever it grows to meanwhile; what the system says.
pub fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut content = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut content)?;
    match u64::try_from(content.len()) {
        Ok(length) if length <= most => Ok(Some(content)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it is too large")),
    }
}

/// Replaces a file, or makes it: who reads it sees the old content or the new one, whole. The new file has mode 0600,
/// whatever the old one had.
///
/// # Errors
/// What the system says; then the old content is still there.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    Staged::write(path, content)?.replace()
}

/// As [`replace`], but the new file has the mode, owner and group of the one that was there. Where owner and group cannot be
/// given on, it has mode 0600: the same mode would let others in.
///
/// # Errors
/// As [`replace`].
pub fn replace_as_it_is(path: &Path, content: &[u8]) -> io::Result<()> {
    let staged = Staged::write(path, content)?;
    staged.take_rights_of_target()?;
    staged.replace()
}

/// Overwrites the beginning of a file in one write, for good; one that is missing is made with mode 0600. A process that is
/// killed leaves the old content or the new one; a power loss may leave neither, so it is for what can be told from a damaged one
/// and made anew. It costs half of what [`replace`] does.
///
/// # Errors
/// What the system says.
pub fn overwrite(path: &Path, content: &[u8]) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file = open(path)?;
    file.write_all(content)?;
    file.sync_data()?;
    if is_new { sync_folder_of(path) } else { Ok(()) }
}

/// Removes a file, for good also after a power loss; one that is gone already is fine.
///
/// # Errors
/// What the system says.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => {
            removed?;
            sync_folder_of(path)
        }
    }
}

/// A file that was not there before and is made first and filled later: so it is known that it can be written, and no other
/// program gets in between.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    path: PathBuf,
}

impl NewFile {
    /// Makes it, empty.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`], or what else the system says.
    pub fn make(path: &Path) -> io::Result<Self> {
        let (file, path) = (create_new(path)?, path.to_owned());
        Ok(Self { file, path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what it is for.
    ///
    /// # Errors
    /// What the system says; then it holds a part.
    pub fn fill(mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.sync_all()?;
        sync_folder_of(&self.path)
    }

    /// Removes it, because there is nothing to write. One that cannot be removed stays, empty.
    pub fn discard(self) {
        drop(fs::remove_file(&self.path));
    }
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    exactly(path, 0o600)?;
    Ok(file)
}

/// Gives back what the umask has taken from the owner.
#[cfg(unix)]
fn exactly(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn exactly(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// The folder that a path is in.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Puts the names in the folder of a path on the disk. Elsewhere than on Unix they are when the file is.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder_of(path))?.sync_all()?;
    }
    Ok(())
}
