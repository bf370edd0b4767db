//! The EncryptedEnvelope: a sealed, signed message for one recipient (docs/protocol.md 5.1 to 5.4).
//!
//! Its JSON is written and read here because it is itself the payload of a published key (`edek_b64`, 6.1). What an
//! envelope should be about is checked by whoever opens it: [`super::open_environment_key`] for devices,
//! [`super::open_bundle`] for runners.
//!
//! Security limit: without the sender's public key an envelope proves nothing about who made it.

use data_encoding::BASE64;
use rand_core::CryptoRng;
use serde::Serialize;
use x25519_dalek::StaticSecret;
use zeroize::{Zeroize as _, Zeroizing};

mod json;

pub(super) use json::members_of_edek;

use super::body::verify_bytes;
use super::error::{CryptoError, Layer, OpenError};
use super::identity::{DeviceIdentity, SIGNATURE_LENGTH};
use super::meta::Meta;
use super::primitives::{self, KEY_LENGTH, NONCE_LENGTH};
use crate::secret::EncryptionPrivateKey;
use crate::types::keys::decode_base64;
use crate::types::{Fingerprint, Moment, PublicKey, SigningPublicKey};

/// `version` of an envelope.
pub const ENVELOPE_VERSION: &str = "v1";
/// `alg` of an envelope.
pub const ENVELOPE_ALGORITHM: &str = "XChaCha20-Poly1305+HKDF-SHA256";

/// An envelope with its members as they go over the wire, in writing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EncryptedEnvelope {
    /// Random UUID v4.
    pub id: String,
    /// [`ENVELOPE_VERSION`].
    pub version: String,
    /// [`ENVELOPE_ALGORITHM`]; `None` if absent, which only a runner accepts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The recipient's X25519 public key, base64.
    pub to_device_public_key: String,
    /// The ephemeral X25519 public key, base64.
    pub from_ephemeral_public_key: String,
    /// 24 bytes, base64.
    pub nonce_b64: String,
    /// Ciphertext and 16 bytes of tag, base64.
    pub ciphertext_b64: String,
    /// UTC with milliseconds.
    pub created_at: String,
    /// Never written and never checked by anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// What the envelope is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The authenticated bytes: the canonical meta, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aad_b64: Option<String>,
    /// Fingerprint of the sender's signing key, hex; `None` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_kid: Option<String>,
    /// 64 bytes, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_b64: Option<String>,
}

/// What is fresh in each envelope. Never use one twice: a repeated pair of ephemeral key and nonce gives two
/// plaintexts under one key stream.
pub struct EnvelopeInputs {
    ephemeral: StaticSecret,
    nonce: [u8; NONCE_LENGTH],
    id: uuid::Uuid,
    created_at: Moment,
}

impl EnvelopeInputs {
    /// Draws, in this order: 32 bytes of ephemeral private key, 24 of nonce, 16 of id.
    pub fn make<R: CryptoRng + ?Sized>(now: Moment, rng: &mut R) -> Self {
        let mut ephemeral = [0; KEY_LENGTH];
        rng.fill_bytes(&mut ephemeral);
        let secret = StaticSecret::from(ephemeral);
        ephemeral.zeroize();
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        Self {
            ephemeral: secret,
            nonce,
            id: uuid::Builder::from_random_bytes(id).into_uuid(),
            created_at: now,
        }
    }
}

/// What is the same in all envelopes of one publication, worked out once.
pub(super) struct Sealer<'a> {
    sender: &'a DeviceIdentity,
    meta: Option<&'a Meta>,
    canonical: Option<String>,
    aad_b64: Option<String>,
    kid: String,
}

impl<'a> Sealer<'a> {
    pub(super) fn new(sender: &'a DeviceIdentity, meta: Option<&'a Meta>) -> Self {
        let canonical = meta.map(Meta::to_canonical_json);
        Self {
            sender,
            meta,
            aad_b64: canonical.as_ref().map(|json| BASE64.encode(json.as_bytes())),
            canonical,
            kid: sender.kid().to_hex(),
        }
    }

    pub(super) fn seal(
        &self,
        plaintext: &[u8],
        recipient: &PublicKey,
        inputs: &EnvelopeInputs,
    ) -> Result<EncryptedEnvelope, CryptoError> {
        let shared = primitives::agree(inputs.ephemeral.as_bytes(), recipient)
            .ok_or(CryptoError::LowOrderRecipient { recipient: None })?;
        let key = primitives::derive_envelope_key(&shared);
        let aad = self.canonical.as_deref().unwrap_or_default().as_bytes();
        let ciphertext =
            primitives::encrypt(&key, &inputs.nonce, aad, plaintext).ok_or(CryptoError::TooLong)?;
        let mut envelope = EncryptedEnvelope {
            id: inputs.id.to_string(),
            version: ENVELOPE_VERSION.to_owned(),
            alg: Some(ENVELOPE_ALGORITHM.to_owned()),
            to_device_public_key: recipient.to_base64(),
            from_ephemeral_public_key: primitives::public_key(inputs.ephemeral.as_bytes()).to_base64(),
            nonce_b64: BASE64.encode(&inputs.nonce),
            ciphertext_b64: BASE64.encode(&ciphertext),
            created_at: inputs.created_at.to_wire(),
            expires_at: None,
            meta: self.meta.cloned(),
            aad_b64: self.aad_b64.clone(),
            sender_kid: Some(self.kid.clone()),
            signature_b64: None,
        };
        let text = envelope.signed_text(self.canonical.as_deref().unwrap_or_default());
        envelope.signature_b64 = Some(BASE64.encode(&self.sender.sign(text.as_bytes())));
        Ok(envelope)
    }
}

/// Seals and signs a plaintext for one recipient (docs/protocol.md 5.1, 5.4).
///
/// # Errors
/// [`CryptoError::LowOrderRecipient`], or [`CryptoError::TooLong`] above 256 GiB.
pub fn seal(
    plaintext: &[u8],
    meta: Option<&Meta>,
    recipient: &PublicKey,
    sender: &DeviceIdentity,
    inputs: &EnvelopeInputs,
) -> Result<EncryptedEnvelope, CryptoError> {
    Sealer::new(sender, meta).seal(plaintext, recipient, inputs)
}

/// Opens an envelope on a device. Checks, in this order: version, algorithm, addressee, authenticated data against
/// meta, lengths, key agreement, tag. Neither what `meta` says nor the signature is judged here.
///
/// # Errors
/// [`OpenError`] names the failed check.
pub fn open(
    envelope: &EncryptedEnvelope,
    key: &EncryptionPrivateKey,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    // The scalar multiplications need the private key's bytes.
    let private = key.expose();
    if envelope.version != ENVELOPE_VERSION {
        return Err(OpenError::Version);
    }
    match &envelope.alg {
        Some(alg) if alg.eq_ignore_ascii_case(ENVELOPE_ALGORITHM) => {}
        _ => return Err(OpenError::Algorithm),
    }
    if !envelope.is_addressed_to(&primitives::public_key(private)) {
        return Err(OpenError::Addressee);
    }
    let aad = envelope.checked_aad()?;
    let ephemeral = envelope.ephemeral_key()?;
    let shared = primitives::agree(private, &ephemeral).ok_or(OpenError::AllZeroAgreement)?;
    envelope.decrypt(&primitives::derive_envelope_key(&shared), aad.as_bytes())
}

/// Checks that the envelope names this key as its sender and that the signature is this key's (docs/protocol.md 5.4).
///
/// # Errors
/// [`OpenError::SenderKid`] or [`OpenError::Signature`].
pub fn verify_signature(envelope: &EncryptedEnvelope, sender: &SigningPublicKey) -> Result<(), OpenError> {
    if envelope.sender() != Some(sender.fingerprint()) {
        return Err(OpenError::SenderKid);
    }
    if !is_signed_by(envelope, sender) {
        return Err(OpenError::Signature);
    }
    Ok(())
}

/// Whether the signature is this key's, whoever `sender_kid` names.
pub(super) fn is_signed_by(envelope: &EncryptedEnvelope, key: &SigningPublicKey) -> bool {
    let canonical = envelope.canonical_meta();
    let text = envelope.signed_text(canonical.as_deref().unwrap_or_default());
    let signature: Option<[u8; SIGNATURE_LENGTH]> = envelope
        .signature_b64
        .as_deref()
        .and_then(decode_base64)
        .and_then(|bytes| bytes.try_into().ok());
    signature.is_some_and(|signature| verify_bytes(text.as_bytes(), &signature, key).is_ok())
}

impl EncryptedEnvelope {
    /// Whether this is the recipient's key.
    pub fn is_addressed_to(&self, key: &PublicKey) -> bool {
        PublicKey::from_base64(&self.to_device_public_key) == Some(*key)
    }

    /// The key that `sender_kid` names, if it is a fingerprint.
    pub fn sender(&self) -> Option<Fingerprint> {
        Fingerprint::from_hex(self.sender_kid.as_deref()?)
    }

    /// The ephemeral public key; the server lifts it for runners (docs/protocol.md 8.1).
    ///
    /// # Errors
    /// [`OpenError::KeyLength`] if it is not base64 of 32 bytes.
    pub fn ephemeral_key(&self) -> Result<PublicKey, OpenError> {
        PublicKey::from_base64(&self.from_ephemeral_public_key).ok_or(OpenError::KeyLength)
    }

    /// The authenticated text: the canonical meta, after checking that `aad_b64` says the same if it says anything.
    ///
    /// # Errors
    /// [`OpenError::AadMismatch`].
    pub fn checked_aad(&self) -> Result<String, OpenError> {
        let canonical = self.canonical_meta();
        match self.aad_b64.as_deref().filter(|text| !text.is_empty()) {
            None => Ok(canonical.unwrap_or_default()),
            Some(aad) => canonical
                .filter(|json| decode_base64(aad).as_deref() == Some(json.as_bytes()))
                .ok_or(OpenError::AadMismatch),
        }
    }

    pub(super) fn decrypt(&self, key: &primitives::Key, aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let nonce = decode_base64(&self.nonce_b64)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(OpenError::NonceLength)?;
        let ciphertext = decode_base64(&self.ciphertext_b64).ok_or(OpenError::Malformed {
            what: "ciphertext_b64",
        })?;
        primitives::decrypt(key, &nonce, aad, &ciphertext).ok_or(OpenError::Decrypt {
            layer: Layer::Recipient,
        })
    }

    fn canonical_meta(&self) -> Option<String> {
        self.meta.as_ref().map(Meta::to_canonical_json)
    }

    /// The signed text (docs/protocol.md 5.4). It covers neither `alg`, `expires_at`, `aad_b64` nor `sender_kid`.
    fn signed_text(&self, canonical_meta: &str) -> String {
        [
            self.id.as_str(),
            &self.version,
            &self.to_device_public_key,
            &self.from_ephemeral_public_key,
            &self.nonce_b64,
            &self.ciphertext_b64,
            &self.created_at,
            canonical_meta,
        ]
        .join(":")
    }
}
