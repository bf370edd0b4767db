//! A disk that takes nothing more, or may not be written to: which one it is, and what is left of it.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why nothing can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Where the file system is mounted.
    pub mount: PathBuf,
    /// How many KiB are free; `None` of one that is read-only.
    pub free_kib: Option<u64>,
}

impl fmt::Display for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mount = self.mount.display();
        match self.free_kib {
            Some(free) => write!(f, "the disk at {mount} is full ({free} KiB are free)"),
            None => write!(f, "the disk at {mount} is read-only"),
        }
    }
}

/// What keeps a folder's disk from taking anything; `None` where that is not the disk.
#[cfg(unix)]
pub fn no_room(folder: &Path) -> Option<Disk> {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    /// Less is full: a commit needs more beside the database.
    const LITTLE_KIB: u64 = 512;
    let state = statvfs(folder).ok()?;
    let free = state.f_bavail.saturating_mul(state.f_frsize) / 1024;
    let read_only = state.f_flag.contains(StatVfsMountFlags::RDONLY);
    if !read_only && free >= LITTLE_KIB {
        return None;
    }
    Some(Disk {
        mount: mount_point(folder),
        free_kib: (!read_only).then_some(free),
    })
}

/// Elsewhere a disk is not asked.
#[cfg(not(unix))]
pub fn no_room(_: &Path) -> Option<Disk> {
    None
}

/// The highest folder above this one that is on the same file system.
#[cfg(unix)]
fn mount_point(folder: &Path) -> PathBuf {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| path.metadata().map(|meta| meta.dev()).ok();
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let own = device(&whole);
    let same = whole.ancestors().take_while(|path| device(path) == own);
    same.last().unwrap_or(&whole).to_owned()
}
