//! What the entries say: JSON documents and keys in base64, read strictly and named when they are not what they should
//! be. Parsing errors are not passed on: serde's texts repeat what they stumble over.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Raw;
use model::{KeychainError, Owner, Part};
use protocol::secret::{
    AccessToken, EncryptionPrivateKey, EnvironmentKey, JournalKey, SecretText, SigningSeed,
};
use protocol::{DeviceId, Fingerprint, Moment, OrganizationId, PublicKey, SigningPublicKey};

/// A signed-in user.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The bearer token.
    pub access_token: AccessToken,
    /// The organisation that was chosen.
    pub organization: Option<OrganizationId>,
    /// When the token ends, where the server said so.
    pub expires_at: Option<Moment>,
}

/// A device's two key pairs and what is known about it.
///
/// That the public keys follow from the private ones is for the caller to check: `DeviceIdentity::from_secrets` of the
/// two private keys must have the same `signing_public` and `encryption_public`.
#[derive(Clone, Debug)]
pub struct StoredIdentity {
    /// Its id on the server.
    pub device_id: DeviceId,
    pub name: Option<String>,
    /// System and architecture, as registered.
    pub platform: Option<String>,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// The Ed25519 private key.
    pub signing_seed: SigningSeed,
    /// The X25519 private key.
    pub encryption_key: EncryptionPrivateKey,
    /// The Ed25519 public key, as the document has it.
    pub signing_public: SigningPublicKey,
    /// The X25519 public key, as the document has it.
    pub encryption_public: PublicKey,
}

/// An environment key that was kept (docs/protocol.md 4.3). That it has this fingerprint has been checked.
#[derive(Clone, Debug)]
pub struct StoredEnvironmentKey {
    pub key: EnvironmentKey,
    /// Its version on the server.
    pub version: u64,
    pub fingerprint: Fingerprint,
}

/// An entry about to be read.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) part: Part,
    pub(super) owner: Owner,
}

impl Entry {
    pub(super) fn corrupt(self, why: &'static str) -> KeychainError {
        KeychainError::Corrupt {
            part: self.part,
            owner: self.owner,
            why,
        }
    }

    pub(super) fn text(self, raw: Raw) -> Result<SecretText, KeychainError> {
        raw.into_text().ok_or_else(|| self.corrupt("it is not text"))
    }

    /// 32 bytes in base64, taken by what keeps them.
    fn key<K>(self, text: &SecretText, take: impl FnOnce(&[u8; 32]) -> K) -> Result<K, KeychainError> {
        // Exposed to be decoded.
        let decoded = BASE64.decode(text.expose().trim().as_bytes()).map(Zeroizing::new);
        let bytes = decoded
            .as_ref()
            .ok()
            .and_then(|bytes| bytes.as_slice().try_into().ok());
        bytes
            .map(take)
            .ok_or_else(|| self.corrupt("it is not a key of 32 bytes in base64"))
    }

    pub(super) fn signing_seed(self, text: &SecretText) -> Result<SigningSeed, KeychainError> {
        self.key(text, SigningSeed::copy_of)
    }

    pub(super) fn encryption_key(self, text: &SecretText) -> Result<EncryptionPrivateKey, KeychainError> {
        self.key(text, EncryptionPrivateKey::copy_of)
    }

    pub(super) fn journal_key(self, text: &SecretText) -> Result<JournalKey, KeychainError> {
        self.key(text, JournalKey::copy_of)
    }

    fn json<'t, T: Deserialize<'t>>(self, text: &'t SecretText) -> Result<T, KeychainError> {
        // Exposed to be parsed; secret members go straight into secret types.
        serde_json::from_str(text.expose()).map_err(|error| {
            self.corrupt(match error.classify() {
                serde_json::error::Category::Data => "a member is missing or of the wrong kind",
                _ => "it is not JSON",
            })
        })
    }

    pub(super) fn session(self, text: &SecretText) -> Result<StoredSession, KeychainError> {
        let session: SessionDocument = self.json(text)?;
        if session.access_token.is_blank() {
            return Err(self.corrupt("it has no access token"));
        }
        let expires_at = match session.expires_at {
            Some(text) => Some(Moment::parse(&text).ok_or_else(|| self.corrupt("its expiry is not a date"))?),
            None => None,
        };
        Ok(StoredSession {
            access_token: session.access_token,
            organization: session
                .organization_id
                .filter(|id| !id.trim().is_empty())
                .map(OrganizationId::new),
            expires_at,
        })
    }

    pub(super) fn identity(self, text: &SecretText) -> Result<Identity, KeychainError> {
        let document: IdentityDocument = self.json(text)?;
        if document.version != 1 {
            return Err(self.corrupt("it is of a version that is not known here"));
        }
        if document.device_id.trim().is_empty() {
            return Err(self.corrupt("it has no device id"));
        }
        if document.signing_key.alg != "Ed25519" || document.encryption_key.alg != "X25519" {
            return Err(self.corrupt("its keys are of another kind"));
        }
        let signing = SigningPublicKey::from_base64(&document.signing_key.public_key);
        let encryption = PublicKey::from_base64(&document.encryption_key.public_key);
        Ok(Identity {
            device_id: DeviceId::new(document.device_id),
            name: document.name,
            platform: document.platform,
            created_at: document.created_at_iso.as_deref().and_then(Moment::parse),
            signing_public: signing.ok_or_else(|| self.corrupt("its signing public key is malformed"))?,
            encryption_public: encryption
                .ok_or_else(|| self.corrupt("its encryption public key is malformed"))?,
            signing_key: document.signing_key.private_key,
            encryption_key: document.encryption_key.private_key,
        })
    }

    pub(super) fn environment_key(self, text: &SecretText) -> Result<StoredEnvironmentKey, KeychainError> {
        let document: EnvironmentKeyDocument = self.json(text)?;
        let key = self.key(&document.key_b64, EnvironmentKey::copy_of)?;
        let announced = Fingerprint::from_hex(&document.fingerprint)
            .ok_or_else(|| self.corrupt("its fingerprint is malformed"))?;
        // Exposed to be measured: a fingerprint is the SHA-256 of 32 bytes, of this key as of a public one.
        if PublicKey::from_bytes(*key.expose()).fingerprint() != announced {
            return Err(self.corrupt("it does not have the fingerprint that is noted with it"));
        }
        Ok(StoredEnvironmentKey {
            key,
            version: document.version,
            fingerprint: announced,
        })
    }
}

/// An identity document, with the private keys where it carries them.
pub(super) struct Identity {
    pub(super) device_id: DeviceId,
    name: Option<String>,
    platform: Option<String>,
    created_at: Option<Moment>,
    signing_public: SigningPublicKey,
    encryption_public: PublicKey,
    pub(super) signing_key: Option<SecretText>,
    pub(super) encryption_key: Option<SecretText>,
}

impl Identity {
    pub(super) fn with(
        self,
        signing_seed: SigningSeed,
        encryption_key: EncryptionPrivateKey,
    ) -> StoredIdentity {
        StoredIdentity {
            device_id: self.device_id,
            name: self.name,
            platform: self.platform,
            created_at: self.created_at,
            signing_seed,
            encryption_key,
            signing_public: self.signing_public,
            encryption_public: self.encryption_public,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionDocument {
    access_token: AccessToken,
    organization_id: Option<String>,
    expires_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdentityDocument {
    device_id: String,
    name: Option<String>,
    platform: Option<String>,
    created_at_iso: Option<String>,
    version: u64,
    signing_key: KeyDocument,
    encryption_key: KeyDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyDocument {
    alg: String,
    public_key: String,
    private_key: Option<SecretText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvironmentKeyDocument {
    key_b64: SecretText,
    version: u64,
    fingerprint: String,
}

/// Room for any of our documents: a buffer that had to grow would leave its text behind.
const ROOM: usize = 16 << 10;

/// JSON with secrets in it.
fn write<T: Serialize>(document: &T) -> SecretText {
    let mut buffer = Vec::with_capacity(ROOM);
    let written = serde_json::to_writer(&mut buffer, document);
    debug_assert!(written.is_ok(), "texts and numbers always serialise");
    Raw::new(buffer)
        .into_text()
        .unwrap_or_else(|| SecretText::new(String::new()))
}

impl StoredSession {
    pub(super) fn to_document(&self) -> SecretText {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Document<'a> {
            access_token: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            organization_id: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            expires_at: Option<String>,
        }
        write(&Document {
            // Exposed to be stored in a keychain.
            access_token: self.access_token.expose(),
            organization_id: self.organization.as_ref().map(OrganizationId::as_str),
            expires_at: self.expires_at.map(Moment::to_wire),
        })
    }
}

impl StoredIdentity {
    pub(super) fn to_document(&self) -> SecretText {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Key<'a> {
            alg: &'static str,
            public_key: String,
            private_key: &'a str,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Document<'a> {
            device_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            platform: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            created_at_iso: Option<String>,
            version: u64,
            signing_key: Key<'a>,
            encryption_key: Key<'a>,
        }
        // Exposed to be stored in a keychain.
        let signing = base64_of(self.signing_seed.expose());
        let encryption = base64_of(self.encryption_key.expose());
        write(&Document {
            device_id: self.device_id.as_str(),
            name: self.name.as_deref(),
            platform: self.platform.as_deref(),
            created_at_iso: self.created_at.map(Moment::to_wire),
            version: 1,
            signing_key: Key {
                alg: "Ed25519",
                public_key: self.signing_public.to_base64(),
                private_key: signing.expose(),
            },
            encryption_key: Key {
                alg: "X25519",
                public_key: self.encryption_public.to_base64(),
                private_key: encryption.expose(),
            },
        })
    }
}

/// Standard base64 of a secret of 32 bytes.
pub(super) fn base64_of(bytes: &[u8; 32]) -> SecretText {
    SecretText::new(BASE64.encode(bytes))
}
