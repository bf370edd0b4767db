//! Variables: sealing, opening, signing (docs/protocol.md 5.6, 8.3, 9.1).
//!
//! The signed object itself is [`VariableUpload`], a domain type, because both this layer and the wire need it. Notes and
//! comments are carried along and their signatures checked, but not sealed or opened here.

use std::collections::HashMap;

use data_encoding::BASE64;
use rand_core::CryptoRng;
use serde_json::Value;
use zeroize::Zeroizing;

use super::body::verify_body;
use super::environment_key::key_fingerprint;
use super::error::{CryptoError, SignatureError, VariableError};
use super::identity::DeviceIdentity;
use super::meta::push_text;
use super::primitives::{self, KEY_LENGTH, Key, NONCE_LENGTH};
use crate::secret::{EnvironmentKey, SecretText};
use crate::types::{EnvironmentName, Fingerprint, SigningPublicKey};
use crate::types::{
    variable::SealedVariable, variable::VariableMarks, variable::VariableScope, variable::VariableUpload,
};

/// Prefix of the HKDF salt of variable keys (docs/protocol.md 5.6).
const SALT_PREFIX: &str = "ghostable:";

/// The two keys of one scope: one encrypts, one makes HMAC claims. Derive them once for all variables of a scope.
pub struct VariableKeys {
    encryption: Key,
    claim: Key,
    fingerprint: Fingerprint,
    fingerprint_hex: String,
}

impl VariableKeys {
    /// Derives the keys of organisation, project and environment; the variable's name has no part in it.
    pub fn derive(key: &EnvironmentKey, scope: &VariableScope) -> Self {
        let place = format!("{}/{}/{}", scope.organization, scope.project, scope.environment);
        // The derivation starts with the environment key's bytes.
        let (encryption, claim) = derive_pair(key.expose(), &place);
        let fingerprint = key_fingerprint(key);
        Self {
            encryption,
            claim,
            fingerprint,
            fingerprint_hex: fingerprint.to_hex(),
        }
    }
}

/// The pair of keys of a scope's text: the first encrypts, the second makes claims (docs/protocol.md 5.6).
pub(super) fn derive_pair(root: &[u8], scope: &str) -> (Key, Key) {
    let mut both = Zeroizing::new([0; 2 * KEY_LENGTH]);
    let salt = format!("{SALT_PREFIX}{scope}");
    primitives::derive(root, salt.as_bytes(), b"", both.as_mut_slice());
    let (mut encryption, mut claim) = (Key::default(), Key::default());
    encryption.copy_from_slice(&both[..KEY_LENGTH]);
    claim.copy_from_slice(&both[KEY_LENGTH..]);
    (encryption, claim)
}

impl std::fmt::Debug for VariableKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VariableKeys([redacted])")
    }
}

/// The authenticated text of a variable: `org`, `project`, `env`, `name`, in this order (docs/protocol.md 8.3).
fn scope_json(scope: &VariableScope) -> String {
    let members = [
        ("{\"org\":", &scope.organization),
        (",\"project\":", &scope.project),
        (",\"env\":", &scope.environment),
        (",\"name\":", &scope.name),
    ];
    let length: usize = members
        .iter()
        .map(|(label, value)| label.len() + value.len() + 2)
        .sum();
    let mut json = String::with_capacity(length + 1);
    for (label, value) in members {
        json.push_str(label);
        push_text(&mut json, value);
    }
    json.push('}');
    json
}

/// Seals a value; `key_version` is noted beside it.
///
/// # Errors
/// [`CryptoError::TooLong`] above 256 GiB.
pub fn seal_variable<R: CryptoRng + ?Sized>(
    scope: &VariableScope,
    value: &SecretText,
    keys: &VariableKeys,
    key_version: u64,
    rng: &mut R,
) -> Result<SealedVariable, CryptoError> {
    let mut nonce = [0; NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    // The value is what is encrypted and what the claim is over.
    let plain = value.expose().as_bytes();
    let ciphertext = primitives::encrypt(&keys.encryption, &nonce, scope_json(scope).as_bytes(), plain)
        .ok_or(CryptoError::TooLong)?;
    Ok(SealedVariable {
        name: scope.name.clone(),
        environment: scope.environment.clone(),
        ciphertext,
        nonce: nonce.to_vec(),
        scope: scope.clone(),
        hmac: Some(primitives::hmac(&keys.claim, plain).to_vec()),
        key_fingerprint: Some(keys.fingerprint_hex.clone()),
        key_version: Some(key_version),
        version: None,
        marks: VariableMarks::default(),
    })
}

/// Seals the values of variables again under another environment key; all else stays as it was: what they are bound to, their
/// versions and their marks.
///
/// # Errors
/// As [`seal_variable`].
pub fn reseal_variables<'a, R: CryptoRng + ?Sized>(
    opened: impl IntoIterator<Item = (&'a SealedVariable, &'a SecretText)>,
    key: &EnvironmentKey,
    key_version: u64,
    rng: &mut R,
) -> Result<Vec<SealedVariable>, CryptoError> {
    let mut ring = KeyRing::default();
    let mut reseal = |(sealed, value): (&'a SealedVariable, &SecretText)| {
        let keys = ring.keys(&sealed.scope, key);
        Ok(SealedVariable {
            name: sealed.name.clone(),
            environment: sealed.environment.clone(),
            version: sealed.version,
            marks: sealed.marks,
            ..seal_variable(&sealed.scope, value, keys, key_version, rng)?
        })
    };
    opened.into_iter().map(&mut reseal).collect()
}

/// Opens one variable: scope, fingerprint, tag, claim, name, environment and UTF-8 are checked. For many use
/// [`open_variables`].
///
/// # Errors
/// [`VariableError`] names the failed check.
pub fn open_variable(sealed: &SealedVariable, key: &EnvironmentKey) -> Result<SecretText, VariableError> {
    check_scope(sealed)?;
    open_text(sealed, &VariableKeys::derive(key, &sealed.scope))
}

/// The text of a variable whose scope was checked.
fn open_text(sealed: &SealedVariable, keys: &VariableKeys) -> Result<SecretText, VariableError> {
    let plain = open_bytes(sealed, keys)?;
    check_environment(sealed, None)?;
    to_text(plain)
}

/// Opens many variables of one environment key, deriving the keys of each scope once.
pub fn open_variables(
    sealed: &[SealedVariable],
    key: &EnvironmentKey,
) -> Vec<Result<SecretText, VariableError>> {
    let mut ring = KeyRing::default();
    let mut opened = Vec::with_capacity(sealed.len());
    for variable in sealed {
        let text = check_scope(variable).and_then(|()| open_text(variable, ring.keys(&variable.scope, key)));
        opened.push(text);
    }
    opened
}

/// Opens each variable with the first of these keys that fits, and tells which of them that was by its place. What was sealed
/// when the environment had a `former_name` that somebody has named is accepted (docs/protocol.md G21).
pub fn open_variables_with_any(
    sealed: &[SealedVariable],
    keys: &[EnvironmentKey],
    former_name: Option<&EnvironmentName>,
) -> Vec<Result<(usize, SecretText), VariableError>> {
    let mut rings: Vec<KeyRing<'_>> = keys.iter().map(|_| KeyRing::default()).collect();
    let mut open = |variable| -> Result<(usize, SecretText), VariableError> {
        check_scope(variable)?;
        let mut failed = VariableError::Decrypt;
        for (place, (key, ring)) in keys.iter().zip(&mut rings).enumerate() {
            match open_bytes(variable, ring.keys(&variable.scope, key)) {
                Ok(plain) => {
                    check_environment(variable, former_name)?;
                    return Ok((place, to_text(plain)?));
                }
                Err(error) if is_of_another_key(&error) => {}
                Err(error) => failed = error,
            }
        }
        Err(failed)
    };
    sealed.iter().map(&mut open).collect()
}

/// Whether another key may open what was not opened.
fn is_of_another_key(error: &VariableError) -> bool {
    matches!(
        error,
        VariableError::Decrypt | VariableError::FingerprintMismatch { .. }
    )
}

/// Variable keys by organisation, project and environment.
#[derive(Default)]
pub(super) struct KeyRing<'a>(HashMap<[&'a str; 3], VariableKeys>);

impl<'a> KeyRing<'a> {
    pub(super) fn keys(&mut self, scope: &'a VariableScope, key: &EnvironmentKey) -> &VariableKeys {
        let place = [
            scope.organization.as_str(),
            scope.project.as_str(),
            scope.environment.as_str(),
        ];
        self.0
            .entry(place)
            .or_insert_with(|| VariableKeys::derive(key, scope))
    }
}

/// Organisation, project and environment must be named.
pub(super) fn check_scope(sealed: &SealedVariable) -> Result<(), VariableError> {
    let scope = &sealed.scope;
    if [&scope.organization, &scope.project, &scope.environment]
        .iter()
        .any(|part| part.is_empty())
    {
        return Err(VariableError::MissingScope);
    }
    Ok(())
}

/// Whether a variable that has opened is delivered as a part of the environment that it was sealed in; of a server that does not
/// say which that is, it is believed. `former_name` is what the environment was called before, where somebody has said so: a
/// renamed one keeps what was sealed (docs/protocol.md G21).
pub(super) fn check_environment(
    sealed: &SealedVariable,
    former_name: Option<&EnvironmentName>,
) -> Result<(), VariableError> {
    let inside = sealed.scope.environment.as_str();
    let is_told = !sealed.environment.is_empty();
    if is_told && sealed.environment != inside && former_name.is_none_or(|name| name.as_str() != inside) {
        return Err(VariableError::EnvironmentMismatch {
            sealed: inside.to_owned(),
        });
    }
    Ok(())
}

/// Opens the bytes of a value, checking fingerprint, tag and claim, and that the name outside is the one that the tag
/// vouches for: who delivers a variable cannot read it, and must not be able to rename it either.
pub(super) fn open_bytes(
    sealed: &SealedVariable,
    keys: &VariableKeys,
) -> Result<Zeroizing<Vec<u8>>, VariableError> {
    if let Some(named) = sealed.key_fingerprint.as_deref().filter(|text| !text.is_empty())
        && !named.eq_ignore_ascii_case(&keys.fingerprint_hex)
    {
        return Err(VariableError::FingerprintMismatch {
            expected: named.to_lowercase(),
            actual: keys.fingerprint,
        });
    }
    let nonce = sealed
        .nonce
        .as_slice()
        .try_into()
        .map_err(|_| VariableError::Decrypt)?;
    let aad = scope_json(&sealed.scope);
    let plain = primitives::decrypt(&keys.encryption, nonce, aad.as_bytes(), &sealed.ciphertext)
        .ok_or(VariableError::Decrypt)?;
    match &sealed.hmac {
        Some(claim) if !primitives::hmac_matches(&keys.claim, &plain, claim) => {
            Err(VariableError::HmacMismatch)
        }
        _ if sealed.scope.name != sealed.name => Err(VariableError::NameMismatch {
            sealed: sealed.scope.name.clone(),
        }),
        _ => Ok(plain),
    }
}

/// Takes the bytes over as text without copying them.
pub(super) fn to_text(mut bytes: Zeroizing<Vec<u8>>) -> Result<SecretText, VariableError> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(SecretText::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(VariableError::NotText)
        }
    }
}

/// Signs a variable for upload: the signature over everything else becomes its `client_sig` (docs/protocol.md 9.1).
pub fn sign_variable(identity: &DeviceIdentity, mut upload: VariableUpload) -> VariableUpload {
    upload.client_sig = None;
    // Texts and numbers always serialise.
    let text = serde_json::to_string(&upload).unwrap_or_default();
    upload.client_sig = Some(BASE64.encode(&identity.sign(text.as_bytes())));
    upload
}

/// Checks the signature of an uploaded variable from its received text, and that of its change note if it has one.
///
/// # Errors
/// [`SignatureError`].
pub fn verify_variable(text: &str, key: &SigningPublicKey) -> Result<(), SignatureError> {
    verify_body(text, key)?;
    let object: Value = serde_json::from_str(text).map_err(|_| SignatureError::NotAnObject)?;
    match object.get("change_note") {
        None | Some(Value::Null) => Ok(()),
        Some(note) => verify_body(&note.to_string(), key),
    }
}
