//! The decoders of this crate, each by itself, for the fuzz targets: what they take for granted is asserted here.

use super::{imprint, local_access, totp};

/// `local-keys.json`: what is read has keys that are pairs.
pub fn local_keys(bytes: &[u8]) {
    if let Ok(access) = local_access::parse(bytes) {
        assert_eq!(
            access.identity.kid(),
            access.identity.signing_public().fingerprint()
        );
    }
}

/// `workspace.imprint`: what is read is written and read again as the same.
pub fn imprint(bytes: &[u8]) {
    if let Some(imprint) = imprint::parse(bytes) {
        let written = imprint::document(&imprint);
        assert!(written.is_ok_and(|text| imprint::parse(&text) == Some(imprint)));
    }
}

/// The secret of one-time codes: what is read is written and read again as the same.
pub fn totp(text: &str) {
    if let Some(secret) = totp::TotpSecret::from_base32(text) {
        let written = secret.to_base32();
        // Written as authenticator apps read it.
        let again = totp::TotpSecret::from_base32(written.expose());
        assert!(again.is_some_and(|again| again.to_base32().ct_eq(&written)));
    }
}
