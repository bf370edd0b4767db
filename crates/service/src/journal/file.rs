//! Files of the journal: there as a whole or not at all, also after a power loss.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::entry::EntryId;
use super::{at, lock};
use model::JournalError;
use private_file::Staged;

/// Ending of an entry's file.
const ENTRY: &str = "entry";
/// No entry is larger: a file that is, is something else.
const LARGEST: u64 = 16 * 1024 * 1024;
/// A leftover younger than this may belong to a process that has only just made it.
const SETTLED: Duration = Duration::from_secs(60);

fn path(folder: &Path, id: &EntryId, ending: &str) -> PathBuf {
    folder.join(format!("{id}.{ending}"))
}

/// Makes the folder, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> Result<(), JournalError> {
    private_file::make_folder(folder).map_err(at(folder))
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
    tracing::trace!("an entry is read");
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
    tracing::trace!("an entry is written");
    let target = path(folder, id, ENTRY);
    let entry = Staged::write(&target, sealed).map_err(at(&target))?;
    staged();
    entry.replace().map_err(at(&target))
}

/// Removes an entry; one that is gone already is fine.
pub(super) fn remove(folder: &Path, id: &EntryId) -> Result<(), JournalError> {
    tracing::trace!("an entry is removed");
    let path = path(folder, id, ENTRY);
    private_file::clear_leftovers(&path);
    private_file::remove(&path).map_err(at(&path))?;
    // The next start clears it away if it cannot be removed now.
    drop(fs::remove_file(lock::held_path(folder, id)));
    Ok(())
}

/// Removes what killed processes left: entries that never got into their place, and locks without an entry.
pub(super) fn clear_leftovers(folder: &Path) {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in listed.map(|file| file.path()) {
        let staged = private_file::staged_for(&path).and_then(|entry| named(Path::new(entry), ENTRY));
        let Some(id) = staged.or_else(|| named(&path, lock::HELD)) else {
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
