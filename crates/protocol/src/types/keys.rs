//! Public keys and fingerprints.

use std::sync::LazyLock;

use data_encoding::{BASE64, Encoding, HEXLOWER, HEXLOWER_PERMISSIVE, Specification};
use sha2::{Digest, Sha256};

/// Length of an X25519 or Ed25519 public key in bytes.
pub const PUBLIC_KEY_LENGTH: usize = 32;

/// SHA-256 of 32 raw bytes: of a public key (docs/protocol.md 4.2) or of an environment key (5.6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Takes the 32 bytes of a SHA-256.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits of either case; anything else is `None`.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if HEXLOWER_PERMISSIVE.decode_len(text.len()) != Ok(bytes.len()) {
            return None;
        }
        HEXLOWER_PERMISSIVE.decode_mut(text.as_bytes(), &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// The first eight digits in two groups, as people compare them: `9f3a 1c02`.
    pub fn short(self) -> String {
        let hex = self.to_hex();
        format!("{} {}", &hex[..4], &hex[4..8])
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_hex())
    }
}

macro_rules! public_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; PUBLIC_KEY_LENGTH]);

        impl $name {
            /// Takes 32 raw bytes.
            pub fn from_bytes(bytes: [u8; PUBLIC_KEY_LENGTH]) -> Self {
                Self(bytes)
            }

            /// Reads base64 in either alphabet, with or without padding (docs/protocol.md 1.4); `None` if it is not
            /// base64 of exactly 32 bytes.
            pub fn from_base64(text: &str) -> Option<Self> {
                let bytes = decode_base64(text)?;
                Some(Self(bytes.try_into().ok()?))
            }

            /// The 32 raw bytes.
            pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY_LENGTH] {
                &self.0
            }

            /// Standard base64 with padding.
            pub fn to_base64(&self) -> String {
                BASE64.encode(&self.0)
            }

            /// SHA-256 of the 32 bytes (docs/protocol.md 4.2).
            pub fn fingerprint(&self) -> Fingerprint {
                Fingerprint(Sha256::digest(self.0).into())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.to_base64())
            }
        }
    };
}

public_key!(
    /// An X25519 public key: of a device or of a deploy token.
    PublicKey
);
public_key!(
    /// An Ed25519 public key: a device's, for its signatures.
    SigningPublicKey
);

/// Standard base64 that reads the other alphabet, too, and skips white space and padding. It is always there: the
/// specification is a constant, and a test decodes with it.
static LENIENT: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    specification.ignore.push_str("= \t\n\r\x0c");
    specification.translate.from.push_str("-_");
    specification.translate.to.push_str("+/");
    specification.encoding().ok()
});

/// Decodes public base64 leniently: both alphabets, white space, padding or not (docs/protocol.md 1.4).
/// Not for secrets: the decoded bytes are not wiped.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    LENIENT.as_ref()?.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_round_trips_and_shortens() {
        let key = PublicKey::from_bytes([7; 32]);
        let print = key.fingerprint();
        assert_eq!(Fingerprint::from_hex(&print.to_hex().to_uppercase()), Some(print));
        assert_eq!(print.short().len(), 9);
        assert_eq!(Fingerprint::from_hex("zz"), None);
        assert_eq!(Fingerprint::from_hex(&"g".repeat(64)), None);
    }

    #[test]
    fn base64_is_read_leniently_and_measured() {
        let key = PublicKey::from_bytes([0xfb; 32]);
        let strict = key.to_base64();
        let lenient = strict.replace('+', "-").replace('/', "_").replace('=', "");
        assert_eq!(PublicKey::from_base64(&lenient), Some(key));
        assert_eq!(PublicKey::from_base64(&format!(" {strict}\n")), Some(key));
        assert_eq!(PublicKey::from_base64("AAAA"), None);
        assert_eq!(PublicKey::from_base64("%%%"), None);
    }

    /// What was accepted before a library decoded it, and what was not.
    #[test]
    fn leniency_has_its_limits() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("YQ", Some(b"a")),
            ("YQ==", Some(b"a")),
            ("Y=Q", Some(b"a")),
            (" Y\tW\nJ\rj\x0c", Some(b"abc")),
            ("+/-_", Some(&[0xfb, 0xff, 0xbf])),
            ("=", Some(b"")),
            ("Y", None),
            ("YR", None),
            ("YWJjZ", None),
            ("Y\x0bQ", None),
            ("Y\u{a0}Q", None),
            ("YQ.", None),
        ] {
            assert_eq!(decode_base64(text).as_deref(), bytes, "{text:?}");
        }
    }
}
