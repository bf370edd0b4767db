//! What seals files of ours: XChaCha20-Poly1305 and HMAC-SHA256 over whatever layout a file has.
//!
//! Layout, key and what is authenticated are the caller's; [`super::seal_record`] is a whole format above these.

use zeroize::Zeroizing;

use super::primitives;

/// Bytes that a sealed text is longer than its plaintext: the Poly1305 tag.
pub const TAG_LENGTH: usize = primitives::TAG_LENGTH;
/// Bytes of a nonce. Random ones of this length may be used any number of times under one key.
pub const NONCE_LENGTH: usize = primitives::NONCE_LENGTH;

/// Seals a text (XChaCha20-Poly1305) and authenticates `authenticated` with it: ciphertext, then the tag. `None` above
/// 256 GiB.
pub fn seal(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LENGTH],
    authenticated: &[u8],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    primitives::encrypt(key, nonce, authenticated, plaintext)
}

/// The reverse of [`seal`]; `None` when the key is another one or anything was changed.
pub fn open(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LENGTH],
    authenticated: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    primitives::decrypt(key, nonce, authenticated, sealed)
}

/// A claim of 32 bytes that only who has the key can make (HMAC-SHA256, RFC 2104).
pub fn claim(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    primitives::hmac(key, message)
}

/// Whether a claim is that of the message, in constant time.
pub fn claim_holds(key: &[u8; 32], message: &[u8], claim: &[u8]) -> bool {
    primitives::hmac_matches(key, message, claim)
}
