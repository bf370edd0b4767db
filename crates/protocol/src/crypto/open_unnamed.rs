//! Recipient payloads that do not say what they are for: what other clients of the service write (docs/protocol.md 6.1).
//! They name neither project, environment nor addressee and carry no signature, so that nothing but the announced
//! fingerprint says that what opens is the key that was asked for.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::envelope::ENVELOPE_ALGORITHM;
use super::environment_key::key_fingerprint;
use super::error::{Layer, OpenError};
use super::identity::DeviceIdentity;
use super::open_key::{OpenedKey, data_key, open_outer};
use super::primitives::{self, NONCE_LENGTH};
use crate::secret::{EncryptionPrivateKey, EnvironmentKey};
use crate::types::envelope::PublishedKey;
use crate::types::keys::decode_base64;
use crate::types::{Fingerprint, PublicKey, SealedEnvironmentKey};

/// `alg` as these payloads have it, if they have one.
const ALGORITHM: &str = "xchacha20-poly1305";

/// A payload with the three members that are needed to open it.
pub(super) struct UnnamedEnvelope {
    ephemeral: PublicKey,
    nonce: [u8; NONCE_LENGTH],
    ciphertext: Vec<u8>,
    /// Base64, if it names an addressee.
    addressee: Option<String>,
}

impl UnnamedEnvelope {
    /// Reads the members of a recipient's payload. `None` if it says what it is for, and is to be judged by that.
    ///
    /// # Errors
    /// [`OpenError`] names what cannot be read.
    pub(super) fn from_members(object: &Map<String, Value>) -> Result<Option<Self>, OpenError> {
        let given = |name: &str| object.get(name).is_some_and(|value| !value.is_null());
        if given("meta") || given("aad_b64") {
            return Ok(None);
        }
        Self::read(object).map(Some)
    }

    fn read(object: &Map<String, Value>) -> Result<Self, OpenError> {
        let text = |what: &'static str| match object.get(what) {
            Some(Value::String(text)) => Ok(text.as_str()),
            _ => Err(OpenError::Malformed { what }),
        };
        let known = [ALGORITHM, ENVELOPE_ALGORITHM];
        match object.get("alg") {
            None | Some(Value::Null) => {}
            Some(Value::String(alg)) if known.iter().any(|it| alg.eq_ignore_ascii_case(it)) => {}
            Some(_) => return Err(OpenError::Algorithm),
        }
        let bytes = |what| decode_base64(text(what)?).ok_or(OpenError::Malformed { what });
        Ok(Self {
            ephemeral: PublicKey::from_base64(text("from_ephemeral_public_key")?)
                .ok_or(OpenError::KeyLength)?,
            nonce: bytes("nonce_b64")?
                .try_into()
                .map_err(|_| OpenError::NonceLength)?,
            ciphertext: bytes("ciphertext_b64")?,
            addressee: text("to_device_public_key").ok().map(str::to_owned),
        })
    }

    /// Opens it for this device: the plaintext is the DEK, or in the single-layer form the environment key itself.
    ///
    /// # Errors
    /// [`OpenError::Malformed`] where the server announces no fingerprint, because nothing else says what the key is;
    /// [`OpenError::Addressee`], [`OpenError::FingerprintMismatch`]; what fails while it is opened.
    pub(super) fn open(
        &self,
        published: &PublishedKey,
        sealed: &SealedEnvironmentKey,
        identity: &DeviceIdentity,
    ) -> Result<OpenedKey, OpenError> {
        let announced = published
            .fingerprint
            .ok_or(OpenError::Malformed { what: "fingerprint" })?;
        let own = identity.encryption_public();
        if self
            .addressee
            .as_deref()
            .is_some_and(|to| PublicKey::from_base64(to) != Some(own))
        {
            return Err(OpenError::Addressee);
        }
        let plain = self.decrypt(identity.encryption_private_key())?;
        if let Some(key) = single_layer(&plain, announced) {
            return Ok(OpenedKey::new(key, None));
        }
        let dek = data_key(&plain)?;
        let key = open_outer(sealed, &dek)?;
        match key_fingerprint(&key) {
            opened if opened == announced => Ok(OpenedKey::new(key, Some(dek))),
            opened => Err(OpenError::FingerprintMismatch { announced, opened }),
        }
    }

    fn decrypt(&self, key: &EncryptionPrivateKey) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        // The scalar multiplication needs the private key's bytes.
        let shared = primitives::agree(key.expose(), &self.ephemeral).ok_or(OpenError::AllZeroAgreement)?;
        let key = primitives::derive_envelope_key(&shared);
        primitives::decrypt(&key, &self.nonce, &[], &self.ciphertext).ok_or(OpenError::Decrypt {
            layer: Layer::Recipient,
        })
    }
}

/// The plaintext as the environment key itself, if it is the announced one.
fn single_layer(plain: &[u8], announced: Fingerprint) -> Option<EnvironmentKey> {
    let bytes: &[u8; primitives::KEY_LENGTH] = plain.try_into().ok()?;
    let key = EnvironmentKey::fill_with(|out| out.copy_from_slice(bytes));
    (key_fingerprint(&key) == announced).then_some(key)
}
