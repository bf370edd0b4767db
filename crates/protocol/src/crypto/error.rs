//! What can go wrong in this layer. No variant carries a secret, a plaintext or a whole document.

use crate::types::{EnvironmentName, Fingerprint, RecipientKind};

/// Sealing or signing failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// Nobody to seal for; publishing that would lock everybody out.
    #[error("there is no recipient to seal the environment key for")]
    NoRecipients,
    /// The recipient's public key is a point of low order: anybody could open what is sealed for it.
    #[error("the public key of a recipient is not safe to seal for")]
    LowOrderRecipient {
        /// Whose key it is; `None` when only one envelope was asked for.
        recipient: Option<RecipientKind>,
    },
    /// The scope names another key than the one to be sealed.
    #[error("the fingerprint of the scope is not that of the environment key")]
    ScopeFingerprint,
    /// The environment key was sealed for this device itself, so that there is no DEK to give to others.
    #[error("the environment key has no key of its own to be shared under")]
    NoDataKey,
    /// A request body must be a JSON object to be signed.
    #[error("the body to be signed is not a JSON object")]
    BodyNotAnObject,
    /// More plaintext than the cipher takes (256 GiB).
    #[error("the plaintext is too long to be sealed")]
    TooLong,
}

/// Which of the two layers of a published key (docs/protocol.md 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The recipient's envelope, which holds the DEK.
    Recipient,
    /// The environment key under the DEK.
    EnvironmentKey,
}

/// An envelope or an environment key was refused; each variant names the check that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is no envelope, or none for this device.
    #[error("the environment key is not shared with this device")]
    NotShared,
    /// The newest key has no envelope at all: its publication failed halfway. Nobody has it, and nobody can share it; only a
    /// further key helps (docs/protocol.md G22).
    #[error("the newest key of the environment has no envelope")]
    NoEnvelope,
    /// A member is missing or not of its type or length.
    #[error("the envelope cannot be read: {what}")]
    Malformed {
        /// Which member.
        what: &'static str,
    },
    /// Not envelope version `v1`.
    #[error("the envelope has an unknown version")]
    Version,
    /// Not XChaCha20-Poly1305 with HKDF-SHA256.
    #[error("the envelope uses an unknown algorithm")]
    Algorithm,
    /// It is addressed to another public key.
    #[error("the envelope is addressed to another key")]
    Addressee,
    /// `aad_b64` is not the canonical form of `meta` (docs/protocol.md 5.2).
    #[error("the authenticated data of the envelope differs from what it says about itself")]
    AadMismatch,
    /// `meta` does not name what was expected.
    #[error("the envelope is for another {member}")]
    MetaMismatch {
        /// Which member of `meta`.
        member: &'static str,
    },
    /// `meta` names the right project and key, and the environment by another name: the server's environments can be renamed,
    /// and nothing is sealed anew (docs/protocol.md G21).
    #[error("the environment key was sealed when the environment was called “{name}”")]
    SealedUnderName {
        /// That name.
        name: EnvironmentName,
    },
    /// It opens, and says neither what it is for nor who sealed it.
    #[error("the envelope does not say what it is for")]
    Unnamed,
    /// The nonce is not 24 bytes.
    #[error("the nonce does not have its length")]
    NonceLength,
    /// The ephemeral public key is not 32 bytes.
    #[error("the ephemeral key does not have its length")]
    KeyLength,
    /// The key agreement came out as all zeros: the ephemeral key is a point of low order.
    #[error("the key agreement is void")]
    AllZeroAgreement,
    /// `sender_kid` names another key than the one that signed.
    #[error("the envelope names another sender than its signer")]
    SenderKid,
    /// The signature is missing or not valid although the sender's key is known.
    #[error("the signature of the envelope is not valid")]
    Signature,
    /// The tag does not match: changed, or sealed with another key.
    #[error("the {} does not decrypt", match layer {
        Layer::Recipient => "envelope",
        Layer::EnvironmentKey => "environment key",
    })]
    Decrypt {
        /// Which layer.
        layer: Layer,
    },
    /// The opened key is not the one that was announced.
    #[error("the environment key is not the announced one")]
    FingerprintMismatch {
        /// What was announced.
        announced: Fingerprint,
        /// What was opened.
        opened: Fingerprint,
    },
}

/// A text is not a deploy seed (docs/protocol.md 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// Not base64, also without its prefix.
    #[error("the seed is not base64")]
    NotBase64,
    /// Base64, but of this many bytes instead of 32.
    #[error("the seed has {0} bytes, 32 are needed")]
    WrongLength(usize),
}

/// A signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The body is not a JSON object.
    #[error("the signed body is not a JSON object")]
    NotAnObject,
    /// There is no `client_sig`, or more than one.
    #[error("the body has no client_sig, or several")]
    Missing,
    /// `client_sig` is not base64 of 64 bytes.
    #[error("client_sig is not a signature")]
    Malformed,
    /// The public key is not a usable Ed25519 key.
    #[error("the signing key is not usable")]
    Key,
    /// The signature is not that key's over that body.
    #[error("the signature does not match the body")]
    Mismatch,
}

/// A variable was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// Organisation, project or environment is missing from the data it is bound to.
    #[error("the variable does not say what it belongs to")]
    MissingScope,
    /// It was sealed under another name than the one it is delivered under.
    #[error("the variable was sealed under another name")]
    NameMismatch {
        /// The name that it was sealed under.
        sealed: String,
    },
    /// It was sealed in another environment than the one it is delivered as a part of.
    #[error("the variable was sealed in another environment")]
    EnvironmentMismatch {
        /// The name of the environment that it was sealed in.
        sealed: String,
    },
    /// It is under another environment key.
    #[error("the variable is under another environment key")]
    FingerprintMismatch {
        /// The fingerprint it names, lower-case.
        expected: String,
        /// The fingerprint of the key in use.
        actual: Fingerprint,
    },
    /// The tag does not match: changed, or sealed with another key or for another place.
    #[error("the variable does not decrypt")]
    Decrypt,
    /// The HMAC claim is not that of the value.
    #[error("the claim of the variable does not match its value")]
    HmacMismatch,
    /// The value begins with a byte order mark, which a runner drops before it compares the claim (docs/protocol.md G8).
    #[error("the value of the variable begins with a byte order mark")]
    ByteOrderMark,
    /// The value is not UTF-8.
    #[error("the value of the variable is not text")]
    NotText,
}
