//! What only a strict workspace checks of uploaded variables: that they are for this place, under its key, and of the form
//! that clients can open.

use super::Call;
use crate::answer::Refusal;
use crate::store::directory::{Environment, Project};
use crate::store::keys::{self, Key};
use crate::store::users::User;
use protocol::keys::decode_base64;
use protocol::variable::{BASE64_PREFIX, VARIABLE_ALGORITHM, VariableUpload};

const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;
const HMAC_LENGTH: usize = 32;
/// The longest name of a variable, in bytes.
const NAME_LIMIT: usize = 255;

/// The first thing that is wrong with any of them.
pub(super) fn check(
    call: &Call<'_, User>,
    project: &Project,
    environment: &Environment,
    uploads: &[VariableUpload],
) -> Result<(), Refusal> {
    let Some(key) = keys::current(call.db, &environment.id)? else {
        return Err(Refusal::inside_push(
            "secrets",
            "The environment has no key yet. Publish one first.",
        ));
    };
    for (index, upload) in uploads.iter().enumerate() {
        if let Some((field, why)) = flaw(project, environment, &key, upload) {
            return Err(Refusal::inside_push(&format!("secrets.{index}.{field}"), why));
        }
    }
    Ok(())
}

/// What is wrong with a variable, and with which of its members.
fn flaw(
    project: &Project,
    environment: &Environment,
    key: &Key,
    upload: &VariableUpload,
) -> Option<(&'static str, &'static str)> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '=';
    if upload.name.is_empty() || upload.name.len() > NAME_LIMIT || upload.name.contains(odd) {
        return Some(("name", "This cannot be the name of a variable."));
    }
    let aad = &upload.aad;
    let in_place = aad.project == project.id.as_str()
        && aad.env == environment.name.as_str()
        && upload.env == environment.name.as_str()
        && aad.name == upload.name
        && !aad.org.is_empty();
    if !in_place {
        return Some((
            "aad",
            "The variable is sealed for another project, environment or name.",
        ));
    }
    if upload.alg != VARIABLE_ALGORITHM {
        return Some(("alg", "This algorithm is not known."));
    }
    let bytes = |text: &str| decode_base64(text.strip_prefix(BASE64_PREFIX)?).map(|bytes| bytes.len());
    if bytes(&upload.ciphertext).is_none_or(|length| length < TAG_LENGTH) {
        return Some((
            "ciphertext",
            "The ciphertext is not b64: and base64 of at least 16 bytes.",
        ));
    }
    if bytes(&upload.nonce) != Some(NONCE_LENGTH) {
        return Some(("nonce", "The nonce is not b64: and base64 of 24 bytes."));
    }
    if bytes(&upload.claims.hmac) != Some(HMAC_LENGTH) {
        return Some(("claims.hmac", "The claim is not b64: and base64 of 32 bytes."));
    }
    let named = upload.env_kek_fingerprint.as_deref().unwrap_or_default();
    if !named.is_empty() && !named.eq_ignore_ascii_case(&key.fingerprint) {
        return Some((
            "env_kek_fingerprint",
            "The variable is not under the environment's current key.",
        ));
    }
    let version = upload.env_kek_version;
    if version.is_some_and(|version| i64::try_from(version) != Ok(key.version)) {
        return Some((
            "env_kek_version",
            "The variable is not under the environment's current key.",
        ));
    }
    None
}
