//! Opening a published environment key on a device, with every check that the reference leaves out
//! (docs/protocol.md 5.4, 6.3).
//!
//! Runners open theirs in [`super::open_bundle`].

use super::envelope::{self, EncryptedEnvelope};
use super::environment_key::{key_fingerprint, seal_data_key};
use super::error::{CryptoError, Layer, OpenError};
use super::identity::DeviceIdentity;
use super::meta::{ENVIRONMENT, KEY_FINGERPRINT, PROJECT_ID};
use super::open_unnamed::UnnamedEnvelope;
use super::primitives;
use crate::secret::{DataKey, EnvironmentKey};
use crate::types::envelope::PublishedKey;
use crate::types::{
    DeviceId, EnvironmentName, Fingerprint, KeyScope, Moment, ProjectId, Recipient, RecipientKind,
    SealedEnvironmentKey, SealedRecipient, SigningPublicKey,
};
use rand_core::CryptoRng;

/// What the user has said yes to, of what an envelope cannot prove by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The name that the environment had when its key was sealed.
    pub former_name: Option<EnvironmentName>,
    /// An envelope that does not say what it is for.
    pub unnamed: bool,
}

/// An opened environment key, and the DEK that it was under: enough to let further recipients in beside those that are.
pub struct OpenedKey {
    key: EnvironmentKey,
    /// `None` where the key itself was sealed for this device, without the outer layer.
    dek: Option<DataKey>,
}

impl OpenedKey {
    pub(super) fn new(key: EnvironmentKey, dek: Option<DataKey>) -> Self {
        Self { key, dek }
    }

    /// The key.
    pub fn key(&self) -> &EnvironmentKey {
        &self.key
    }

    /// The key, without what it was under.
    pub fn into_key(self) -> EnvironmentKey {
        self.key
    }

    /// Seals the DEK for these recipients alone: entries that fit beside the published ones, under the published outer layer
    /// (docs/protocol.md 6.4).
    ///
    /// # Errors
    /// [`CryptoError::NoDataKey`]; [`CryptoError::ScopeFingerprint`] if the scope names another key;
    /// [`CryptoError::LowOrderRecipient`] naming the first such recipient.
    pub fn seal_entries<R: CryptoRng + ?Sized>(
        &self,
        scope: &KeyScope,
        recipients: &[Recipient],
        sender: &DeviceIdentity,
        now: Moment,
        rng: &mut R,
    ) -> Result<Vec<SealedRecipient>, CryptoError> {
        let dek = self.dek.as_ref().ok_or(CryptoError::NoDataKey)?;
        if key_fingerprint(&self.key) != scope.fingerprint {
            return Err(CryptoError::ScopeFingerprint);
        }
        seal_data_key(dek, scope, recipients, sender, now, rng)
    }
}

/// Opens the key that is shared with this device.
///
/// `signers` are the signing keys that the caller knows; this device's own is always among them. An envelope of a known
/// sender must carry that sender's signature. One of an unknown sender is accepted unsigned, because the hosted service
/// may not tell other devices' signing keys. What is wrong only by what the user accepts is let pass.
///
/// # Errors
/// [`OpenError::SealedUnderName`] and [`OpenError::Unnamed`] can be accepted; only what else is right gives them. Else
/// [`OpenError`] names the failed check: shared at all, readable, version, algorithm, addressee, authenticated data
/// against `meta`, `meta` against project, environment and fingerprint, sender and signature, key agreement, both tags,
/// and the opened key against the announced fingerprint.
pub fn open_environment_key(
    published: &PublishedKey,
    project: &ProjectId,
    environment: &EnvironmentName,
    device_id: &DeviceId,
    identity: &DeviceIdentity,
    signers: &[SigningPublicKey],
    accepted: &Accepted,
) -> Result<OpenedKey, OpenError> {
    let sealed = published.sealed.as_ref().ok_or(OpenError::NoEnvelope)?;
    let own = |kind: &RecipientKind| matches!(kind, RecipientKind::Device(id) if id == device_id);
    let entry = sealed
        .recipients
        .iter()
        .find(|recipient| own(&recipient.kind))
        .ok_or(OpenError::NotShared)?;
    let members = envelope::members_of_edek(&entry.edek_b64)?;
    if let Some(unnamed) = UnnamedEnvelope::from_members(&members)? {
        let opened = unnamed.open(published, sealed, identity)?;
        return if accepted.unnamed {
            Ok(opened)
        } else {
            Err(OpenError::Unnamed)
        };
    }
    let envelope = EncryptedEnvelope::from_members(&members)?;
    let dek = open_data_key(&envelope, identity)?;
    let (named, sealed_under) = check_meta(&envelope, project, published.fingerprint)?;
    check_sender(&envelope, &identity.signing_public(), signers)?;
    let key = open_outer(sealed, &dek)?;
    let opened = key_fingerprint(&key);
    if opened != named {
        return Err(OpenError::FingerprintMismatch {
            announced: named,
            opened,
        });
    }
    let is_its_name = sealed_under == *environment || accepted.former_name.as_ref() == Some(&sealed_under);
    if !is_its_name {
        return Err(OpenError::SealedUnderName { name: sealed_under });
    }
    Ok(OpenedKey::new(key, Some(dek)))
}

fn open_data_key(envelope: &EncryptedEnvelope, identity: &DeviceIdentity) -> Result<DataKey, OpenError> {
    let plain = envelope::open(envelope, identity.encryption_private_key())?;
    data_key(&plain)
}

/// Takes the plaintext of a recipient's envelope as the DEK.
pub(super) fn data_key(plain: &[u8]) -> Result<DataKey, OpenError> {
    let bytes: &[u8; primitives::KEY_LENGTH] = plain
        .try_into()
        .map_err(|_| OpenError::Malformed { what: "DEK" })?;
    Ok(DataKey::fill_with(|out| out.copy_from_slice(bytes)))
}

/// Opens the outer layer: the environment key under the DEK, without authenticated data.
pub(super) fn open_outer(sealed: &SealedEnvironmentKey, dek: &DataKey) -> Result<EnvironmentKey, OpenError> {
    let nonce = sealed
        .nonce
        .as_slice()
        .try_into()
        .map_err(|_| OpenError::NonceLength)?;
    // The cipher needs the DEK's bytes.
    let plain =
        primitives::decrypt(dek.expose(), nonce, &[], &sealed.ciphertext).ok_or(OpenError::Decrypt {
            layer: Layer::EnvironmentKey,
        })?;
    let bytes: &[u8; primitives::KEY_LENGTH] =
        plain.as_slice().try_into().map_err(|_| OpenError::Malformed {
            what: "environment key",
        })?;
    Ok(EnvironmentKey::fill_with(|out| out.copy_from_slice(bytes)))
}

/// Compares `meta` with what was asked for; gives the fingerprint that the opened key must have, and the name of the
/// environment that it was sealed under.
fn check_meta(
    envelope: &EncryptedEnvelope,
    project: &ProjectId,
    announced: Option<Fingerprint>,
) -> Result<(Fingerprint, EnvironmentName), OpenError> {
    let value = |member: &'static str| {
        let meta = envelope.meta.as_ref();
        meta.and_then(|meta| meta.get(member))
            .ok_or(OpenError::MetaMismatch { member })
    };
    if value(PROJECT_ID)? != project.as_str() {
        return Err(OpenError::MetaMismatch { member: PROJECT_ID });
    }
    let environment = EnvironmentName::new(value(ENVIRONMENT)?);
    let member = KEY_FINGERPRINT;
    let named = Fingerprint::from_hex(value(member)?).ok_or(OpenError::MetaMismatch { member })?;
    match announced {
        Some(announced) if announced != named => Err(OpenError::MetaMismatch { member }),
        _ => Ok((named, environment)),
    }
}

/// Where the named sender is known its signature must be valid; and nobody known may have signed under another's name.
fn check_sender(
    envelope: &EncryptedEnvelope,
    own: &SigningPublicKey,
    signers: &[SigningPublicKey],
) -> Result<(), OpenError> {
    let sender = envelope.sender().ok_or(OpenError::SenderKid)?;
    let mut known = signers.iter().chain(std::iter::once(own));
    match known.find(|key| key.fingerprint() == sender) {
        Some(key) => envelope::verify_signature(envelope, key),
        None if signers
            .iter()
            .chain(std::iter::once(own))
            .any(|key| envelope::is_signed_by(envelope, key)) =>
        {
            Err(OpenError::SenderKid)
        }
        None => Ok(()),
    }
}
