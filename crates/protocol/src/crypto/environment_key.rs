//! The key of an environment: making it, its fingerprint, and sealing it for its recipients (docs/protocol.md 6.1).
//!
//! Who the recipients are is decided by the services; opening is [`super::open_environment_key`].

use rand_core::CryptoRng;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::envelope::{EnvelopeInputs, Sealer};
use super::error::CryptoError;
use super::identity::DeviceIdentity;
use super::meta::Meta;
use super::primitives::{self, NONCE_LENGTH};
use crate::secret::{DataKey, EnvironmentKey, wiping_the_stack};
use crate::types::{Fingerprint, KeyScope, Moment, Recipient, SealedEnvironmentKey, SealedRecipient};

/// Up to this many recipients one core is as fast as several: starting the others costs more than it saves.
const SEQUENTIAL_RECIPIENTS: usize = 8;

/// Makes a key of 32 random bytes.
pub fn make_environment_key<R: CryptoRng + ?Sized>(rng: &mut R) -> EnvironmentKey {
    EnvironmentKey::fill_with(|bytes| rng.fill_bytes(bytes))
}

/// SHA-256 of the 32 bytes (docs/protocol.md 5.6). Public: it is announced with the key.
pub fn key_fingerprint(key: &EnvironmentKey) -> Fingerprint {
    // The fingerprint is the hash of the key's bytes, which hashing has on the stack.
    let hash = wiping_the_stack(|| Sha256::digest(key.expose()).into());
    Fingerprint::from_bytes(hash)
}

/// Seals the environment key under a new DEK, and the DEK for each recipient, on all cores.
///
/// All random values are drawn first, in recipient order, so the result depends on `rng` alone and not on scheduling.
///
/// # Errors
/// [`CryptoError::NoRecipients`]; [`CryptoError::ScopeFingerprint`] if the scope names another key;
/// [`CryptoError::LowOrderRecipient`] naming the first such recipient.
pub fn seal_environment_key<R: CryptoRng + ?Sized>(
    key: &EnvironmentKey,
    scope: &KeyScope,
    recipients: &[Recipient],
    sender: &DeviceIdentity,
    now: Moment,
    rng: &mut R,
) -> Result<SealedEnvironmentKey, CryptoError> {
    if recipients.is_empty() {
        return Err(CryptoError::NoRecipients);
    }
    if key_fingerprint(key) != scope.fingerprint {
        return Err(CryptoError::ScopeFingerprint);
    }
    let dek = DataKey::fill_with(|bytes| rng.fill_bytes(bytes));
    let mut nonce = [0; NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    let entries = seal_data_key(&dek, scope, recipients, sender, now, rng)?;
    // The cipher needs the DEK's bytes as key and the environment key's as plaintext.
    let ciphertext =
        primitives::encrypt(dek.expose(), &nonce, &[], key.expose()).ok_or(CryptoError::TooLong)?;
    Ok(SealedEnvironmentKey {
        unreadable: 0,
        other_type: None,
        ciphertext,
        nonce: nonce.to_vec(),
        recipients: entries,
        lifted_ephemeral_key: None,
    })
}

/// Seals a DEK for each recipient, on all cores, bound to the scope.
///
/// # Errors
/// [`CryptoError::LowOrderRecipient`] naming the first such recipient.
pub(super) fn seal_data_key<R: CryptoRng + ?Sized>(
    dek: &DataKey,
    scope: &KeyScope,
    recipients: &[Recipient],
    sender: &DeviceIdentity,
    now: Moment,
    rng: &mut R,
) -> Result<Vec<SealedRecipient>, CryptoError> {
    let inputs: Vec<_> = recipients
        .iter()
        .map(|_| EnvelopeInputs::make(now, rng))
        .collect();
    let meta = Meta::of_scope(scope);
    let sealer = Sealer::new(sender, Some(&meta));
    let seal_one = |(recipient, inputs): (&Recipient, &EnvelopeInputs)| {
        // The DEK is what each envelope holds.
        match sealer.seal(dek.expose(), &recipient.public_key, inputs) {
            Ok(envelope) => Ok(SealedRecipient {
                kind: recipient.kind.clone(),
                edek_b64: envelope.to_edek(),
            }),
            Err(CryptoError::LowOrderRecipient { .. }) => Err(CryptoError::LowOrderRecipient {
                recipient: Some(recipient.kind.clone()),
            }),
            Err(other) => Err(other),
        }
    };
    let sealed: Vec<Result<SealedRecipient, CryptoError>> = if recipients.len() <= SEQUENTIAL_RECIPIENTS {
        recipients.iter().zip(&inputs).map(seal_one).collect()
    } else {
        recipients.par_iter().zip(&inputs).map(seal_one).collect()
    };
    sealed.into_iter().collect()
}
