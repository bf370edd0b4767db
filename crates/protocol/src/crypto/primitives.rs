//! The building blocks, with their lengths and labels: X25519, HKDF-SHA256, XChaCha20-Poly1305, HMAC-SHA256.
//!
//! Private to this layer. Nothing here knows about envelopes or variables.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use x25519_dalek::{PublicKey as MontgomeryKey, StaticSecret};
use zeroize::Zeroizing;

use crate::secret::wiping_the_stack;
use crate::types::PublicKey;

/// Length of every symmetric key, private key and key agreement in bytes.
pub(super) const KEY_LENGTH: usize = 32;
/// Length of an XChaCha20-Poly1305 nonce in bytes.
pub(super) const NONCE_LENGTH: usize = 24;
/// Length of a Poly1305 tag in bytes.
pub(super) const TAG_LENGTH: usize = 16;
/// HKDF label of the key inside an envelope (docs/protocol.md 5.1).
pub(super) const ENVELOPE_INFO: &[u8] = b"ghostable:v1:envelope";
/// HKDF salt of an envelope's key: 32 zero bytes, the same as no salt (docs/protocol.md 5.1).
pub(super) const ZERO_SALT: [u8; KEY_LENGTH] = [0; KEY_LENGTH];

/// A symmetric key or key agreement: wiped on drop.
pub(super) type Key = Zeroizing<[u8; KEY_LENGTH]>;

/// The public half of an X25519 private key.
pub(super) fn public_key(private: &[u8; KEY_LENGTH]) -> PublicKey {
    let public = wiping_the_stack(|| MontgomeryKey::from(&StaticSecret::from(*private)).to_bytes());
    PublicKey::from_bytes(public)
}

/// X25519 (RFC 7748); `None` when it comes out as all zeros, as it does with points of low order.
pub(super) fn agree(private: &[u8; KEY_LENGTH], public: &PublicKey) -> Option<Key> {
    let mut key = Key::default();
    wiping_the_stack(|| {
        let public = MontgomeryKey::from(*public.as_bytes());
        let shared = StaticSecret::from(*private).diffie_hellman(&public);
        key.copy_from_slice(shared.as_bytes());
    });
    let all_zero: bool = key.ct_eq(&[0; KEY_LENGTH]).into();
    (!all_zero).then_some(key)
}

/// HKDF-SHA256 (RFC 5869) into `output`, which must not be longer than 8160 bytes; all callers ask for 32 or 64.
pub(super) fn derive(ikm: &[u8], salt: &[u8], info: &[u8], output: &mut [u8]) {
    let expanded = Hkdf::<Sha256>::new(Some(salt), ikm).expand(info, output);
    debug_assert!(expanded.is_ok(), "HKDF gives up to 255 blocks");
}

/// The key inside an envelope, from its key agreement (docs/protocol.md 5.1).
pub(super) fn derive_envelope_key(shared: &Key) -> Key {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    derive(shared.as_slice(), &ZERO_SALT, ENVELOPE_INFO, key.as_mut_slice());
    key
}

/// XChaCha20-Poly1305: ciphertext followed by the tag. `None` above 256 GiB.
pub(super) fn encrypt(
    key: &[u8; KEY_LENGTH],
    nonce: &[u8; NONCE_LENGTH],
    aad: &[u8],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    // The tag is appended in place: a buffer that had to grow would leave its plaintext behind.
    let mut buffer = Vec::with_capacity(plaintext.len() + TAG_LENGTH);
    buffer.extend_from_slice(plaintext);
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher
        .encrypt_in_place(&XNonce::from(*nonce), aad, &mut buffer)
        .ok()?;
    Some(buffer)
}

/// The reverse of [`encrypt`]; `None` when the tag does not match.
pub(super) fn decrypt(
    key: &[u8; KEY_LENGTH],
    nonce: &[u8; NONCE_LENGTH],
    aad: &[u8],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher
        .decrypt_in_place(&XNonce::from(*nonce), aad, &mut *buffer)
        .ok()?;
    Some(buffer)
}

fn mac_over(key: &[u8; KEY_LENGTH], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block_of(key));
    mac.update(message);
    mac
}

/// HMAC pads its key to a block with zeros; done here it cannot fail.
fn block_of(key: &[u8; KEY_LENGTH]) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..KEY_LENGTH].copy_from_slice(key);
    block
}

/// HMAC-SHA256 (RFC 2104).
pub(super) fn hmac(key: &[u8; KEY_LENGTH], message: &[u8]) -> [u8; 32] {
    mac_over(key, message).finalize().into_bytes().into()
}

/// Whether `claim` is the HMAC-SHA256 of the message, in constant time.
pub(super) fn hmac_matches(key: &[u8; KEY_LENGTH], message: &[u8], claim: &[u8]) -> bool {
    mac_over(key, message).verify_slice(claim).is_ok()
}
