//! An account: a server, and what a keychain of this machine keeps for it: session, device, key of the journal.
//!
//! Environment keys are not kept at all: they are fetched and opened when they are needed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::devices::{self, DeviceRecord, DeviceStore};
use super::sign_in::SignIn;
use crate::journal::{self, Journal};
use crate::{Context, LinkedDevice, OwnChecks};
use client::{ApiAddress, Client};
use keychain::ghostable::Prefix;
use keychain::{ApiOrigin, Keychain, StoreKind, StoredIdentity, StoredSession};
use model::{AddressError, KeychainError, KeysIn, Owner, Part, Problem};
use protocol::crypto::{self, DeviceIdentity};
use protocol::secret::AccessToken;
use protocol::{DeviceId, Moment};

/// A server and where its secrets are on this machine.
#[derive(Clone, Debug)]
pub struct Account {
    address: ApiAddress,
    origin: ApiOrigin,
    keychain: Keychain,
    journals: Option<PathBuf>,
    deadline: Duration,
}

impl Account {
    /// The account at this address. Journals are folders in `journals`; without that nothing is written ahead.
    ///
    /// # Errors
    /// [`AddressError`] when credentials may not be sent there.
    pub fn at(address: &str, keychain: Keychain, journals: Option<PathBuf>) -> Result<Self, AddressError> {
        let address = ApiAddress::parse(address)?;
        let origin = ApiOrigin::of(address.as_str()).ok_or(AddressError::NotAnAddress)?;
        Ok(Self {
            address,
            origin,
            keychain,
            journals,
            deadline: journal::DEADLINE,
        })
    }

    /// The same, whose journal forgets secrets this long after they were shown.
    #[must_use]
    pub fn with_journal_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The address of the API, without a slash at its end.
    pub fn address(&self) -> &str {
        self.address.as_str()
    }

    /// The host, and the port where it is not the scheme's own: how people recognise a server.
    pub fn host(&self) -> String {
        self.address.host()
    }

    /// Whether the server is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.address.is_loopback()
    }

    /// The keychain.
    pub fn keychain(&self) -> &Keychain {
        &self.keychain
    }

    /// The API before sign-in.
    ///
    /// # Errors
    /// When the network cannot be set up.
    pub fn sign_in(&self) -> Result<SignIn, Problem> {
        Ok(client::SignIn::new(self.address.clone())?.into())
    }

    /// The session that is kept, unless it has ended.
    ///
    /// # Errors
    /// [`Problem::Keychain`].
    pub async fn session(&self) -> Result<Option<AccessToken>, Problem> {
        let kept = self.keychain.load_session(&self.origin).await?;
        let lasts = |session: &StoredSession| session.expires_at.is_none_or(|end| end > Moment::now());
        Ok(kept.filter(lasts).map(|session| session.access_token))
    }

    /// Keeps a session.
    ///
    /// # Errors
    /// [`Problem::Keychain`].
    pub async fn keep(&self, token: &AccessToken) -> Result<(), Problem> {
        let session = StoredSession {
            access_token: token.clone(),
            organization: None,
            expires_at: None,
        };
        Ok(self.keychain.save_session(&self.origin, &session).await?)
    }

    /// This machine's device at this server, if it is linked.
    ///
    /// # Errors
    /// [`Problem::Keychain`], also when the stored public keys do not follow from the private ones.
    pub async fn device(&self) -> Result<Option<LinkedDevice>, Problem> {
        let stored = self.keychain.load_identity(&self.origin).await?;
        Ok(stored.map(|stored| linked(stored, Owner::Own)).transpose()?)
    }

    /// Whether the Ghostable command line has this device, too. Then it is not this program's to end.
    pub async fn is_command_lines(&self, device: &DeviceId) -> bool {
        let entries = self.keychain.command_line(Prefix::from_environment());
        matches!(entries.identity().await, Ok(Some(its)) if its.device_id == *device)
    }

    /// Whether operations at this server are to be written ahead.
    pub fn has_journals(&self) -> bool {
        self.journals.is_some()
    }

    /// Everything that a use case needs, as the signed-in user. Without the device or the journal where their entry is
    /// damaged: listing and revoking work without, and whatever needs the device tells the damage.
    ///
    /// # Errors
    /// [`Problem::Keychain`]; when the network cannot be set up.
    pub async fn context(&self, token: &AccessToken) -> Result<Context, Problem> {
        let keys_in = match self.keychain.kind() {
            StoreKind::System => KeysIn::Keychain,
            StoreKind::File => KeysIn::KeyFile,
        };
        let context = self.visitor(token)?.with_keys_in(keys_in);
        let context = match self.device().await {
            Err(Problem::Keychain(damage @ KeychainError::Corrupt { .. })) => {
                context.with_damaged_device(damage)
            }
            device => context.with_device(device?),
        };
        Ok(match unless_damaged(self.journal().await)? {
            Some(journal) => context.with_journal(Arc::new(journal)),
            None => context,
        })
    }

    /// As the signed-in user, without this machine's device and without a journal.
    ///
    /// # Errors
    /// When the network cannot be set up.
    pub fn visitor(&self, token: &AccessToken) -> Result<Context, Problem> {
        Ok(Context::new(Client::new(self.address.clone(), token)?, None))
    }

    async fn journal(&self) -> Result<Option<Journal>, Problem> {
        let Some(folder) = self.journal_folder() else {
            return Ok(None);
        };
        let make = || crypto::make_journal_key(&mut crypto::system_rng());
        let key = self.keychain.load_or_make_journal_key(make).await?;
        let journal = Journal::open(folder, key, self.origin.as_str());
        // The folder shows, from now on, that the key is in use (see `forget_journal`).
        journal.make_folder()?;
        Ok(Some(journal.with_deadline(self.deadline)))
    }

    /// Where this program's own checks as a runner at this server are noted; `None` where nothing is kept.
    pub fn own_checks(&self) -> Option<OwnChecks> {
        Some(OwnChecks::at(self.journal_folder()?, self.origin.as_str()))
    }

    /// One folder a server, called by its address.
    fn journal_folder(&self) -> Option<PathBuf> {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        };
        let name: String = self.origin.as_str().chars().map(plain).collect();
        self.journals.as_ref().map(|folder| folder.join(name))
    }

    /// Where the keys of this machine's device are kept.
    pub fn devices(&self) -> Arc<dyn DeviceStore> {
        Arc::new(Devices {
            keychain: self.keychain.clone(),
            origin: self.origin.clone(),
        })
    }

    /// Ends the device at the server, unless it is the command line's, then forgets everything that is kept here.
    ///
    /// # Errors
    /// API errors: then nothing was forgotten, and [`Account::forget`] is left. [`Problem::Keychain`] when entries
    /// may still be there.
    pub async fn sign_out(&self, context: &Context) -> Result<(), Problem> {
        if let Some(device) = &context.device
            && !self.is_command_lines(&device.id).await
        {
            devices::unlink(context, &self.devices(), &device.id).await?;
        }
        self.forget().await
    }

    /// Forgets session, device, and the key of the journal with what is in it. All are tried.
    ///
    /// # Errors
    /// [`Problem::Keychain`] when entries may still be there.
    pub async fn forget(&self) -> Result<(), Problem> {
        let entries = self.keychain.forget_all(&self.origin).await;
        let key = self.forget_journal().await;
        Ok(entries.and(key)?)
    }

    /// The key is one for all servers: it stays while another one's journal has something.
    async fn forget_journal(&self) -> Result<(), KeychainError> {
        let Some(folder) = self.journal_folder() else {
            return Ok(());
        };
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let others = self.journals.as_ref().and_then(|folder| folder.read_dir().ok());
        let others = others.into_iter().flatten().flatten();
        if others.map(|folder| folder.path()).any(|it| it.is_dir()) {
            return Ok(());
        }
        self.keychain.forget_journal_key().await
    }
}

/// Nothing where an entry is damaged, so that the rest can be used.
fn unless_damaged<T>(found: Result<Option<T>, Problem>) -> Result<Option<T>, Problem> {
    match found {
        Err(Problem::Keychain(KeychainError::Corrupt { part, why, .. })) => {
            tracing::warn!(%part, why, "going on without");
            Ok(None)
        }
        other => other,
    }
}

/// The keys, if they are pairs.
pub(super) fn linked(stored: StoredIdentity, owner: Owner) -> Result<LinkedDevice, KeychainError> {
    let identity = DeviceIdentity::from_secrets(&stored.signing_seed, &stored.encryption_key);
    let (part, why) = if identity.signing_public() != stored.signing_public {
        (Part::SigningKey, "it does not belong to the stored public key")
    } else if identity.encryption_public() != stored.encryption_public {
        (Part::EncryptionKey, "it does not belong to the stored public key")
    } else {
        return Ok(LinkedDevice {
            id: stored.device_id,
            identity,
        });
    };
    Err(KeychainError::Corrupt { part, owner, why })
}

/// The keys of this machine's device at one server, in a keychain.
struct Devices {
    keychain: Keychain,
    origin: ApiOrigin,
}

impl Devices {
    /// The keychain has threads of its own; this one waits.
    fn wait(work: impl Future<Output = Result<(), KeychainError>>) -> Result<(), KeychainError> {
        tokio::runtime::Handle::current().block_on(work)
    }
}

impl DeviceStore for Devices {
    fn save(&self, record: &DeviceRecord) -> Result<(), KeychainError> {
        let identity = &record.device.identity;
        let stored = StoredIdentity {
            device_id: record.device.id.clone(),
            name: Some(record.name.clone()),
            platform: Some(record.platform.clone()),
            created_at: Some(record.created_at),
            signing_seed: identity.signing_seed().clone(),
            encryption_key: identity.encryption_private_key().clone(),
            signing_public: identity.signing_public(),
            encryption_public: identity.encryption_public(),
        };
        Self::wait(self.keychain.save_identity(&self.origin, &stored))
    }

    fn forget(&self, device: &DeviceId) -> Result<(), KeychainError> {
        Self::wait(async {
            let kept = self.keychain.load_identity(&self.origin).await;
            // Another window may have linked a new device meanwhile; what cannot be read is removed.
            match kept {
                Ok(Some(kept)) if kept.device_id != *device => Ok(()),
                _ => self.keychain.forget_identity(&self.origin).await,
            }
        })
    }
}
