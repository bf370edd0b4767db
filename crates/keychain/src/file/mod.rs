//! The key file: for machines without a keychain service. All entries in one file, sealed with a passphrase that the
//! user types once a session.
//!
//! The passphrase itself is not kept: the store holds the key derived from it until it is dropped. Every change reads the
//! file anew under a lock and replaces it in one step, so that two programs can share it and a crash leaves either the
//! old or the new one.

mod entries;
mod format;
mod replace;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Item, Raw, Read, Store, StoreKind};
use entries::Entries;
use format::{FileKey, Header};
use model::{KeychainError, Part};
use protocol::secret::SecretText;

/// How many characters a new passphrase needs.
pub const LEAST_PASSPHRASE: usize = 12;
/// Deriving the key takes a second or two on a slow machine; waiting for another program's change a few.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Far above what a few hundred entries need; a larger file is not one of ours.
const LARGEST: u64 = 4 << 20;

/// Whether there is a key file at `path`.
pub fn file_exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Entries in a sealed file.
pub(super) struct FileStore {
    path: PathBuf,
    header: Header,
    key: FileKey,
}

impl FileStore {
    /// Opens an existing file.
    pub(super) fn open(path: PathBuf, passphrase: &SecretText) -> Result<Self, KeychainError> {
        let bytes = read_file(&path)?;
        let header = Header::parse(&bytes)?;
        let key = header.derive_key(passphrase)?;
        header.confirm(&key)?;
        let store = Self { path, header, key };
        store.load()?;
        Ok(store)
    }

    /// Makes a new, empty file.
    pub(super) fn create(path: PathBuf, passphrase: &SecretText) -> Result<Self, KeychainError> {
        // Exposed to be counted.
        if passphrase.expose().trim().chars().count() < LEAST_PASSPHRASE {
            return Err(KeychainError::ShortPassphrase {
                least: LEAST_PASSPHRASE,
            });
        }
        replace::make_folder_of(&path)?;
        let _lock = replace::lock(&path)?;
        if file_exists(&path) {
            return Err(KeychainError::Exists);
        }
        let (header, key) = Header::make(passphrase)?;
        let store = Self { path, header, key };
        store.save(&Entries::default())?;
        Ok(store)
    }

    fn load(&self) -> Result<Entries, KeychainError> {
        let bytes = read_file(&self.path)?;
        if !self.header.is_of(&bytes)? {
            // Made anew with another passphrase since this session opened it.
            return Err(KeychainError::WrongPassphrase);
        }
        Entries::decode(&self.header.unseal(&self.key, &bytes)?)
            .ok_or(crate::error::damaged(Part::File, "its contents are damaged"))
    }

    fn save(&self, entries: &Entries) -> Result<(), KeychainError> {
        let sealed = self.header.seal(&self.key, &entries.encode())?;
        Ok(replace::replace(&self.path, &sealed)?)
    }

    fn change(&self, change: impl FnOnce(&mut Entries)) -> Result<(), KeychainError> {
        let _lock = replace::lock(&self.path)?;
        let mut entries = self.load()?;
        change(&mut entries);
        self.save(&entries)
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, KeychainError> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(KeychainError::Absent {
                cause: Some(error.to_string()),
            });
        }
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(crate::error::damaged(
            Part::File,
            "it is too large to be a key file",
        ));
    }
    Ok(bytes)
}

impl Read for FileStore {
    fn read(&self, item: &Item) -> Result<Option<Raw>, KeychainError> {
        let entries = self.load()?;
        // Exposed to be handed on as the bytes that every store gives.
        Ok(entries
            .get(item)
            .map(|text| Raw::new(text.expose().as_bytes().to_vec())))
    }
}

impl Store for FileStore {
    fn write(&self, item: &Item, value: &SecretText) -> Result<(), KeychainError> {
        self.change(|entries| entries.set(item, value.clone()))
    }

    fn remove(&self, item: &Item) -> Result<(), KeychainError> {
        if self.load()?.get(item).is_none() {
            return Ok(());
        }
        self.change(|entries| entries.remove(item))
    }

    fn probe(&self) -> Result<(), KeychainError> {
        self.load().map(|_| ())
    }

    fn time_limit(&self) -> Duration {
        TIME_LIMIT
    }

    fn kind(&self) -> StoreKind {
        StoreKind::File
    }
}

/// Plaintext on its way into or out of the file; wiped on drop.
type Plain = Zeroizing<Vec<u8>>;

/// For [`crate::fuzzing`].
pub(super) mod fuzzing {
    use super::{Entries, Header, Plain};

    pub(crate) fn header(bytes: &[u8]) {
        if let Ok(header) = Header::parse(bytes) {
            let key = super::format::zero_key();
            assert!(header.confirm(&key).is_err(), "no key fits by chance");
            assert!(
                header.unseal(&key, bytes).is_err(),
                "nobody can seal without the key"
            );
        }
    }

    pub(crate) fn entries(plain: &Plain) {
        if let Some(entries) = Entries::decode(plain) {
            let written = entries.encode();
            let again = Entries::decode(&written).map(|again| again.encode());
            assert!(
                again.is_some_and(|again| *again == *written),
                "entries are themselves"
            );
        }
    }
}
