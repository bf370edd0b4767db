//! How bearer tokens, tickets and pages are kept and compared: as SHA-256 only.

use sha2::{Digest, Sha256};

/// The SHA-256 of a secret that is long and random, so that it need not be slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    /// Hashes a token.
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Takes a stored one.
    pub(super) fn stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As it is stored.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
