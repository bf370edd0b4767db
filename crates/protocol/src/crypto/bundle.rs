//! The runner's side: from a bundle and a deploy seed to variables in clear (docs/protocol.md 8.3).
//!
//! It goes the way of the reference runner, so that success here means that a runner succeeds too, and it is stricter
//! where that costs no valid data: the envelope must be addressed to the seed, its authenticated data must be what it
//! says about itself, the opened key must have the announced fingerprint, and what a bundle says twice must be the same
//! (`bundle/twice.rs`). Whatever is not opened is a problem in the report; whether that fails the run is the caller's decision
//! (it does: docs/protocol.md G10).

use std::collections::HashMap;

use zeroize::Zeroizing;

mod twice;

use super::deploy_key::derive_public_key;
use super::envelope::{ENVELOPE_ALGORITHM, EncryptedEnvelope};
use super::environment_key::key_fingerprint;
use super::error::{OpenError, VariableError};
use super::meta::{KEY_FINGERPRINT, Meta};
use super::open_key::{data_key, open_outer};
use super::primitives;
use super::variable::{KeyRing, check_environment, check_scope, open_bytes, to_text};
use crate::secret::{DeploySeed, EnvironmentKey, SecretText};
use crate::types::envelope::PublishedKey;
use crate::types::keys::decode_base64;
use crate::types::{EnvironmentName, Fingerprint, RecipientKind};
use crate::types::{
    variable::Bundle, variable::SealedVariable, variable::VARIABLE_ALGORITHM, variable::Variable,
};

/// U+FEFF in UTF-8, which the reference drops from the start of a value.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What a runner gets out of a bundle.
#[derive(Clone, Debug)]
pub struct BundleReport {
    /// The variables in clear; of equal names the last one stands at the first one's place.
    pub variables: Vec<Variable>,
    /// What went wrong, in the order in which it was found.
    pub problems: Vec<BundleProblem>,
    /// How many sealed variables the bundle had.
    pub total: usize,
}

impl BundleReport {
    /// How many of the sealed variables could be opened.
    pub fn decrypted(&self) -> usize {
        let closed = self
            .problems
            .iter()
            .filter(|problem| problem.name.is_some())
            .count();
        self.total.saturating_sub(closed)
    }
}

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleProblem {
    /// The variable; `None` when it concerns the key or the whole bundle.
    pub name: Option<String>,
    /// What.
    pub kind: BundleProblemKind,
}

/// What went wrong with a bundle's key or with one of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleProblemKind {
    /// The bundle has no environment key.
    NoEnvironmentKey,
    /// The envelope has no recipient of the type `deployment`.
    NoDeploymentRecipient,
    /// The server did not lift the ephemeral key to the envelope (docs/protocol.md G5).
    EnvelopeMissingEphemeralKey,
    /// The recipient's payload is not base64 of an envelope.
    RecipientPayloadUndecodable,
    /// The payload names another algorithm.
    UnsupportedAlgorithm,
    /// The ephemeral key is a point of low order.
    SharedSecretFailed,
    /// The payload is for another seed, or was changed.
    RecipientDecryptFailed,
    /// The environment key does not decrypt with the payload's DEK.
    EnvironmentKeyDecryptFailed,
    /// The opened key is not the announced one; the reference does not look.
    KeyFingerprintMismatch {
        /// What was announced.
        announced: Fingerprint,
        /// What was opened.
        opened: Fingerprint,
    },
    /// There is no key to open this variable with.
    NoKey,
    /// Organisation, project or environment is missing from the variable.
    MissingAadScope,
    /// The variable was sealed under another name than the one it is delivered under; the reference does not look.
    NameMismatch {
        /// The name that it was sealed under.
        sealed: String,
    },
    /// The variable, or the key, was sealed in another environment than the one it is delivered as a part of; the reference
    /// does not look.
    EnvironmentMismatch {
        /// The name of the environment that it was sealed in.
        sealed: String,
        /// The name of the environment that it is delivered as a part of.
        delivered: String,
    },
    /// The variable was sealed in another project than the key.
    ProjectMismatch {
        /// The project that it was sealed in.
        sealed: String,
        /// The project of the key.
        of_key: String,
    },
    /// The variable is of an environment that the bundle does not consist of.
    UnknownLayer {
        /// The name of that environment.
        layer: String,
    },
    /// The environment that the bundle is of is not the last of those that it consists of.
    ChainMismatch {
        /// The name of the last one.
        last: String,
    },
    /// The same environment has two variables of this name, so that it is not known which one counts.
    Repeated,
    /// The variable is under another environment key.
    FingerprintMismatch {
        /// The fingerprint it names, lower-case.
        expected: String,
        /// The fingerprint of the key in use.
        actual: Fingerprint,
    },
    /// The variable does not decrypt.
    ValueDecryptFailed,
    /// The claim does not match the value.
    HmacMismatch,
    /// The value begins with a byte order mark, which runners drop before they compare the claim.
    ByteOrderMark,
    /// The value is not UTF-8.
    NotText,
    /// There were variables, and none could be opened.
    NothingDecrypted,
}

impl BundleProblemKind {
    /// A stable name for logs and machine-readable output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoEnvironmentKey => "no_environment_key",
            Self::NoDeploymentRecipient => "no_deployment_recipient",
            Self::EnvelopeMissingEphemeralKey => "envelope_missing_ephemeral_key",
            Self::RecipientPayloadUndecodable => "recipient_payload_undecodable",
            Self::UnsupportedAlgorithm => "unsupported_alg",
            Self::SharedSecretFailed => "shared_secret_failed",
            Self::RecipientDecryptFailed => "recipient_decrypt_failed",
            Self::EnvironmentKeyDecryptFailed => "environment_key_decrypt_failed",
            Self::KeyFingerprintMismatch { .. } => "key_fingerprint_mismatch",
            Self::NoKey => "no_key",
            Self::MissingAadScope => "missing_aad_scope",
            Self::NameMismatch { .. } => "name_mismatch",
            Self::EnvironmentMismatch { .. } => "environment_mismatch",
            Self::ProjectMismatch { .. } => "project_mismatch",
            Self::UnknownLayer { .. } => "unknown_layer",
            Self::ChainMismatch { .. } => "chain_mismatch",
            Self::Repeated => "repeated",
            Self::FingerprintMismatch { .. } => "fingerprint_mismatch",
            Self::ValueDecryptFailed => "value_decrypt_failed",
            // The reference does not tell one from the other.
            Self::HmacMismatch | Self::ByteOrderMark => "hmac_mismatch",
            Self::NotText => "not_text",
            Self::NothingDecrypted => "nothing_decrypted",
        }
    }
}

impl BundleProblemKind {
    /// A variable's own trouble, of a variable that is delivered as a part of this environment.
    fn of(error: VariableError, delivered: &str) -> Self {
        match error {
            VariableError::MissingScope => Self::MissingAadScope,
            VariableError::NameMismatch { sealed } => Self::NameMismatch { sealed },
            VariableError::EnvironmentMismatch { sealed } => Self::EnvironmentMismatch {
                sealed,
                delivered: delivered.to_owned(),
            },
            VariableError::FingerprintMismatch { expected, actual } => {
                Self::FingerprintMismatch { expected, actual }
            }
            VariableError::Decrypt => Self::ValueDecryptFailed,
            VariableError::HmacMismatch => Self::HmacMismatch,
            VariableError::ByteOrderMark => Self::ByteOrderMark,
            VariableError::NotText => Self::NotText,
        }
    }
}

/// Opens a bundle with a deploy seed. Never fails as a whole: what cannot be opened is in the report's problems.
pub fn open_bundle(bundle: &Bundle, seed: &DeploySeed) -> BundleReport {
    open_bundle_accepting(bundle, seed, None)
}

/// The same of an environment that was called `former_name` before: what was sealed under that name is its own
/// (docs/protocol.md G21).
pub fn open_bundle_accepting(
    bundle: &Bundle,
    seed: &DeploySeed,
    former_name: Option<&EnvironmentName>,
) -> BundleReport {
    let mut report = BundleReport {
        variables: Vec::with_capacity(bundle.variables.len()),
        problems: Vec::new(),
        total: bundle.variables.len(),
    };
    let opened = open_key(bundle.key.as_ref(), seed);
    let checks = twice::Checks::of(bundle, opened.as_ref().ok(), former_name);
    report.problems.extend(checks.bundle().map(of_no_variable));
    let key = match &opened {
        Ok(key) => Some(key),
        Err(kind) => {
            report.problems.push(of_no_variable(kind.clone()));
            None
        }
    };
    let mut ring = KeyRing::default();
    let mut places = HashMap::new();
    for sealed in &bundle.variables {
        let opened = match key {
            None => check_scope(sealed).and(Ok(Err(BundleProblemKind::NoKey))),
            Some(key) => open_one(sealed, &key.key, &mut ring)
                .and_then(|value| check_environment(sealed, former_name).map(|()| value))
                .map(|value| checks.variable(sealed).map_or(Ok(value), Err)),
        };
        let opened = opened.unwrap_or_else(|error| Err(BundleProblemKind::of(error, &sealed.environment)));
        match opened {
            Err(kind) => report.problems.push(BundleProblem {
                name: Some(sealed.name.clone()),
                kind,
            }),
            Ok(value) => {
                let variable = Variable {
                    name: sealed.name.clone(),
                    value,
                };
                let place = *places
                    .entry(sealed.name.as_str())
                    .or_insert(report.variables.len());
                match report.variables.get_mut(place) {
                    Some(earlier) => *earlier = variable,
                    None => report.variables.push(variable),
                }
            }
        }
    }
    if report.variables.is_empty() && report.total > 0 {
        report
            .problems
            .push(of_no_variable(BundleProblemKind::NothingDecrypted));
    }
    report
}

fn of_no_variable(kind: BundleProblemKind) -> BundleProblem {
    BundleProblem { name: None, kind }
}

fn open_one<'a>(
    sealed: &'a SealedVariable,
    key: &EnvironmentKey,
    ring: &mut KeyRing<'a>,
) -> Result<SecretText, VariableError> {
    check_scope(sealed)?;
    let plain = open_bytes(sealed, ring.keys(&sealed.scope, key))?;
    // The reference drops the mark before it compares the claim, which then differs (docs/protocol.md G8).
    match plain.strip_prefix(BYTE_ORDER_MARK) {
        None => to_text(plain),
        Some(_) if sealed.hmac.is_some() => Err(VariableError::ByteOrderMark),
        Some(rest) => to_text(Zeroizing::new(rest.to_vec())),
    }
}

/// An environment key as a runner has opened it, and what its envelope says that it is for.
struct RunnerKey {
    key: EnvironmentKey,
    meta: Option<Meta>,
}

/// The environment key that the bundle carries for the seed.
fn open_key(published: Option<&PublishedKey>, seed: &DeploySeed) -> Result<RunnerKey, BundleProblemKind> {
    let published = published.ok_or(BundleProblemKind::NoEnvironmentKey)?;
    let sealed = published
        .sealed
        .as_ref()
        .ok_or(BundleProblemKind::NoEnvironmentKey)?;
    let entry = sealed
        .recipients
        .iter()
        .find(|entry| matches!(entry.kind, RecipientKind::Deployment(_)))
        .ok_or(BundleProblemKind::NoDeploymentRecipient)?;
    let ephemeral = sealed
        .lifted_ephemeral_key
        .ok_or(BundleProblemKind::EnvelopeMissingEphemeralKey)?;
    let envelope = EncryptedEnvelope::from_edek(&entry.edek_b64)
        .map_err(|_| BundleProblemKind::RecipientPayloadUndecodable)?;
    if !is_known_algorithm(envelope.alg.as_deref()) {
        return Err(BundleProblemKind::UnsupportedAlgorithm);
    }
    let shared = primitives::agree(seed.expose(), &ephemeral).ok_or(BundleProblemKind::SharedSecretFailed)?;
    if !envelope.is_addressed_to(&derive_public_key(seed)) {
        return Err(BundleProblemKind::RecipientDecryptFailed);
    }
    let aad = runner_aad(&envelope)?;
    let dek = envelope
        .decrypt(&primitives::derive_envelope_key(&shared), &aad)
        .and_then(|plain| data_key(&plain))
        .map_err(|_| BundleProblemKind::RecipientDecryptFailed)?;
    let key =
        open_outer(sealed, &dek).map_err(|_: OpenError| BundleProblemKind::EnvironmentKeyDecryptFailed)?;
    let opened = key_fingerprint(&key);
    let meta = envelope.meta;
    let named = meta.as_ref().and_then(|meta| meta.get(KEY_FINGERPRINT));
    let named =
        named.map(|hex| Fingerprint::from_hex(hex).ok_or(BundleProblemKind::RecipientPayloadUndecodable));
    let mut announced = published.fingerprint.into_iter().chain(named.transpose()?);
    match announced.find(|announced| *announced != opened) {
        Some(announced) => Err(BundleProblemKind::KeyFingerprintMismatch { announced, opened }),
        None => Ok(RunnerKey { key, meta }),
    }
}

/// Absent and empty are fine: the envelope's own `alg` has been checked by then.
fn is_known_algorithm(alg: Option<&str>) -> bool {
    let alg = alg.unwrap_or_default();
    alg.is_empty()
        || [VARIABLE_ALGORITHM, ENVELOPE_ALGORITHM]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(alg))
}

/// The authenticated bytes as a runner takes them: `aad_b64`, which must be the canonical meta, else `meta` as it stands.
fn runner_aad(envelope: &EncryptedEnvelope) -> Result<Vec<u8>, BundleProblemKind> {
    match envelope.aad_b64.as_deref().filter(|text| !text.is_empty()) {
        Some(aad) => {
            envelope
                .checked_aad()
                .map_err(|_| BundleProblemKind::RecipientDecryptFailed)?;
            decode_base64(aad).ok_or(BundleProblemKind::RecipientDecryptFailed)
        }
        None => {
            let meta = envelope.meta.as_ref().filter(|meta| !meta.is_empty());
            Ok(meta.map(Meta::to_json).unwrap_or_default().into_bytes())
        }
    }
}
