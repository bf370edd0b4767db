//! The journal of the local workspace, and its key: 32 bytes in `journal.key`, readable by their owner alone.
//!
//! Security limit: the key lies on the disk beside what it seals, as the workspace's own device keys do. It guards what
//! works in this workspace and nowhere else. For another server the key has to come from the system's keychain.

use model::{MachineError, Problem};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::keys;
use protocol::crypto;
use protocol::secret::JournalKey;
use service::journal::Journal;

/// How the journal knows the local workspace, whose address changes at every start.
const SCOPE: &str = "local workspace";
const KEY_FILE: &str = "journal.key";
const FOLDER: &str = "journal";

/// The journal of the workspace in this folder.
///
/// # Errors
/// When its key can be neither read nor made.
pub(super) fn open(data_dir: &Path) -> Result<Journal, Problem> {
    let path = data_dir.join(KEY_FILE);
    let key = key(data_dir, &path).map_err(|error| {
        Problem::from(MachineError::JournalKey {
            path: path.clone(),
            cause: error.into(),
        })
    })?;
    Ok(Journal::open(data_dir.join(FOLDER), key, SCOPE).with_deadline(keys::deadline()))
}

fn key(data_dir: &Path, path: &Path) -> io::Result<JournalKey> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(data_dir, path),
        read => read,
    }
}

fn read(path: &Path) -> io::Result<JournalKey> {
    let file = File::open(path)?;
    if file.metadata()?.len() != 32 {
        return Err(io::Error::other("it does not have 32 bytes"));
    }
    let mut result = Ok(());
    let key = JournalKey::fill_with(|bytes| result = (&file).read_exact(bytes));
    result.map(|()| key)
}

/// The key is complete before it gets its name; of two processes at once, the second takes the first one's.
fn make(data_dir: &Path, path: &Path) -> io::Result<JournalKey> {
    let staged = staged_path(data_dir);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&staged)?;
    let key = crypto::make_journal_key(&mut crypto::system_rng());
    // Exposed to be kept in the file.
    let written = file.write_all(key.expose()).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| match fs::hard_link(&staged, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Not every file system has links.
        Err(_) => fs::rename(&staged, path),
        Ok(()) => Ok(()),
    });
    drop(fs::remove_file(&staged));
    placed?;
    #[cfg(unix)]
    File::open(data_dir)?.sync_all()?;
    read(path)
}

fn staged_path(data_dir: &Path) -> PathBuf {
    data_dir.join(format!(".{KEY_FILE}.{}", uuid::Uuid::new_v4()))
}
