//! The key file's bytes: a header in clear, then the sealed entries (docs/keychain.md).
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `DTKEYS` and a zero byte, then the version, 1 |
//! | 4, 4, 4 | Argon2id: memory in KiB, passes, lanes (big-endian) |
//! | 16 | salt |
//! | 32 | HMAC-SHA256 of all bytes above: a wrong passphrase is told from damaged contents |
//! | 8 | start of the SHA-256 of all bytes above: a damaged header is told from a wrong passphrase |
//! | 24 | nonce |
//! | rest | XChaCha20-Poly1305 of the entries, with all bytes above as additional data |
//!
//! Argon2id gives 64 bytes: 32 for the cipher, 32 for the HMAC.

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Plain;
use model::{KeychainError, Part};
use protocol::crypto::at_rest::{self, NONCE_LENGTH, TAG_LENGTH};
use protocol::secret::SecretText;

const MAGIC: [u8; 8] = *b"DTKEYS\0\x01";
/// RFC 9106, section 4, second recommendation, with its lanes as more passes would cost: 64 MiB, three passes.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// More than any of these would be a damaged or hostile header: 1 GiB, and minutes of work.
const MOST: [u32; 3] = [1 << 20, 32, 16];

const COSTS: usize = MAGIC.len();
const SALT: usize = COSTS + 12;
const CONFIRMATION: usize = SALT + 16;
const SUM: usize = CONFIRMATION + 32;
const NONCE: usize = SUM + 8;
const SEALED: usize = NONCE + NONCE_LENGTH;

/// What the passphrase gives: the cipher's key, then the confirmation's.
pub(super) struct FileKey {
    cipher: Zeroizing<[u8; 32]>,
    confirmation: Zeroizing<[u8; 32]>,
}

/// The part of the file that stays as it is from its making on: costs, salt, and how the right key is recognised.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Header([u8; NONCE]);

impl Header {
    /// With today's costs and a new salt.
    pub(super) fn make(passphrase: &SecretText) -> Result<(Self, FileKey), KeychainError> {
        let mut header = Self([0; NONCE]);
        header.0[..COSTS].copy_from_slice(&MAGIC);
        for (at, cost) in [MEMORY_KIB, PASSES, LANES].into_iter().enumerate() {
            header.0[COSTS + 4 * at..][..4].copy_from_slice(&cost.to_be_bytes());
        }
        random(&mut header.0[SALT..CONFIRMATION])?;
        let key = header.derive_key(passphrase)?;
        let confirmation = at_rest::claim(&key.confirmation, &header.0[..CONFIRMATION]);
        header.0[CONFIRMATION..SUM].copy_from_slice(&confirmation);
        let sum = Sha256::digest(&header.0[..SUM]);
        header.0[SUM..].copy_from_slice(&sum[..NONCE - SUM]);
        Ok((header, key))
    }

    /// The header of a file.
    pub(super) fn parse(file: &[u8]) -> Result<Self, KeychainError> {
        let Some(header) = file.first_chunk::<NONCE>() else {
            return Err(damaged("it is cut off"));
        };
        if header[..COSTS - 1] != MAGIC[..COSTS - 1] {
            return Err(damaged("it is not a key file"));
        }
        if Sha256::digest(&header[..SUM])[..NONCE - SUM] != header[SUM..] {
            return Err(damaged("its header is damaged"));
        }
        if header[COSTS - 1] != MAGIC[COSTS - 1] {
            return Err(damaged("it was made by a newer version of this program"));
        }
        if file.len() < SEALED + TAG_LENGTH {
            return Err(damaged("it is cut off"));
        }
        Ok(Self(*header))
    }

    /// Whether a file has this header.
    pub(super) fn is_of(&self, file: &[u8]) -> Result<bool, KeychainError> {
        Ok(Self::parse(file)? == *self)
    }

    /// The key that a passphrase gives with this header's costs and salt.
    pub(super) fn derive_key(&self, passphrase: &SecretText) -> Result<FileKey, KeychainError> {
        let cost = |at: usize| {
            let bytes = [0, 1, 2, 3].map(|byte| self.0[COSTS + 4 * at + byte]);
            u32::from_be_bytes(bytes)
        };
        let costs = [cost(0), cost(1), cost(2)];
        let unusable = || damaged("its costs are unusable");
        if costs.iter().zip(MOST).any(|(cost, most)| *cost > most) {
            return Err(unusable());
        }
        let params = Params::new(costs[0], costs[1], costs[2], Some(64)).map_err(|_| unusable())?;
        let mut derived = Zeroizing::new([0; 64]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            // Exposed to be turned into the file's key.
            .hash_password_into(
                passphrase.expose().as_bytes(),
                &self.0[SALT..CONFIRMATION],
                &mut *derived,
            )
            .map_err(|_| unusable())?;
        let mut key = FileKey {
            cipher: Zeroizing::new([0; 32]),
            confirmation: Zeroizing::new([0; 32]),
        };
        key.cipher.copy_from_slice(&derived[..32]);
        key.confirmation.copy_from_slice(&derived[32..]);
        Ok(key)
    }

    /// Whether the key is the one that the file was made with.
    pub(super) fn confirm(&self, key: &FileKey) -> Result<(), KeychainError> {
        let (message, confirmation) = (&self.0[..CONFIRMATION], &self.0[CONFIRMATION..SUM]);
        if at_rest::claim_holds(&key.confirmation, message, confirmation) {
            Ok(())
        } else {
            Err(KeychainError::WrongPassphrase)
        }
    }

    /// A whole new file.
    pub(super) fn seal(&self, key: &FileKey, entries: &Plain) -> Result<Vec<u8>, KeychainError> {
        let mut nonce = [0; NONCE_LENGTH];
        random(&mut nonce)?;
        let mut file = Vec::with_capacity(SEALED + entries.len() + TAG_LENGTH);
        file.extend_from_slice(&self.0);
        file.extend_from_slice(&nonce);
        let sealed = at_rest::seal(&key.cipher, &nonce, &file, entries)
            .ok_or_else(|| damaged("it would be too large"))?;
        file.extend_from_slice(&sealed);
        Ok(file)
    }

    /// The entries of a file whose header this is.
    pub(super) fn unseal(&self, key: &FileKey, file: &[u8]) -> Result<Plain, KeychainError> {
        let (above, sealed) = file
            .split_at_checked(SEALED)
            .ok_or_else(|| damaged("it is cut off"))?;
        let nonce = above
            .last_chunk::<NONCE_LENGTH>()
            .ok_or_else(|| damaged("it is cut off"))?;
        at_rest::open(&key.cipher, nonce, above, sealed).ok_or_else(|| damaged("its contents are damaged"))
    }
}

fn damaged(why: &'static str) -> KeychainError {
    crate::error::damaged(Part::File, why)
}

fn random(bytes: &mut [u8]) -> Result<(), KeychainError> {
    getrandom::fill(bytes).map_err(|error| std::io::Error::other(error.to_string()).into())
}

/// For the fuzz targets: a key that is nobody's.
pub(super) fn zero_key() -> FileKey {
    FileKey {
        cipher: Zeroizing::new([0; 32]),
        confirmation: Zeroizing::new([0; 32]),
    }
}
