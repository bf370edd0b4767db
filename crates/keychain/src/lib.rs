//! Where secrets stay between runs: the operating system's keychain, or a file encrypted with a passphrase.
//!
//! There is no third way: where neither works, an error says so, and nothing is written in clear. Which entries there
//! are, under which names on which system, stands in `docs/keychain.md`.
//!
//! Every call runs on its own thread, so that a keychain that blocks (a prompt, a stuck service) neither holds up the
//! executor nor the end of the program, and is given up after a time limit.
//!
//! This layer does no cryptography of Ghostable's: that the public keys of a [`StoredIdentity`] follow from its private
//! ones is for its caller to check.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

mod document;
mod error;
mod file;
#[doc(hidden)]
pub mod fuzzing;
pub mod ghostable;
mod items;
mod os;
mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tokio::sync::oneshot;

pub use document::{StoredEnvironmentKey, StoredIdentity, StoredSession};
pub use file::{LEAST_PASSPHRASE, file_exists};
pub use items::ApiOrigin;
use model::KeychainError;
#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
pub use os::Limits;
pub use store::{Item, Raw, Read, Store, StoreKind};

use protocol::secret::SecretText;

/// A keychain. Cheap to clone; clones share one store.
#[derive(Clone)]
pub struct Keychain {
    store: Arc<dyn Store>,
}

impl Keychain {
    /// The operating system's keychain. Nothing is opened before the first call; [`Keychain::probe`] tells whether it is
    /// there.
    pub fn system() -> Self {
        Self::with_store(os::system())
    }

    /// The Secret Service on this bus, with these limits.
    #[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
    pub fn secret_service(bus_address: &str, limits: Limits) -> Self {
        Self::with_store(Arc::new(os::SecretServiceStore::at(bus_address, limits)))
    }

    /// Opens the key file at `path`. Ask for its passphrase once a session.
    ///
    /// # Errors
    /// [`KeychainError::Absent`] without a file, [`KeychainError::WrongPassphrase`], [`KeychainError::Corrupt`].
    pub async fn open_file(path: &Path, passphrase: SecretText) -> Result<Self, KeychainError> {
        let path = path.to_owned();
        Self::file(move || file::FileStore::open(path, &passphrase)).await
    }

    /// Makes a key file at `path` with a new passphrase.
    ///
    /// # Errors
    /// [`KeychainError::Exists`], [`KeychainError::ShortPassphrase`], [`KeychainError::Io`].
    pub async fn create_file(path: &Path, passphrase: SecretText) -> Result<Self, KeychainError> {
        let path: PathBuf = path.to_owned();
        Self::file(move || file::FileStore::create(path, &passphrase)).await
    }

    /// A keychain over any store.
    pub fn with_store(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Where secrets go.
    pub fn kind(&self) -> StoreKind {
        self.store.kind()
    }

    /// Whether the store is there, without asking the user for anything.
    ///
    /// # Errors
    /// [`KeychainError::Absent`], [`KeychainError::Refused`], [`KeychainError::NoAnswer`].
    pub async fn probe(&self) -> Result<(), KeychainError> {
        self.run(|store| store.probe()).await
    }

    async fn file(
        open: impl FnOnce() -> Result<file::FileStore, KeychainError> + Send + 'static,
    ) -> Result<Self, KeychainError> {
        let store = on_own_thread(file::TIME_LIMIT, open).await?;
        Ok(Self::with_store(Arc::new(store)))
    }

    /// Does something with the store on a thread of its own.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Store) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let store = Arc::clone(&self.store);
        on_own_thread(self.store.time_limit(), move || work(store.as_ref())).await
    }
}

impl std::fmt::Debug for Keychain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keychain").field(&self.kind()).finish()
    }
}

/// Runs blocking work on a new thread and waits for it within the limit. A thread that is late is left behind: unlike
/// one of the runtime's blocking pool it does not hold up the end of the program.
async fn on_own_thread<T: Send + 'static>(
    limit: std::time::Duration,
    work: impl FnOnce() -> Result<T, KeychainError> + Send + 'static,
) -> Result<T, KeychainError> {
    let (answer, answered) = oneshot::channel();
    let body = move || {
        // Nobody waits any more when the limit has passed.
        let _ = answer.send(work());
    };
    thread::Builder::new().name("keychain".to_owned()).spawn(body)?;
    match tokio::time::timeout(limit, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(KeychainError::Refused {
            cause: Some("the keychain's library stopped".into()),
        }),
        Err(_) => Err(KeychainError::NoAnswer),
    }
}
