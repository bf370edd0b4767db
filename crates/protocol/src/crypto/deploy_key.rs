//! The key pair of a deploy token: `GHOSTABLE_DEPLOY_SEED` and its public half (docs/protocol.md 8.2).

use data_encoding::BASE64_NOPAD;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::error::SeedError;
use super::primitives::{self, KEY_LENGTH};
use crate::secret::DeploySeed;
use crate::types::PublicKey;

/// Prefixes that a seed may carry, case-sensitive (docs/protocol.md 8.2).
const SEED_PREFIXES: [&str; 2] = ["base64:", "b64:"];

/// Makes a seed and its public key.
pub fn make_deploy_key<R: CryptoRng + ?Sized>(rng: &mut R) -> (DeploySeed, PublicKey) {
    let seed = DeploySeed::fill_with(|bytes| rng.fill_bytes(bytes));
    let public = derive_public_key(&seed);
    (seed, public)
}

/// The X25519 public key of a seed.
pub fn derive_public_key(seed: &DeploySeed) -> PublicKey {
    // The scalar multiplication needs the private key's bytes.
    primitives::public_key(seed.expose())
}

/// Reads a seed: base64 of 32 bytes in either alphabet, padded or not, with white space anywhere and optionally one of
/// the prefixes `b64:` and `base64:`.
///
/// # Errors
/// [`SeedError`] says whether it is no base64 or has another length.
pub fn parse_seed(text: &str) -> Result<DeploySeed, SeedError> {
    let text = text.trim();
    let bare = SEED_PREFIXES
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    let mut plain = Zeroizing::new(String::with_capacity(bare.len()));
    plain.extend(bare.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '-' => '+',
        '_' => '/',
        other => other,
    }));
    let digits = plain.trim_end_matches('=');
    let length = BASE64_NOPAD
        .decode_len(digits.len())
        .map_err(|_| SeedError::NotBase64)?;
    let mut bytes = Zeroizing::new(vec![0; length]);
    BASE64_NOPAD
        .decode_mut(digits.as_bytes(), &mut bytes)
        .map_err(|_| SeedError::NotBase64)?;
    match bytes.len() {
        KEY_LENGTH => Ok(DeploySeed::fill_with(|out| out.copy_from_slice(&bytes))),
        length => Err(SeedError::WrongLength(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_read_in_every_spelling() {
        let (seed, public) = make_deploy_key(&mut super::super::system_rng());
        let text = seed.to_base64();
        let text = text.expose();
        let url = text.replace('+', "-").replace('/', "_");
        for spelling in [
            text.to_owned(),
            format!(" b64:{text}\n"),
            format!("base64:{text}"),
            format!("{}\n{}", &text[..20], &text[20..]),
            url.trim_end_matches('=').to_owned(),
        ] {
            let read = parse_seed(&spelling).unwrap();
            assert!(read.ct_eq(&seed), "a spelling was read wrongly");
            assert_eq!(derive_public_key(&read), public);
        }
    }

    #[test]
    fn what_is_no_seed_is_refused_by_name() {
        assert_eq!(parse_seed("B64:AAAA").unwrap_err(), SeedError::NotBase64);
        assert_eq!(parse_seed("\"AAAA\"").unwrap_err(), SeedError::NotBase64);
        assert_eq!(parse_seed("AA=A").unwrap_err(), SeedError::NotBase64);
        assert_eq!(parse_seed("AAAA").unwrap_err(), SeedError::WrongLength(3));
        assert_eq!(parse_seed("").unwrap_err(), SeedError::WrongLength(0));
        assert_eq!(
            parse_seed(&"A".repeat(44)).unwrap_err(),
            SeedError::WrongLength(33)
        );
    }
}
