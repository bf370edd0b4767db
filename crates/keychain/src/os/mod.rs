//! The operating system's keychain.

#[cfg(any(target_os = "macos", target_os = "ios", target_os = "android", windows))]
mod native;
#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
mod secret_service;
#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
mod unlocked;

use std::sync::Arc;

use super::Store;

#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
pub use secret_service::{Limits, SecretServiceStore};

#[cfg(any(target_os = "macos", target_os = "ios", target_os = "android", windows))]
pub(super) fn system() -> Arc<dyn Store> {
    Arc::new(native::NativeStore)
}

#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
pub(super) fn system() -> Arc<dyn Store> {
    Arc::new(SecretServiceStore::new())
}
