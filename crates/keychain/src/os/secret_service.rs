//! The Secret Service of Linux and the BSDs (GNOME Keyring, KWallet, KeePassXC), over D-Bus.
//!
//! The keyring-core store for it is not used: it fixes the attributes to `service` and `username`, and neither finds nor
//! makes items with `service` and `account` (docs/protocol.md 4.3). This uses the crate below that store.
//!
//! Secrets cross the bus encrypted with the session's key; a service that offers no encryption is refused. What that
//! crate copies in between is not wiped.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secret_service::{EncryptionType, SecretService};
use tokio::runtime::{Builder, Runtime};
use zbus::connection;

use super::unlocked::{Unlocked, refused};
use crate::{Item, Raw, Read, Store, StoreKind};
use model::KeychainError;
use protocol::secret::SecretText;

/// The schema that marks an item as a plain password.
const SCHEMA: &str = "org.freedesktop.Secret.Generic";

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For an answer that needs nobody.
    pub answer: Duration,
    /// For the user, where the service prompts.
    pub prompt: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(5),
            prompt: Duration::from_secs(20),
        }
    }
}

/// Items of the Secret Service.
pub struct SecretServiceStore {
    address: Option<String>,
    limits: Limits,
    live: Mutex<Option<Live>>,
}

/// A session with the service, and the runtime that drives its connection.
struct Live {
    service: Option<SecretService<'static>>,
    runtime: Option<Runtime>,
}

impl Drop for Live {
    fn drop(&mut self) {
        // The connection ends inside its runtime, and the runtime without waiting: this may run on an async thread.
        if let Some(runtime) = self.runtime.take() {
            let entered = runtime.enter();
            self.service = None;
            drop(entered);
            runtime.shutdown_background();
        }
    }
}

impl SecretServiceStore {
    pub(super) fn new() -> Self {
        Self {
            address: None,
            limits: Limits::default(),
            live: Mutex::new(None),
        }
    }

    /// On the bus at this address.
    pub fn at(address: &str, limits: Limits) -> Self {
        Self {
            address: Some(address.to_owned()),
            limits,
            live: Mutex::new(None),
        }
    }

    fn connect(&self) -> Result<Live, KeychainError> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let connecting = async {
            let builder = match &self.address {
                Some(address) => connection::Builder::address(address.as_str()),
                None => connection::Builder::session(),
            };
            // Whatever fails before there is a bus means that there is none.
            let absent = |error: zbus::Error| KeychainError::Absent {
                cause: Some(error.to_string()),
            };
            let bus = builder.map_err(absent)?.build().await.map_err(absent)?;
            SecretService::connect_with_existing(EncryptionType::Dh, bus)
                .await
                .map_err(refused)
        };
        let limit = self.limits.answer;
        let service = runtime
            .block_on(async { tokio::time::timeout(limit, connecting).await })
            .unwrap_or(Err(KeychainError::NoAnswer));
        let mut live = Live {
            service: None,
            runtime: Some(runtime),
        };
        live.service = Some(service?);
        Ok(live)
    }

    /// Does something in a session: the last one where it still works, or a new one. Every failure ends the session, so
    /// that a prompt left open goes away with it.
    fn with<T>(
        &self,
        work: impl AsyncFn(&Unlocked<'_>) -> Result<T, KeychainError>,
    ) -> Result<T, KeychainError> {
        let mut kept = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let reused = kept.take();
        let first_try = reused.map(|live| self.within(live, &work));
        let (live, result) = match first_try {
            // The service may have been restarted since.
            None | Some((_, Err(KeychainError::Absent { .. } | KeychainError::Refused { .. }))) => {
                self.within(self.connect()?, &work)
            }
            Some(done) => done,
        };
        if result.is_ok() {
            *kept = Some(live);
        }
        result
    }

    fn within<T>(
        &self,
        live: Live,
        work: &impl AsyncFn(&Unlocked<'_>) -> Result<T, KeychainError>,
    ) -> (Live, Result<T, KeychainError>) {
        let result = match (&live.runtime, &live.service) {
            (Some(runtime), Some(service)) => {
                let unlocked = Unlocked {
                    service,
                    limits: self.limits,
                };
                runtime.block_on(work(&unlocked))
            }
            _ => Err(KeychainError::Absent { cause: None }),
        };
        (live, result)
    }
}

fn search(item: &Item) -> HashMap<&str, &str> {
    HashMap::from([
        ("service", item.service.as_str()),
        ("account", item.account.as_str()),
    ])
}

impl Read for SecretServiceStore {
    fn read(&self, item: &Item) -> Result<Option<Raw>, KeychainError> {
        self.with(async |unlocked| unlocked.read(search(item)).await)
    }
}

impl Store for SecretServiceStore {
    fn write(&self, item: &Item, value: &SecretText) -> Result<(), KeychainError> {
        let mut attributes = search(item);
        attributes.insert("xdg:schema", SCHEMA);
        let label = item.label();
        self.with(async |unlocked| {
            // Exposed to be handed to the keychain.
            unlocked
                .write(&label, attributes.clone(), value.expose().as_bytes())
                .await
        })
    }

    fn remove(&self, item: &Item) -> Result<(), KeychainError> {
        self.with(async |unlocked| unlocked.remove(search(item)).await)
    }

    fn probe(&self) -> Result<(), KeychainError> {
        self.with(async |unlocked| unlocked.probe().await)
    }

    fn time_limit(&self) -> Duration {
        // A last resort behind the limits of each step: several answers and one prompt.
        self.limits.answer * 4 + self.limits.prompt
    }

    fn kind(&self) -> StoreKind {
        StoreKind::System
    }
}
