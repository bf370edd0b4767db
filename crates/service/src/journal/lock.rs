//! Locks: one a place, so that operations follow one another, and one an entry, held by whoever works on it. The system
//! lets go of both when the process ends, however it ends.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::entry::EntryId;
use super::{at, file};
use crate::Place;
use model::{JournalError, Problem};
use protocol::crypto;

/// Ending of the lock of an entry.
pub(super) const HELD: &str = "held";
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Between two tries to take hold of an entry at which somebody looks.
const INSTANT: Duration = Duration::from_millis(1);
/// The longest time that somebody who only looks is waited for.
const LOOKING: Duration = Duration::from_secs(2);

/// A file that is locked until this is dropped.
#[derive(Debug)]
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing it would not do: a program that this one starts at the same moment has a copy of the handle until it
        // runs, and a lock lasts as long as any copy. What cannot be let go of ends with the process.
        drop(self.0.unlock());
    }
}

/// A place in which nobody else works, until it is dropped.
#[derive(Debug)]
pub struct PlaceLock {
    _file: Locked,
}

/// An entry on which nobody else works, until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    _file: Locked,
}

pub(super) fn held_path(folder: &Path, id: &EntryId) -> PathBuf {
    folder.join(format!("{id}.{HELD}"))
}

/// Takes hold of an entry; `None` if somebody else works on it. Whoever only looks ([`is_held`]) shares the lock for an
/// instant, and is waited for.
pub(super) fn hold(folder: &Path, id: &EntryId) -> Result<Option<Held>, JournalError> {
    let path = held_path(folder, id);
    let file = file::open_private(&path).map_err(at(&path))?;
    let began = Instant::now();
    while !try_lock(&file).map_err(at(&path))? {
        if !try_share(&file).map_err(at(&path))? || began.elapsed() >= LOOKING {
            return Ok(None);
        }
        file.unlock().map_err(at(&path))?;
        std::thread::sleep(INSTANT);
    }
    Ok(Some(Held { _file: Locked(file) }))
}

/// Whether somebody works on an entry. Keeps nobody from it, and makes no file.
pub(super) fn is_held(folder: &Path, id: &EntryId) -> Result<bool, JournalError> {
    let path = held_path(folder, id);
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file.map_err(at(&path))?,
    };
    let is_free = try_share(&file).map_err(at(&path))?;
    // Also by hand: see `Locked`.
    drop(file.unlock());
    Ok(!is_free)
}

/// Waits for a place.
pub(super) async fn place(
    folder: &Path,
    scope: &str,
    place: &Place,
    patience: Duration,
) -> Result<PlaceLock, Problem> {
    let path = place_path(folder, scope, place);
    let file = file::open_private(&path).map_err(at(&path))?;
    let began = Instant::now();
    while !try_lock(&file).map_err(at(&path))? {
        if began.elapsed() >= patience {
            return Err(Problem::Busy);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(PlaceLock { _file: Locked(file) })
}

/// A file name of a fixed length for whatever names the place has.
fn place_path(folder: &Path, scope: &str, place: &Place) -> PathBuf {
    let parts = [scope, place.project.as_str(), place.environment.id.as_str()];
    folder.join(format!("place-{}.lock", crypto::derive_file_name(&parts)))
}

/// Takes the lock for this process alone.
fn try_lock(file: &File) -> io::Result<bool> {
    taken(file.try_lock())
}

/// Takes the lock together with others who share it.
fn try_share(file: &File) -> io::Result<bool> {
    taken(file.try_lock_shared())
}

/// Where the file system has no locks, everybody gets them: better than not to work at all.
fn taken(tried: Result<(), TryLockError>) -> io::Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Environment, EnvironmentId, EnvironmentName, ProjectId};

    fn place_of(id: &str) -> Place {
        Place {
            project: ProjectId::new("p"),
            environment: Environment {
                id: EnvironmentId::new(id),
                name: EnvironmentName::new(id),
                kind: String::new(),
                created_at: None,
            },
        }
    }

    #[test]
    fn a_copy_of_the_handle_in_a_program_that_is_being_started_keeps_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let id = EntryId::parse("0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c11").unwrap();
        let held = hold(folder.path(), &id).unwrap().unwrap();
        let _copy = held._file.0.try_clone().unwrap();
        assert!(hold(folder.path(), &id).unwrap().is_none());
        drop(held);
        assert!(hold(folder.path(), &id).unwrap().is_some());
    }

    #[tokio::test]
    async fn a_second_one_waits_and_is_told_and_other_places_are_free() {
        let folder = tempfile::tempdir().unwrap();
        let lock = |id: &'static str, patience| {
            let folder = folder.path().to_owned();
            async move { place(&folder, "here", &place_of(id), patience).await }
        };
        let first = lock("a", Duration::ZERO).await.unwrap();
        let refused = lock("a", Duration::from_millis(120)).await;
        assert!(matches!(refused, Err(Problem::Busy)));
        lock("b", Duration::ZERO).await.unwrap();
        let waiting = tokio::spawn(lock("a", Duration::from_secs(20)));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.unwrap().unwrap();
    }

    #[test]
    fn whoever_looks_keeps_nobody_from_an_entry() {
        let folder = tempfile::tempdir().unwrap();
        let id = EntryId::make();
        assert!(!is_held(folder.path(), &id).unwrap());
        assert!(!held_path(folder.path(), &id).exists(), "a look makes no file");
        drop(hold(folder.path(), &id).unwrap());
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let look = || {
                while !is_over.load(std::sync::atomic::Ordering::SeqCst) {
                    is_held(folder.path(), &id).unwrap();
                }
            };
            scope.spawn(look);
            scope.spawn(look);
            let taken = (0..300).filter(|_| hold(folder.path(), &id).unwrap().is_some());
            let taken = taken.count();
            is_over.store(true, std::sync::atomic::Ordering::SeqCst);
            assert_eq!(taken, 300);
        });
        let held = hold(folder.path(), &id).unwrap();
        assert!(is_held(folder.path(), &id).unwrap());
        drop(held);
        assert!(!is_held(folder.path(), &id).unwrap());
    }

    #[test]
    fn an_entry_has_one_holder() {
        let folder = tempfile::tempdir().unwrap();
        let id = EntryId::make();
        let held = hold(folder.path(), &id).unwrap();
        assert!(held.is_some() && hold(folder.path(), &id).unwrap().is_none());
        drop(held);
        assert!(hold(folder.path(), &id).unwrap().is_some());
    }
}
