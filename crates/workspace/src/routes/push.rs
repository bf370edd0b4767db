//! Uploading sealed variables (docs/protocol.md 9.1 to 9.3): all of them or none.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Call, keys as key_routes, publication};
use crate::answer::{Answer, Refusal, Reply};
use crate::stamp::{new_id, now};
use crate::store::devices::Device;
use crate::store::directory::{Environment, Project};
use crate::store::history::{self, Change, Event};
use crate::store::keys::{self, Key};
use crate::store::users::User;
use crate::store::variables::{self, VariableRow};
use protocol::crypto::verify_variable;
use protocol::keys::decode_base64;
use protocol::variable::{BASE64_PREFIX, VARIABLE_ALGORITHM, VariableUpload};
use protocol::wire::error::ConflictDocument;
use protocol::wire::request::fit;
use protocol::wire::variable::{PushDocument, PushRequest};

const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;
const HMAC_LENGTH: usize = 32;
/// The longest name of a variable, in bytes.
const NAME_LIMIT: usize = 255;

type Versions = HashMap<String, (String, i64)>;

/// `POST .../push[?sync=1]`
pub(super) fn push(call: &Call<'_, User>) -> Answer {
    let (project, environment) = key_routes::place(call)?;
    let body = call.input.json()?;
    let device = publication::signer(call, &body)?;
    let request: PushRequest = fit(body)?;
    let Some(key) = keys::current(call.db, &environment.id)? else {
        return Err(Refusal::invalid(
            "secrets",
            "The environment has no key yet. Publish one first.",
        ));
    };
    let mut uploads = Vec::with_capacity(request.secrets.len());
    for (index, secret) in request.secrets.into_iter().enumerate() {
        uploads.push(check(&device, &project, &environment, &key, index, secret)?);
    }
    let before = variables::versions(call.db, &environment.id)?;
    if !request.force_overwrite {
        refuse_conflicts(&uploads, &before)?;
    }
    let mut now_stored = before.clone();
    for upload in &uploads {
        store(call, &device, &environment, upload, &mut now_stored)?;
    }
    let removed = if call.input.flag("sync") {
        prune(call, &environment, &uploads, &before)?
    } else {
        0
    };
    Reply::ok(&PushDocument {
        message: "Stored.",
        count: uploads.len(),
        removed,
    })
}

/// Signature, place and form of one uploaded variable.
fn check(
    device: &Device,
    project: &Project,
    environment: &Environment,
    key: &Key,
    index: usize,
    secret: Value,
) -> Result<VariableUpload, Refusal> {
    let refuse = |field: &str, why: &str| Refusal::invalid(&format!("secrets.{index}.{field}"), why);
    verify_variable(&secret.to_string(), &device.public_signing_key)
        .map_err(|error| publication::bad_signature(&format!("secrets.{index}.client_sig"), &error))?;
    let upload: VariableUpload = fit(secret)?;
    let name_fits = !upload.name.is_empty()
        && upload.name.len() <= NAME_LIMIT
        && !upload
            .name
            .contains(|c: char| c.is_control() || c.is_whitespace() || c == '=');
    if !name_fits {
        return Err(refuse("name", "This cannot be the name of a variable."));
    }
    let aad = &upload.aad;
    let in_place = aad.project == project.id.as_str()
        && aad.env == environment.name.as_str()
        && upload.env == environment.name.as_str()
        && aad.name == upload.name
        && !aad.org.is_empty();
    if !in_place {
        return Err(refuse(
            "aad",
            "The variable is sealed for another project, environment or name.",
        ));
    }
    if upload.alg != VARIABLE_ALGORITHM {
        return Err(refuse("alg", "This algorithm is not known."));
    }
    let bytes = |text: &str| decode_base64(text.strip_prefix(BASE64_PREFIX)?).map(|bytes| bytes.len());
    if bytes(&upload.ciphertext).is_none_or(|length| length < TAG_LENGTH) {
        return Err(refuse(
            "ciphertext",
            "The ciphertext is not b64: and base64 of at least 16 bytes.",
        ));
    }
    if bytes(&upload.nonce) != Some(NONCE_LENGTH) {
        return Err(refuse("nonce", "The nonce is not b64: and base64 of 24 bytes."));
    }
    if bytes(&upload.claims.hmac) != Some(HMAC_LENGTH) {
        return Err(refuse(
            "claims.hmac",
            "The claim is not b64: and base64 of 32 bytes.",
        ));
    }
    let named = upload
        .env_kek_fingerprint
        .as_deref()
        .filter(|text| !text.is_empty());
    let current = key.fingerprint.to_hex();
    if named.is_some_and(|text| !text.eq_ignore_ascii_case(&current)) {
        return Err(refuse(
            "env_kek_fingerprint",
            "The variable is not under the environment's current key.",
        ));
    }
    if upload
        .env_kek_version
        .is_some_and(|version| i64::try_from(version) != Ok(key.version))
    {
        return Err(refuse(
            "env_kek_version",
            "The variable is not under the environment's current key.",
        ));
    }
    Ok(upload)
}

/// 409 with all conflicts (docs/protocol.md 9.3). A version of 0 means that there should be none yet.
fn refuse_conflicts(uploads: &[VariableUpload], stored: &Versions) -> Result<(), Refusal> {
    let conflicts: Vec<_> = uploads
        .iter()
        .filter_map(|upload| {
            let expected = upload.if_version?;
            let server = stored.get(&upload.name).map(|(_, version)| *version);
            (i64::try_from(expected) != Ok(server.unwrap_or(0))).then(|| ConflictDocument {
                key: upload.name.clone(),
                server_version: server,
                client_if_version: expected,
            })
        })
        .collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    Err(Refusal::conflicts(
        "Some variables have changed since they were read.",
        conflicts,
    ))
}

fn store(
    call: &Call<'_, User>,
    device: &Device,
    environment: &Environment,
    upload: &VariableUpload,
    stored: &mut Versions,
) -> Result<(), Refusal> {
    let known = stored.get(&upload.name);
    let operation = if known.is_some() {
        "variable_updated"
    } else {
        "variable_created"
    };
    let (id, version) = known.map_or_else(
        || (new_id(), 1),
        |(id, version)| (id.clone(), version.saturating_add(1)),
    );
    let number = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok());
    let at = now();
    let row = VariableRow {
        id: id.clone(),
        name: upload.name.clone(),
        version,
        ciphertext: upload.ciphertext.clone(),
        nonce: upload.nonce.clone(),
        alg: upload.alg.clone(),
        aad: Some(upload.aad.clone()),
        claims: Some(upload.claims.clone()),
        env_kek_version: number(upload.env_kek_version),
        env_kek_fingerprint: upload.env_kek_fingerprint.clone(),
        line_bytes: number(upload.line_bytes),
        is_vapor_secret: upload.is_vapor_secret.unwrap_or_default(),
        is_commented: upload.is_commented.unwrap_or_default(),
        client_sig: upload.client_sig.clone().unwrap_or_default(),
        device_id: device.id.clone(),
        updated_by_email: call.who.email.clone(),
        created_at: at.clone(),
        updated_at: at,
    };
    variables::put(call.db, &environment.id, &row)?;
    stored.insert(row.name.clone(), (id.clone(), version));
    let change = Change {
        id,
        name: row.name,
        version,
        line_bytes: row.line_bytes,
        commented: row.is_commented,
        note: upload
            .change_note
            .as_ref()
            .filter(|note| !note.is_null())
            .map(Value::to_string),
    };
    let kek = row.env_kek_version.zip(row.env_kek_fingerprint);
    record(call, environment, operation, change, kek)
}

/// Removes what is not in the upload.
fn prune(
    call: &Call<'_, User>,
    environment: &Environment,
    uploads: &[VariableUpload],
    before: &Versions,
) -> Result<usize, Refusal> {
    let kept: HashSet<&str> = uploads.iter().map(|upload| upload.name.as_str()).collect();
    let mut removed: Vec<_> = before
        .iter()
        .filter(|(name, _)| !kept.contains(name.as_str()))
        .collect();
    removed.sort();
    for (name, (id, version)) in &removed {
        variables::delete(call.db, id)?;
        let change = Change {
            id: id.clone(),
            name: (*name).clone(),
            version: *version,
            ..Change::default()
        };
        record(call, environment, "variable_deleted", change, None)?;
    }
    Ok(removed.len())
}

fn record(
    call: &Call<'_, User>,
    environment: &Environment,
    operation: &str,
    change: Change,
    kek: Option<(i64, String)>,
) -> Result<(), Refusal> {
    let event = Event {
        operation,
        kek,
        variable: Some(change),
        ..Event::default()
    };
    history::record(
        call.db,
        call.who,
        &environment.project_id,
        Some(&environment.id),
        event,
    )?;
    Ok(())
}
