//! The journal of the local workspace, and its key: 32 bytes in `journal.key`, readable by their owner alone.
//!
//! Security limit: the key lies on the disk beside what it seals, as the workspace's own device keys do. It guards what
//! works in this workspace and nowhere else. For another server the key has to come from the system's keychain.

use model::{MachineError, Problem};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::keys;
use private_file::Staged;
use protocol::crypto;
use protocol::secret::JournalKey;
use service::OwnChecks;
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
    let folder = data_dir.join(FOLDER);
    let key = if path.is_symlink() || folder.is_symlink() {
        Err(io::Error::other(
            "it, or the journal beside it, is a symbolic link",
        ))
    } else {
        key(&path)
    };
    let key = key.map_err(|error| {
        Problem::from(MachineError::JournalKey {
            path: path.clone(),
            cause: error.into(),
        })
    })?;
    Ok(Journal::open(folder, key, SCOPE).with_deadline(keys::deadline()))
}

/// Where the workspace's own journal is, if there is one: this program's own checks as a runner are noted there.
pub(super) fn own_checks(data: Option<&Path>) -> Option<OwnChecks> {
    let folder = super::data_dir(data).ok()?.join(FOLDER);
    OwnChecks::at(folder, SCOPE).if_kept()
}

fn key(path: &Path) -> io::Result<JournalKey> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
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
fn make(path: &Path) -> io::Result<JournalKey> {
    let key = crypto::make_journal_key(&mut crypto::system_rng());
    // Exposed to be kept in the file.
    Staged::write(path, key.expose())?.keep_older()?;
    read(path)
}
