//! Files of the journal: there as a whole or not at all, also after a power loss.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::entry::EntryId;
use super::{at, lock};
use model::JournalError;

/// Ending of an entry's file.
const ENTRY: &str = "entry";
/// Ending of an entry that is not yet in its place.
const STAGED: &str = "staged";
/// No entry is larger: a file that is, is something else.
const LARGEST: u64 = 16 * 1024 * 1024;
/// A leftover younger than this may belong to a process that has only just made it.
const SETTLED: Duration = Duration::from_secs(60);

fn path(folder: &Path, id: &EntryId, ending: &str) -> PathBuf {
    folder.join(format!("{id}.{ending}"))
}

/// Makes the folder, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> Result<(), JournalError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(at(folder))
}

/// A file for its owner alone, made if it is missing.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The names of all entries.
pub(super) fn ids(folder: &Path) -> Result<Vec<EntryId>, JournalError> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(at(folder))?,
    };
    let mut ids = Vec::new();
    for file in listed {
        let path = file.map_err(at(folder))?.path();
        ids.extend(named(&path, ENTRY));
    }
    ids.sort();
    Ok(ids)
}

fn named(path: &Path, ending: &str) -> Option<EntryId> {
    let is = path.extension().is_some_and(|it| it == ending);
    EntryId::parse(path.file_stem()?.to_str()?).filter(|_| is)
}

/// The sealed bytes of an entry; `None` if it is gone.
pub(super) fn read(folder: &Path, id: &EntryId) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path(folder, id, ENTRY)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut sealed = Vec::new();
    file.take(LARGEST).read_to_end(&mut sealed)?;
    Ok(Some(sealed))
}

/// Puts an entry in its place.
pub(super) fn write(
    folder: &Path,
    id: &EntryId,
    sealed: &[u8],
    staged: impl FnOnce(),
) -> Result<(), JournalError> {
    let (temporary, target) = (path(folder, id, STAGED), path(folder, id, ENTRY));
    let write = || -> io::Result<()> {
        let mut file = open_private(&temporary)?;
        file.set_len(0)?;
        file.write_all(sealed)?;
        file.sync_all()
    };
    write().map_err(at(&temporary))?;
    staged();
    fs::rename(&temporary, &target).map_err(at(&target))?;
    sync_folder(folder).map_err(at(folder))
}

/// Removes an entry; one that is gone already is fine.
pub(super) fn remove(folder: &Path, id: &EntryId) -> Result<(), JournalError> {
    for ending in [ENTRY, STAGED] {
        let path = path(folder, id, ending);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
            _ => {}
        }
    }
    sync_folder(folder).map_err(at(folder))?;
    // The next start clears it away if it cannot be removed now.
    drop(fs::remove_file(lock::held_path(folder, id)));
    Ok(())
}

/// Removes what killed processes left: entries that never got into their place, and locks without an entry.
pub(super) fn clear_leftovers(folder: &Path) {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in listed.map(|file| file.path()) {
        let Some(id) = named(&path, STAGED).or_else(|| named(&path, lock::HELD)) else {
            continue;
        };
        let age = path.metadata().and_then(|meta| meta.modified());
        let settled = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= SETTLED));
        let is_lock = path.extension().is_some_and(|it| it == lock::HELD);
        if !settled || (is_lock && self::path(folder, &id, ENTRY).exists()) {
            continue;
        }
        if let Ok(Some(_held)) = lock::hold(folder, &id) {
            // What cannot be removed now is removed at the next start.
            drop(fs::remove_file(&path));
        }
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a rename is on the disk when the file is.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
