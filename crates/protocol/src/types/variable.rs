//! Variables: always sealed, except in the hands of a runner (docs/protocol.md 8 and 9).

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::Moment;
use super::envelope::PublishedKey;
use crate::secret::SecretText;

/// `alg` of variables and of the outer layer of an environment key.
pub const VARIABLE_ALGORITHM: &str = "xchacha20-poly1305";
/// Prefix of ciphertexts, nonces and claims of variables (docs/protocol.md 1.4).
pub const BASE64_PREFIX: &str = "b64:";

/// The data a variable's ciphertext is bound to; readers take it from here, never from their own context
/// (docs/protocol.md G18).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VariableScope {
    /// Organisation id.
    pub organization: String,
    /// Project id.
    pub project: String,
    /// Environment name.
    pub environment: String,
    /// Variable name.
    pub name: String,
}

/// One sealed variable as a runner or a device receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedVariable {
    /// Name of the variable.
    pub name: String,
    /// Environment layer it comes from.
    pub environment: String,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
    /// 24 bytes.
    pub nonce: Vec<u8>,
    /// What it is bound to.
    pub scope: VariableScope,
    /// The HMAC claim, 32 bytes, where present.
    pub hmac: Option<Vec<u8>>,
    /// Fingerprint (lower-case hex) of the environment key it is under, where present.
    pub key_fingerprint: Option<String>,
    /// Version of that environment key, where present.
    pub key_version: Option<u64>,
    /// Its version, where the server tells it.
    pub version: Option<u64>,
    /// What its uploader said of it beside its value.
    pub marks: VariableMarks,
}

/// When and by whom a variable was pushed last (docs/protocol.md 9.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableState {
    /// Name of the variable.
    pub name: String,
    /// The server's time, where it is told.
    pub updated_at: Option<Moment>,
    /// An e-mail address, where it is told.
    pub updated_by: Option<String>,
}

/// What is known of a variable without opening it: the server keeps it as it was uploaded (docs/protocol.md 8.1, 9.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VariableMarks {
    /// Length of the raw text in bytes.
    pub line_bytes: Option<u64>,
    /// Whether it is a secret of Laravel Vapor.
    pub is_vapor_secret: bool,
    /// Whether its line is commented out.
    pub is_commented: bool,
}

/// What `/ci/deploy` and pull answer (docs/protocol.md 8.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The environment's name.
    pub environment: String,
    /// Layers, parent first.
    pub chain: Vec<String>,
    /// The sealed variables, in the server's order.
    pub variables: Vec<SealedVariable>,
    /// The environment key as shared with the runner.
    pub key: Option<PublishedKey>,
}

/// A variable in clear.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: SecretText,
}

/// One variable as it is uploaded and signed (docs/protocol.md 9.1). The order of the members is the order in which they
/// are signed; absent ones are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableUpload {
    /// Name of the variable.
    pub name: String,
    /// Name of the environment.
    pub env: String,
    /// `b64:` and base64 of ciphertext and tag.
    pub ciphertext: String,
    /// `b64:` and base64 of 24 bytes.
    pub nonce: String,
    /// [`VARIABLE_ALGORITHM`].
    pub alg: String,
    /// What the ciphertext is bound to.
    pub aad: UploadAad,
    /// What is claimed about the value.
    pub claims: UploadClaims,
    /// The version that the uploader believes to be current.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
    /// Version of the environment key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_kek_version: Option<u64>,
    /// Fingerprint of the environment key, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_kek_fingerprint: Option<String>,
    /// Length of the raw text in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_bytes: Option<u64>,
    /// Marks a secret of Laravel Vapor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_vapor_secret: Option<bool>,
    /// Whether the line is commented out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_commented: Option<bool>,
    /// An encrypted note with its own signature, as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_note: Option<serde_json::Value>,
    /// Base64 of the device's signature over all of the above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_sig: Option<String>,
}

/// [`VariableScope`] as it is written in an upload and in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadAad {
    /// Organisation id.
    pub org: String,
    /// Project id.
    pub project: String,
    /// Environment name.
    pub env: String,
    /// Variable name.
    pub name: String,
}

/// Claims of an uploaded variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadClaims {
    /// `b64:` and base64 of the HMAC.
    pub hmac: String,
}

impl From<&VariableScope> for UploadAad {
    fn from(scope: &VariableScope) -> Self {
        Self {
            org: scope.organization.clone(),
            project: scope.project.clone(),
            env: scope.environment.clone(),
            name: scope.name.clone(),
        }
    }
}

impl From<UploadAad> for VariableScope {
    fn from(aad: UploadAad) -> Self {
        Self {
            organization: aad.org,
            project: aad.project,
            environment: aad.env,
            name: aad.name,
        }
    }
}

impl From<&SealedVariable> for VariableUpload {
    /// An unsigned upload that replaces the version of `sealed`, if it has one, and keeps its marks.
    fn from(sealed: &SealedVariable) -> Self {
        Self {
            name: sealed.name.clone(),
            env: sealed.environment.clone(),
            ciphertext: prefixed(&sealed.ciphertext),
            nonce: prefixed(&sealed.nonce),
            alg: VARIABLE_ALGORITHM.to_owned(),
            aad: UploadAad::from(&sealed.scope),
            claims: UploadClaims {
                hmac: sealed.hmac.as_deref().map(prefixed).unwrap_or_default(),
            },
            if_version: sealed.version,
            env_kek_version: sealed.key_version,
            env_kek_fingerprint: sealed.key_fingerprint.clone(),
            line_bytes: sealed.marks.line_bytes,
            is_vapor_secret: sealed.marks.is_vapor_secret.then_some(true),
            is_commented: sealed.marks.is_commented.then_some(true),
            change_note: None,
            client_sig: None,
        }
    }
}

/// `b64:` and standard base64 with padding.
pub fn prefixed(bytes: &[u8]) -> String {
    format!("{BASE64_PREFIX}{}", BASE64.encode(bytes))
}
