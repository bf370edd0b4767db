//! The two key pairs of a device (docs/protocol.md 4.2).
//!
//! Storing them is the keychain's work, registering their public halves the API's.

use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use rand_core::CryptoRng;
use sha2::Sha512;

use super::primitives;
use crate::secret::{EncryptionPrivateKey, SigningSeed, wiping_the_stack};
use crate::types::{Fingerprint, PublicKey, SigningPublicKey};

/// Length of an Ed25519 signature in bytes.
pub const SIGNATURE_LENGTH: usize = 64;

/// A device's signing and encryption keys; the private halves are wiped on drop. All clones share them, so that there is one
/// copy of each in a process.
#[derive(Clone)]
pub struct DeviceIdentity(Arc<Pairs>);

struct Pairs {
    signing: SigningSeed,
    signing_public: VerifyingKey,
    encryption: EncryptionPrivateKey,
    encryption_public: PublicKey,
    kid: Fingerprint,
}

impl DeviceIdentity {
    /// Makes both pairs.
    pub fn make<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let seed = SigningSeed::fill_with(|bytes| rng.fill_bytes(bytes));
        let key = EncryptionPrivateKey::fill_with(|bytes| rng.fill_bytes(bytes));
        Self::of(seed, key)
    }

    /// Derives everything from the two stored secrets; the encryption key is clamped only in use.
    pub fn from_secrets(seed: &SigningSeed, key: &EncryptionPrivateKey) -> Self {
        Self::of(seed.clone(), key.clone())
    }

    fn of(signing: SigningSeed, encryption: EncryptionPrivateKey) -> Self {
        // Expanding the seed into the public key needs its bytes.
        let signing_public =
            wiping_the_stack(|| VerifyingKey::from(&ExpandedSecretKey::from(signing.expose())));
        // The scalar multiplication needs the private key's bytes.
        let encryption_public = primitives::public_key(encryption.expose());
        let kid = SigningPublicKey::from_bytes(signing_public.to_bytes()).fingerprint();
        Self(Arc::new(Pairs {
            signing,
            signing_public,
            encryption,
            encryption_public,
            kid,
        }))
    }

    /// The Ed25519 public key, to be registered.
    pub fn signing_public(&self) -> SigningPublicKey {
        SigningPublicKey::from_bytes(self.0.signing_public.to_bytes())
    }

    /// The X25519 public key, to be registered; envelopes for this device are addressed to it.
    pub fn encryption_public(&self) -> PublicKey {
        self.0.encryption_public
    }

    /// The Ed25519 seed, to be stored in a keychain.
    pub fn signing_seed(&self) -> &SigningSeed {
        &self.0.signing
    }

    /// The X25519 private key, to be stored in a keychain, and for opening what is addressed to this device.
    pub fn encryption_private_key(&self) -> &EncryptionPrivateKey {
        &self.0.encryption
    }

    /// A standard Ed25519 signature (RFC 8032). The reference reuses its nonce instead (docs/protocol.md 5.5).
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LENGTH] {
        // What `SigningKey::sign` does, without a signing key that holds another copy. The two halves belong together:
        // they are only ever made of one seed (`of`). Signing needs the seed's bytes.
        wiping_the_stack(|| {
            let expanded = ExpandedSecretKey::from(self.0.signing.expose());
            raw_sign::<Sha512>(&expanded, message, &self.0.signing_public).to_bytes()
        })
    }

    /// `sender_kid`: the fingerprint of the signing public key.
    pub fn kid(&self) -> Fingerprint {
        self.0.kid
    }
}

impl std::fmt::Debug for DeviceIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceIdentity(kid {}, [redacted])", self.kid().to_hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_round_trip_and_stay_out_of_debug() {
        let identity = DeviceIdentity::make(&mut super::super::system_rng());
        let (seed, key) = (identity.signing_seed(), identity.encryption_private_key());
        let again = DeviceIdentity::from_secrets(seed, key);
        assert_eq!(again.signing_public(), identity.signing_public());
        assert_eq!(again.encryption_public(), identity.encryption_public());
        assert_eq!(again.kid(), identity.signing_public().fingerprint());
        let shown = format!("{identity:?}");
        assert!(shown.contains("[redacted]") && shown.len() < 120, "{shown}");
    }
}
