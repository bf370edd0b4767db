//! Where this program keeps things on this machine: the data folder, and in it journals and the key file.

use std::path::{Path, PathBuf};

use crate::keychain::{Keychain, KeychainError, file_exists};
use crate::secret::SecretText;

const KEY_FILE: &str = "keys.sealed";
const JOURNALS: &str = "journals";

/// The data folder that was named, or the platform's; `None` where there is none.
#[cfg(feature = "workspace")]
pub(super) fn folder(named: Option<&Path>) -> Option<PathBuf> {
    named
        .map(Path::to_owned)
        .or_else(crate::workspace::default_data_dir)
}

/// Phones keep what is to be kept in their key stores.
#[cfg(not(feature = "workspace"))]
pub(super) fn folder(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned)
}

/// Where the journals of servers are.
pub(super) fn journals(named: Option<&Path>) -> Option<PathBuf> {
    folder(named).map(|folder| folder.join(JOURNALS))
}

/// The key file, for machines without a keychain.
pub(super) fn file(named: Option<&Path>) -> Option<PathBuf> {
    folder(named).map(|folder| folder.join(KEY_FILE))
}

/// Opens the key file, or makes it where there is none.
pub(super) async fn unlock(path: &Path, passphrase: SecretText) -> Result<Keychain, KeychainError> {
    if file_exists(path) {
        return Keychain::open_file(path, passphrase).await;
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Keychain::create_file(path, passphrase).await
}
