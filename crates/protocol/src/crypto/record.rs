//! Records at rest: what the journal keeps on the disk, sealed with XChaCha20-Poly1305.
//!
//! A record is magic and version (8 bytes), an id of the key (8), the nonce (24), ciphertext and tag. Everything before
//! the nonce and the record's own name are authenticated, so that a record cannot take another one's place. The key is 32
//! random bytes of its own; with random nonces of 24 bytes it may seal any number of records.
//!
//! Security limit: whoever may write to the folder can delete records, or put an older version of one back.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::error::CryptoError;
use super::primitives::{self, NONCE_LENGTH, TAG_LENGTH, ZERO_SALT};
use crate::secret::JournalKey;

/// First bytes of every record; the last two are its version.
const MAGIC: &[u8; 8] = b"DTJRNL01";
/// How many of the first bytes are the same in every version.
const MAGIC_STEM: usize = 6;
/// Length of the id that tells which key a record is sealed under.
const KEY_ID_LENGTH: usize = 8;
const HEADER_LENGTH: usize = MAGIC.len() + KEY_ID_LENGTH;
/// HKDF label of the id of a key.
const KEY_ID_INFO: &[u8] = b"deploy-tokens:v1:journal-key-id";

/// HKDF label of a derived file name.
const FILE_NAME_INFO: &[u8] = b"deploy-tokens:v1:file-name";
/// How many bytes of it are used.
const FILE_NAME_BYTES: usize = 16;

/// Why a record was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Too short, or something else altogether.
    #[error("it is not a sealed record, or it was cut off")]
    NotARecord,
    /// Written by a release with another format.
    #[error("it was written by another release")]
    Version,
    /// Sealed under a key that is not at hand.
    #[error("it is sealed under another key")]
    OtherKey,
    /// The tag does not match.
    #[error("it was changed or damaged")]
    Damaged,
}

/// A new key for a journal.
pub fn make_journal_key<R: CryptoRng + ?Sized>(rng: &mut R) -> JournalKey {
    JournalKey::fill_with(|bytes| rng.fill_bytes(bytes))
}

/// Seals a record that is stored under `name`.
///
/// # Errors
/// [`CryptoError::TooLong`].
pub fn seal_record<R: CryptoRng + ?Sized>(
    key: &JournalKey,
    name: &str,
    plaintext: &[u8],
    rng: &mut R,
) -> Result<Vec<u8>, CryptoError> {
    let mut nonce = [0; NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    let header = header(key);
    // Exposed to seal with.
    let sealed = primitives::encrypt(key.expose(), &nonce, &authenticated(&header, name), plaintext)
        .ok_or(CryptoError::TooLong)?;
    Ok([header.as_slice(), &nonce, &sealed].concat())
}

/// Opens a record that is stored under `name`.
///
/// # Errors
/// [`RecordError`].
pub fn open_record(key: &JournalKey, name: &str, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, RecordError> {
    if record.len() < HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH || !record.starts_with(&MAGIC[..MAGIC_STEM]) {
        return Err(RecordError::NotARecord);
    }
    if !record.starts_with(MAGIC) {
        return Err(RecordError::Version);
    }
    let expected = header(key);
    let (header, rest) = record.split_at(HEADER_LENGTH);
    if header != expected {
        return Err(RecordError::OtherKey);
    }
    let (nonce, sealed) = rest.split_at(NONCE_LENGTH);
    let nonce = nonce.try_into().map_err(|_| RecordError::NotARecord)?;
    // Exposed to open with.
    primitives::decrypt(key.expose(), nonce, &authenticated(header, name), sealed).ok_or(RecordError::Damaged)
}

/// A file name of 32 hexadecimal digits for texts of any length and with any characters; equal for equal texts.
pub fn derive_file_name(parts: &[&str]) -> String {
    let mut joined = Vec::new();
    for part in parts {
        joined.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        joined.extend(part.as_bytes());
    }
    let mut digest = [0; FILE_NAME_BYTES];
    primitives::derive(&joined, &ZERO_SALT, FILE_NAME_INFO, &mut digest);
    data_encoding::HEXLOWER.encode(&digest)
}

fn header(key: &JournalKey) -> [u8; HEADER_LENGTH] {
    let mut header = [0; HEADER_LENGTH];
    let (magic, id) = header.split_at_mut(MAGIC.len());
    magic.copy_from_slice(MAGIC);
    // Exposed to derive an id that says nothing about the key.
    primitives::derive(key.expose(), &ZERO_SALT, KEY_ID_INFO, id);
    header
}

fn authenticated(header: &[u8], name: &str) -> Vec<u8> {
    [header, name.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::system_rng;

    #[test]
    fn round_trips_and_tells_what_is_wrong() {
        let rng = &mut system_rng();
        let (key, other) = (make_journal_key(rng), make_journal_key(rng));
        let record = seal_record(&key, "one", b"plain", rng).unwrap();
        assert_eq!(open_record(&key, "one", &record).unwrap().as_slice(), b"plain");
        assert_eq!(open_record(&key, "two", &record), Err(RecordError::Damaged));
        assert_eq!(open_record(&other, "one", &record), Err(RecordError::OtherKey));
        assert_eq!(open_record(&key, "one", b""), Err(RecordError::NotARecord));
        for cut in 0..record.len() {
            assert!(open_record(&key, "one", &record[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..record.len() {
            let mut flipped = record.clone();
            flipped[at] ^= 1;
            assert!(open_record(&key, "one", &flipped).is_err(), "flipped at {at}");
        }
    }
}
