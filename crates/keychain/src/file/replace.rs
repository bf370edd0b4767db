//! Changing the key file while no other program does.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for another program's change.
const PATIENCE: Duration = Duration::from_secs(5);

fn lock_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    path.with_file_name(name)
}

/// The folder of a new file, for its owner alone where it has to be made.
pub(super) fn make_folder_of(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    private_file::make_folder(folder)
}

/// Keeps other programs from changing the file until it is dropped. The lock is on a file beside it, because the file
/// itself is replaced.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let file = private_file::open(&lock_of(path))?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "another program keeps the key file locked",
                ));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Replaces the file. Call it under [`lock`]: what a killed process has left is removed then, too.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    private_file::clear_leftovers(path);
    private_file::replace(path, bytes)
}
