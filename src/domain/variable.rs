//! Variables: always sealed, except in the hands of a runner (docs/protocol.md 8 and 9).

use super::envelope::PublishedKey;
use crate::secret::SecretText;

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
    /// Its version, where the server tells it.
    pub version: Option<u64>,
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
