//! This program's own entries: `dev.deploytokens.<kind>`, one for each API.
//!
//! An identity is one entry with both private keys in it, so it is there as a whole or not at all.

use url::Url;

use super::document::{Entry, base64_of};
use super::{Item, Keychain, Store, StoredIdentity, StoredSession};
use model::{KeychainError, Owner, Part};
use protocol::secret::JournalKey;

const SESSION: &str = "dev.deploytokens.session";
const DEVICE: &str = "dev.deploytokens.device";
const JOURNAL: &str = "dev.deploytokens.journal-key";
/// The journal is one for all APIs.
const JOURNAL_ACCOUNT: &str = "journal";

/// Which API an entry belongs to: scheme, host and port of its address, so that one server never gets another's token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiOrigin(String);

impl ApiOrigin {
    /// The origin of an API's address; `None` where it has none.
    pub fn of(address: &str) -> Option<Self> {
        let origin = Url::parse(address.trim()).ok()?.origin();
        origin.is_tuple().then(|| Self(origin.ascii_serialization()))
    }

    /// For example `https://ghostable.dev`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn own(part: Part) -> Entry {
    Entry {
        part,
        owner: Owner::Own,
    }
}

impl Keychain {
    /// The session with an API.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn load_session(&self, api: &ApiOrigin) -> Result<Option<StoredSession>, KeychainError> {
        let item = Item::new(SESSION, api.as_str());
        self.run(move |store| {
            let entry = own(Part::Session);
            let found = store.read(&item)?;
            found.map(|raw| entry.session(&entry.text(raw)?)).transpose()
        })
        .await
    }

    /// Keeps the session with an API.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn save_session(&self, api: &ApiOrigin, session: &StoredSession) -> Result<(), KeychainError> {
        let (item, document) = (Item::new(SESSION, api.as_str()), session.to_document());
        self.run(move |store| store.write(&item, &document)).await
    }

    /// Forgets the session with an API.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn forget_session(&self, api: &ApiOrigin) -> Result<(), KeychainError> {
        self.forget(Item::new(SESSION, api.as_str())).await
    }

    /// This device as it is known to an API.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn load_identity(&self, api: &ApiOrigin) -> Result<Option<StoredIdentity>, KeychainError> {
        let item = Item::new(DEVICE, api.as_str());
        self.run(move |store| {
            let entry = own(Part::Identity);
            let Some(raw) = store.read(&item)? else {
                return Ok(None);
            };
            let identity = entry.identity(&entry.text(raw)?)?;
            let (signing, encryption) = (own(Part::SigningKey), own(Part::EncryptionKey));
            let missing = |entry: Entry| move || entry.corrupt("it is missing");
            let seed = identity.signing_key.as_ref().ok_or_else(missing(signing))?;
            let seed = signing.signing_seed(seed)?;
            let key = identity.encryption_key.as_ref().ok_or_else(missing(encryption))?;
            let key = encryption.encryption_key(key)?;
            Ok(Some(identity.with(seed, key)))
        })
        .await
    }

    /// Keeps this device as it is known to an API, in place of the one before.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn save_identity(
        &self,
        api: &ApiOrigin,
        identity: &StoredIdentity,
    ) -> Result<(), KeychainError> {
        let (item, document) = (Item::new(DEVICE, api.as_str()), identity.to_document());
        self.run(move |store| store.write(&item, &document)).await
    }

    /// Forgets this device's keys.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn forget_identity(&self, api: &ApiOrigin) -> Result<(), KeychainError> {
        self.forget(Item::new(DEVICE, api.as_str())).await
    }

    /// The key of the journal; where there is none yet, the one that `make` gives, once it is stored. A stored key that
    /// is damaged is an error and is never replaced.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn load_or_make_journal_key(
        &self,
        make: impl FnOnce() -> JournalKey + Send + 'static,
    ) -> Result<JournalKey, KeychainError> {
        let item = Item::new(JOURNAL, JOURNAL_ACCOUNT);
        self.run(move |store| {
            if let Some(key) = journal_key(store, &item)? {
                return Ok(key);
            }
            // Exposed to be stored in a keychain.
            store.write(&item, &base64_of(make().expose()))?;
            // Read again: where two programs make one at once, both go on with the one that stayed.
            journal_key(store, &item)?.ok_or_else(|| own(Part::JournalKey).corrupt("it was not kept"))
        })
        .await
    }

    /// Forgets the key of the journal: what the journal still holds can then not be read any more.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn forget_journal_key(&self) -> Result<(), KeychainError> {
        self.forget(Item::new(JOURNAL, JOURNAL_ACCOUNT)).await
    }

    /// Forgets the session with an API and this device's keys there. Both are tried, and the first error is told.
    ///
    /// # Errors
    /// Any of [`KeychainError`].
    pub async fn forget_all(&self, api: &ApiOrigin) -> Result<(), KeychainError> {
        let session = self.forget_session(api).await;
        let identity = self.forget_identity(api).await;
        session.and(identity)
    }

    async fn forget(&self, item: Item) -> Result<(), KeychainError> {
        self.run(move |store| store.remove(&item)).await
    }
}

fn journal_key(store: &dyn Store, item: &Item) -> Result<Option<JournalKey>, KeychainError> {
    let entry = own(Part::JournalKey);
    let Some(raw) = store.read(item)? else {
        return Ok(None);
    };
    entry.journal_key(&entry.text(raw)?).map(Some)
}
