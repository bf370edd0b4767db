//! With what a use case works: the server, this machine's device, the journal.

use std::sync::Arc;

use super::Place;
use super::journal::{Journal, PlaceLock};
use client::{ApiAddress, Client};
use model::{KeychainError, KeysIn, Pause, Problem};
use protocol::DeviceId;
use protocol::crypto::DeviceIdentity;
use protocol::secret::AccessToken;
use tokio::sync::watch;

/// This machine's identity, as the server knows it.
#[derive(Clone, Debug)]
pub struct LinkedDevice {
    /// Its id on the server.
    pub id: DeviceId,
    /// Its key pairs.
    pub identity: DeviceIdentity,
}

/// A server as a signed-in user: what a use case lists with, and changes. How it is called is nobody's business above.
#[derive(Clone, Debug)]
pub struct Server(Client);

impl Server {
    /// The hosted API, or one like it, at this address.
    ///
    /// # Errors
    /// [`Problem::Address`] when credentials may not be sent there; when the network cannot be set up.
    pub fn at(address: &str, token: &AccessToken) -> Result<Self, Problem> {
        Ok(Self(Client::new(ApiAddress::parse(address)?, token)?))
    }
}

impl From<Client> for Server {
    fn from(client: Client) -> Self {
        Self(client)
    }
}

/// What every use case needs.
#[derive(Clone, Debug)]
pub struct Context {
    /// The API as the signed-in user.
    pub(crate) client: Client,
    /// This machine's identity; without one, listing, revoking and deleting still work.
    pub device: Option<LinkedDevice>,
    /// Where that identity is kept.
    pub(crate) keys_in: KeysIn,
    /// Why there is none, where it is kept and cannot be used.
    pub(crate) damage: Option<KeychainError>,
    /// Where operations are written ahead; without one a crash may lose what the server accepted.
    pub journal: Option<Arc<Journal>>,
}

impl Context {
    /// A context without a journal.
    pub fn new(server: impl Into<Server>, device: Option<LinkedDevice>) -> Self {
        let Server(client) = server.into();
        Self {
            client,
            device,
            keys_in: KeysIn::default(),
            damage: None,
            journal: None,
        }
    }

    /// Until when requests to the server wait, because it takes only so many a minute, whoever in this process has sent
    /// them; `None` while none waits.
    pub fn waiting(&self) -> watch::Receiver<Option<Pause>> {
        self.client.waiting()
    }

    /// By how many seconds the server's clock is ahead of this machine's, negative where it is behind; `None` before an answer
    /// has said what it is.
    pub fn clock_ahead(&self) -> Option<i64> {
        self.client.clock_ahead()
    }

    /// The same with this device, or without one.
    #[must_use]
    pub fn with_device(self, device: Option<LinkedDevice>) -> Self {
        Self { device, ..self }
    }

    /// The same, whose device's keys are kept there, which is told where they are not those that the server has.
    #[must_use]
    pub fn with_keys_in(self, keys_in: KeysIn) -> Self {
        Self { keys_in, ..self }
    }

    /// The same, without a device because what is kept of it cannot be used.
    #[must_use]
    pub(crate) fn with_damaged_device(self, damage: KeychainError) -> Self {
        Self {
            device: None,
            damage: Some(damage),
            ..self
        }
    }

    /// The same, writing ahead into this journal.
    #[must_use]
    pub fn with_journal(self, journal: Arc<Journal>) -> Self {
        Self {
            journal: Some(journal),
            ..self
        }
    }

    /// Waits until no other window or command works in this place.
    ///
    /// # Errors
    /// [`Problem::Busy`] when that takes too long.
    pub(super) async fn lock(&self, place: &Place) -> Result<Option<PlaceLock>, Problem> {
        match &self.journal {
            Some(journal) => journal.lock(place).await.map(Some),
            None => Ok(None),
        }
    }

    /// This machine's identity.
    ///
    /// # Errors
    /// [`Problem::NoDevice`]; [`Problem::Keychain`] where it is kept and cannot be used.
    pub(super) fn device(&self) -> Result<&LinkedDevice, Problem> {
        let missing = || match &self.damage {
            Some(damage) => Problem::Keychain(damage.clone()),
            None => Problem::NoDevice,
        };
        self.device.as_ref().ok_or_else(missing)
    }
}
