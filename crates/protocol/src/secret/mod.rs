//! Secret values: zeroized on drop, redacted in `Debug`, without `Display`, `Serialize` or `PartialEq`.
//!
//! `expose` is the only way out of each type, so that every place that handles a secret in clear can be found by
//! searching for it. What these types cannot wipe (buffers of the HTTP client, the clipboard, the web view) is listed
//! in SECURITY.md.

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

mod locked;

use locked::Locked;
pub use locked::{can_lock, wiping_the_stack};

/// Declares a secret of 32 bytes.
macro_rules! secret_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// In one place, locked where the system allows it: moving it leaves no copies behind on the stack.
        pub struct $name(Locked);

        impl Clone for $name {
            fn clone(&self) -> Self {
                Self::copy_of(self.expose())
            }
        }

        impl $name {
            /// Takes over 32 bytes; the caller's copy is wiped.
            pub fn take(bytes: &mut [u8; 32]) -> Self {
                let secret = Self::copy_of(bytes);
                bytes.zeroize();
                secret
            }

            /// A copy of bytes that whoever has them cares for.
            pub fn copy_of(bytes: &[u8; 32]) -> Self {
                Self::fill_with(|place| place.copy_from_slice(bytes))
            }

            /// Fills 32 bytes in place, so that no copy is left behind.
            pub fn fill_with(fill: impl FnOnce(&mut [u8; 32])) -> Self {
                let mut secret = Self(Locked::zeros(32));
                if let Some(place) = secret.0.bytes_mut().first_chunk_mut() {
                    fill(place);
                }
                secret
            }

            /// The bytes in clear. Say at each call why they are needed.
            pub fn expose(&self) -> &[u8; 32] {
                self.0.bytes().first_chunk().unwrap_or(&[0; 32])
            }

            /// Equality in constant time.
            pub fn ct_eq(&self, other: &Self) -> bool {
                self.expose().ct_eq(other.expose()).into()
            }
        }

        redacted!($name);
    };
}

/// Declares a secret text, kept as the second name.
macro_rules! secret_text {
    ($(#[$doc:meta])* $name:ident, $kept:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name($kept);

        impl $name {
            /// Takes over a text.
            pub fn new(text: String) -> Self {
                Self($kept::from(Zeroizing::new(text)))
            }

            /// The text in clear. Say at each call why it is needed.
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// Equality in constant time (the length is not hidden).
            pub fn ct_eq(&self, other: &Self) -> bool {
                self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
            }

            /// Whether it can be sent as a bearer: visible ASCII, as [`is_bearer`](crate::shape::is_bearer) has it.
            pub fn can_be_sent(&self) -> bool {
                crate::shape::is_bearer(&self.0)
            }

            /// Whether the text has no characters but white space.
            pub fn is_blank(&self) -> bool {
                self.0.trim().is_empty()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::new)
            }
        }

        redacted!($name);
    };
}

/// A text on the heap: there may be hundreds of thousands.
type OnHeap = Zeroizing<String>;

/// A text in a place of its own, locked where the system allows it.
struct InPlace(Locked);

impl From<Zeroizing<String>> for InPlace {
    fn from(text: Zeroizing<String>) -> Self {
        Self::of(&text)
    }
}

impl InPlace {
    fn of(text: &str) -> Self {
        let mut place = Locked::zeros(text.len());
        place.bytes_mut().copy_from_slice(text.as_bytes());
        Self(place)
    }
}

impl Clone for InPlace {
    fn clone(&self) -> Self {
        Self::of(self)
    }
}

impl std::ops::Deref for InPlace {
    type Target = str;

    fn deref(&self) -> &str {
        // It was made of a text, and nothing changes it.
        std::str::from_utf8(self.0.bytes()).unwrap_or_default()
    }
}

macro_rules! redacted {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

secret_bytes!(
    /// The X25519 private key of a deploy token, `GHOSTABLE_DEPLOY_SEED` (docs/protocol.md 8.2).
    DeploySeed
);
secret_bytes!(
    /// The X25519 private key of a device, stored unclamped (docs/protocol.md 4.2).
    EncryptionPrivateKey
);
secret_bytes!(
    /// The Ed25519 seed of a device (RFC 8032, docs/protocol.md 4.2).
    SigningSeed
);
secret_bytes!(
    /// The key of one environment in one version (docs/protocol.md 6.1).
    EnvironmentKey
);
secret_bytes!(
    /// The DEK: the key of one publication, between recipients and the environment key (docs/protocol.md 6.1).
    DataKey
);
secret_bytes!(
    /// The key that seals the journal of unfinished work on disk; kept in a keychain.
    JournalKey
);

secret_text!(
    /// `GHOSTABLE_CI_TOKEN`: the bearer token of a runner, made by the API (docs/protocol.md 7.2).
    CiToken, InPlace
);
secret_text!(
    /// The bearer token of a signed-in user (docs/protocol.md 1.1).
    AccessToken, InPlace
);
secret_text!(
    /// Any other text that must not leak: a decrypted value, a seed in base64, a block of environment variables.
    SecretText, OnHeap
);

impl DeploySeed {
    /// Standard base64 with padding, as `GHOSTABLE_DEPLOY_SEED` is written: 44 characters (docs/protocol.md 8.2).
    pub fn to_base64(&self) -> SecretText {
        // Exposed to be written in the form in which a runner reads it.
        SecretText::new(BASE64.encode(self.expose()))
    }
}

impl SecretText {
    /// An empty text with room for this many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self::new(String::with_capacity(bytes))
    }

    /// Appends a part. A text that has to grow for it leaves no copy behind.
    pub fn push_str(&mut self, part: &str) {
        let needed = self.0.len().saturating_add(part.len());
        if needed > self.0.capacity() {
            let mut grown = Zeroizing::new(String::with_capacity(needed.saturating_mul(2)));
            grown.push_str(&self.0);
            self.0 = grown;
        }
        self.0.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test a type: redacted, takes its input over, equal by content.
    macro_rules! bytes_test {
        ($test:ident, $name:ident) => {
            #[test]
            fn $test() {
                let mut source = [0x5a; 32];
                let secret = $name::take(&mut source);
                assert_eq!(source, [0; 32], "the source is wiped");
                assert_eq!(secret.expose(), &[0x5a; 32]);
                let shown = format!("{secret:?} {secret:#?}");
                assert!(shown.contains("[redacted]") && !shown.contains("90") && !shown.contains("5a"));
                assert!(secret.ct_eq(&$name::fill_with(|b| b.fill(0x5a))));
                assert!(!secret.ct_eq(&$name::fill_with(|b| b.fill(0x5b))));
            }
        };
    }
    macro_rules! text_test {
        ($test:ident, $name:ident) => {
            #[test]
            fn $test() {
                let secret = $name::new("hunter2".to_owned());
                assert_eq!(secret.expose(), "hunter2");
                assert!(!format!("{secret:?} {secret:#?}").contains("hunter2"));
                assert!(secret.ct_eq(&$name::new("hunter2".to_owned())));
                assert!(!secret.ct_eq(&$name::new("hunter3".to_owned())));
                assert!($name::new(" \n".to_owned()).is_blank());
                let read: $name = serde_json::from_str("\"hunter2\"").unwrap();
                assert!(read.ct_eq(&secret));
            }
        };
    }

    #[test]
    fn a_text_grows_with_its_parts() {
        let mut text = SecretText::with_capacity(3);
        for part in ["abc", "", "de", "fghijklmnop"] {
            text.push_str(part);
        }
        assert_eq!(text.expose(), "abcdefghijklmnop");
    }

    bytes_test!(deploy_seed, DeploySeed);
    bytes_test!(encryption_private_key, EncryptionPrivateKey);
    bytes_test!(signing_seed, SigningSeed);
    bytes_test!(environment_key, EnvironmentKey);
    bytes_test!(data_key, DataKey);
    bytes_test!(journal_key, JournalKey);
    text_test!(ci_token, CiToken);
    text_test!(access_token, AccessToken);
    text_test!(secret_text, SecretText);
}
