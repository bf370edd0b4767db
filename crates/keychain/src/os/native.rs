//! The keychains of macOS, iOS, Windows and Android, through the keyring-core stores.
//!
//! Names are set explicitly, and bytes are read raw, so that entries of the Ghostable command line are found where it
//! exists (docs/protocol.md 4.3).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};

use crate::{Item, Raw, Read, Store, StoreKind};
use model::KeychainError;
use protocol::secret::SecretText;

/// Every call may make the system ask the user.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// One store a process: Android's refuses to be opened twice.
static OPENED: Mutex<Option<Arc<CredentialStore>>> = Mutex::new(None);

/// Items of the system's keychain.
pub(super) struct NativeStore;

fn opened() -> Result<Arc<CredentialStore>, KeychainError> {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(store) = &*opened {
        return Ok(Arc::clone(store));
    }
    #[cfg(target_os = "macos")]
    let store = apple_native_keyring_store::keychain::Store::new();
    #[cfg(target_os = "ios")]
    let store = apple_native_keyring_store::protected::Store::new();
    #[cfg(windows)]
    let store = windows_native_keyring_store::Store::new();
    #[cfg(target_os = "android")]
    let store = android_native_keyring_store::Store::new();
    let store: Arc<CredentialStore> = store.map_err(|error| KeychainError::Absent { cause: cause(error) })?;
    *opened = Some(Arc::clone(&store));
    Ok(store)
}

fn entry(item: &Item) -> Result<Entry, KeychainError> {
    let target = item.label();
    let modifiers = cfg!(windows).then(|| HashMap::from([("target", target.as_str())]));
    opened()?
        .build(&item.service, &item.account, modifiers.as_ref())
        .map_err(refused)
}

impl Read for NativeStore {
    fn read(&self, item: &Item) -> Result<Option<Raw>, KeychainError> {
        match entry(item)?.get_secret() {
            Ok(bytes) => Ok(Some(Raw::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }
}

impl Store for NativeStore {
    fn write(&self, item: &Item, value: &SecretText) -> Result<(), KeychainError> {
        // Exposed to be handed to the keychain.
        entry(item)?
            .set_secret(value.expose().as_bytes())
            .map_err(refused)
    }

    fn remove(&self, item: &Item) -> Result<(), KeychainError> {
        match entry(item)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    }

    fn probe(&self) -> Result<(), KeychainError> {
        opened().map(|_| ())
    }

    fn time_limit(&self) -> Duration {
        TIME_LIMIT
    }

    fn kind(&self) -> StoreKind {
        StoreKind::System
    }
}

fn refused(error: Error) -> KeychainError {
    let locked = matches!(&error, Error::NoStorageAccess(_)) || is_locked(&error);
    let cause = cause(error);
    if locked {
        KeychainError::Locked { cause }
    } else {
        KeychainError::Refused { cause }
    }
}

/// What the system said. Other errors of keyring-core carry bytes of the entry and are dropped.
fn cause(error: Error) -> Option<String> {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => Some(cause.to_string()),
        Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _) => {
            zeroize::Zeroize::zeroize(&mut bytes);
            None
        }
        _ => None,
    }
}

/// The user said no, or could not be asked.
#[cfg(any(target_os = "macos", target_os = "ios"))]
fn is_locked(error: &Error) -> bool {
    /// errSecUserCanceled, errSecAuthFailed, errSecInteractionNotAllowed, errSecInteractionRequired.
    const LOCKED: [i32; 4] = [-128, -25293, -25308, -25315];
    match error {
        Error::PlatformFailure(cause) => cause
            .downcast_ref::<security_framework::base::Error>()
            .is_some_and(|error| LOCKED.contains(&error.code())),
        _ => false,
    }
}

#[cfg(not(any(target_os = "macos", target_os = "ios")))]
fn is_locked(_: &Error) -> bool {
    false
}
