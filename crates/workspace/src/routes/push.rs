//! Uploading sealed variables (docs/protocol.md 9.1 to 9.3): all of them or none.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::push_strict;
use super::{Call, publication};
use crate::answer::{Answer, Refusal, Reply};
use crate::checks::Checks;
use crate::roles::Permission::PushVariables;
use crate::stamp::{new_id, now};
use crate::store::devices::Device;
use crate::store::directory::Environment;
use crate::store::history::{self, Change, Event};
use crate::store::users::User;
use crate::store::variables::{self, VariableRow};
use protocol::SigningPublicKey;
use protocol::crypto::verify_variable;
use protocol::variable::VariableUpload;
use protocol::wire::Data;
use protocol::wire::error::ConflictDocument;
use protocol::wire::request::fit;
use protocol::wire::variable::{PushDocument, PushRequest};

type Stored = BTreeMap<String, VariableRow>;

/// `POST .../push[?sync=1]`
pub(super) fn push(call: &Call<'_, User>) -> Answer {
    let (project, environment) = call.environment(PushVariables)?;
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    checks.needed_uuid("device_id");
    checks.needed_list("secrets");
    checks.done()?;
    let device = publication::signer(call, &body)?;
    let request: PushRequest = fit(body.clone())?;
    let mut uploads = Vec::with_capacity(request.secrets.len());
    for (index, secret) in request.secrets.into_iter().enumerate() {
        uploads.push(read(&device, index, secret)?);
    }
    if call.rules.strict {
        push_strict::check(call, &project, &environment, &uploads)?;
    }
    let rows = variables::list(call.db, &environment.id)?.into_iter();
    let mut stored: Stored = rows.map(|row| (row.name.clone(), row)).collect();
    if !request.force_overwrite {
        refuse_conflicts(&uploads, &stored)?;
    }
    let mut done = PushDocument::default();
    for upload in &uploads {
        store(call, &device, &environment, upload, &mut stored, &mut done)?;
    }
    if call.input.flag("sync") {
        done.removed = prune(call, &environment, &uploads, &stored)?;
    }
    Reply::ok(&Data { data: done })
}

/// One uploaded variable, whose signature is over its members in the order in which they came. Names, lengths and what it is
/// bound to are not looked at.
fn read(device: &Device, index: usize, secret: Value) -> Result<VariableUpload, Refusal> {
    let field = format!("secrets.{index}.client_sig");
    let wrong = |why: &str| Refusal::inside_push(&field, why);
    let key = SigningPublicKey::from_base64(&device.public_signing_key)
        .ok_or_else(|| wrong("Invalid signature detected for secret."))?;
    verify_variable(&secret.to_string(), &key)
        .map_err(|_| wrong("Invalid signature detected for secret."))?;
    fit(secret).map_err(|error| Refusal::inside_push(&format!("secrets.{index}"), &error.to_string()))
}

/// 409 with all conflicts (docs/protocol.md 9.3). What is not there has no version to differ from.
fn refuse_conflicts(uploads: &[VariableUpload], stored: &Stored) -> Result<(), Refusal> {
    let conflicts: Vec<_> = uploads
        .iter()
        .filter_map(|upload| {
            let expected = upload.if_version?;
            let server = stored.get(&upload.name)?.version;
            (i64::try_from(expected) != Ok(server)).then(|| ConflictDocument {
                key: upload.name.clone(),
                server_version: Some(server),
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

/// Stores a variable, unless its claim and its flags are what there is already.
fn store(
    call: &Call<'_, User>,
    device: &Device,
    environment: &Environment,
    upload: &VariableUpload,
    stored: &mut Stored,
    done: &mut PushDocument,
) -> Result<(), Refusal> {
    let known = stored.get(&upload.name);
    if known.is_some_and(|row| is_unchanged(row, upload)) {
        return Ok(());
    }
    let (operation, count) = match known {
        Some(_) => ("variable_updated", &mut done.updated),
        None => ("variable_created", &mut done.added),
    };
    *count = count.saturating_add(1);
    let at = now();
    let row = VariableRow {
        id: known.map_or_else(new_id, |row| row.id.clone()),
        name: upload.name.clone(),
        version: known.map_or(1, |row| row.version.saturating_add(1)),
        ciphertext: upload.ciphertext.clone(),
        nonce: upload.nonce.clone(),
        alg: upload.alg.clone(),
        aad: Some(upload.aad.clone()),
        claims: Some(upload.claims.clone()),
        line_bytes: upload.line_bytes.and_then(|bytes| i64::try_from(bytes).ok()),
        is_vapor_secret: upload.is_vapor_secret.unwrap_or_default(),
        is_commented: upload.is_commented.unwrap_or_default(),
        client_sig: upload.client_sig.clone().unwrap_or_default(),
        device_id: device.id.clone(),
        updated_by_email: call.who.email.clone(),
        created_at: at.clone(),
        updated_at: at,
    };
    variables::put(call.db, &environment.id, &row)?;
    let change = Change {
        id: row.id.clone(),
        name: row.name.clone(),
        version: row.version,
        line_bytes: row.line_bytes,
        commented: row.is_commented,
        note: upload
            .change_note
            .as_ref()
            .filter(|note| !note.is_null())
            .map(Value::to_string),
    };
    stored.insert(row.name.clone(), row);
    record(call, environment, operation, change)
}

fn is_unchanged(row: &VariableRow, upload: &VariableUpload) -> bool {
    let same_claim = row
        .claims
        .as_ref()
        .is_some_and(|claims| claims.hmac == upload.claims.hmac);
    same_claim
        && row.is_vapor_secret == upload.is_vapor_secret.unwrap_or_default()
        && row.is_commented == upload.is_commented.unwrap_or_default()
}

/// Removes what is not in the upload.
fn prune(
    call: &Call<'_, User>,
    environment: &Environment,
    uploads: &[VariableUpload],
    stored: &Stored,
) -> Result<usize, Refusal> {
    let kept: HashSet<&str> = uploads.iter().map(|upload| upload.name.as_str()).collect();
    let removed: Vec<_> = stored
        .values()
        .filter(|row| !kept.contains(row.name.as_str()))
        .collect();
    for row in &removed {
        variables::delete(call.db, &row.id)?;
        let change = Change {
            id: row.id.clone(),
            name: row.name.clone(),
            version: row.version,
            ..Change::default()
        };
        record(call, environment, "variable_deleted", change)?;
    }
    Ok(removed.len())
}

/// The key of a variable's entry is version 1 without a fingerprint, whatever was uploaded.
fn record(
    call: &Call<'_, User>,
    environment: &Environment,
    operation: &str,
    change: Change,
) -> Result<(), Refusal> {
    let event = Event {
        operation,
        kek: Some((1, None)),
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
