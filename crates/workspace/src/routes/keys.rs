//! Environment keys: one's own share of it, first publication, re-share (docs/protocol.md 6).

use std::collections::HashSet;

use axum::http::StatusCode;

use super::Call;
use super::publication::{self, Subject};
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::stamp::{new_id, now};
use crate::store::devices::{self, Device};
use crate::store::directory::{self, Environment, Project};
use crate::store::history::{self, Event};
use crate::store::keys::{self, Key, RecipientRow};
use crate::store::reshare::{self, Trigger};
use crate::store::users::User;
use protocol::wire::Data;
use protocol::wire::environment_key::{CreateKeyRequest, ShareKeyRequest};
use protocol::wire::error::{RESHARE_REQUIRED, ReshareRequiredDocument, ReshareRequiredError};
use protocol::wire::reshare::RequestState;
use protocol::{DeviceId, Fingerprint, RecipientKind, RequestId};

/// `GET .../key`: 404 without a key, 409 when it is not shared with the asking device, else that device's share only.
pub(super) fn show(call: &Call<'_, User>) -> Answer {
    let (project, environment) = place(call)?;
    let device = devices::own(call.db, call.who, call.input.device()?)?;
    devices::touch(call.db, &device)?;
    let Some(key) = keys::current(call.db, &environment.id)? else {
        return Err(Refusal::not_found("Environment key"));
    };
    match keys::recipient(call.db, &key.id, RecipientKind::Device(device.id.clone()))? {
        Some(own) => Reply::ok(&Data {
            data: documents::key(&key, Some(&own), None),
        }),
        None => reshare_required(call, &project, &environment, &device, &key),
    }
}

/// 409 with the requests that wait for this device; one is made if there is none.
pub(super) fn reshare_required(
    call: &Call<'_, User>,
    project: &Project,
    environment: &Environment,
    device: &Device,
    key: &Key,
) -> Answer {
    let trigger = Trigger::KeyRequested;
    let pending = reshare::pending(call.db, call.who, project, environment, device, trigger)?;
    let error = ReshareRequiredError {
        code: RESHARE_REQUIRED,
        detail: "The environment key is not shared with this device yet.",
        pending_request_ids: &pending,
        required_key_version: key.version,
        organization_id: &project.organization_id,
        project_id: &project.id,
        environment_id: &environment.id,
        environment_name: &environment.name,
    };
    Reply::with(StatusCode::CONFLICT, &ReshareRequiredDocument { error })
}

/// `POST .../key`: the first key, or the next version of it (docs/protocol.md 6.4, 6.5).
pub(super) fn create(call: &Call<'_, User>) -> Answer {
    let (project, environment) = place(call)?;
    let (device, request): (_, CreateKeyRequest) = publication::signed(call)?;
    let fingerprint = Fingerprint::from_hex(&request.fingerprint)
        .ok_or_else(|| Refusal::invalid("fingerprint", "The fingerprint is not 64 hexadecimal digits."))?;
    if request.created_by_device_id.is_some_and(|id| id != device.id) {
        return Err(Refusal::invalid(
            "created_by_device_id",
            "A key is created by the device that signs.",
        ));
    }
    let current = keys::current(call.db, &environment.id)?;
    let next = current.as_ref().map_or(1, |key| key.version.saturating_add(1));
    let version = request.version.unwrap_or(next);
    match &current {
        Some(key) if key.fingerprint == fingerprint => {
            return Err(Refusal::conflict(
                "This key is published already. Share it instead.",
            ));
        }
        Some(key) if version != next => {
            return Err(Refusal::conflict(&format!(
                "The environment has a key of version {}.",
                key.version
            )));
        }
        None if version < 1 => return Err(Refusal::invalid("version", "Versions count from 1.")),
        _ => {}
    }
    let subject = Subject {
        project: &project,
        environment: &environment,
        fingerprint,
    };
    let (envelope, recipients) = publication::check(call, &device, &subject, request.envelope)?;
    let key = Key {
        id: new_id(),
        environment_id: environment.id.clone(),
        version,
        fingerprint,
        created_by_device_id: device.id.clone(),
        created_at: now(),
        rotated_at: request.rotated_at,
        envelope,
    };
    keys::insert(call.db, &key)?;
    for recipient in &recipients {
        keys::put_recipient(call.db, &key.id, recipient)?;
    }
    let operation = if current.is_some() {
        "environment_key_rotated"
    } else {
        "environment_key_created"
    };
    published(call, (&project, &environment), &key, &recipients, operation)?;
    Reply::created(&Data {
        data: documents::key(&key, own_share(&recipients, &device.id), None),
    })
}

/// `POST .../key/envelopes`: the same key in a new envelope, which replaces the old one as a whole.
pub(super) fn replace_envelope(call: &Call<'_, User>) -> Answer {
    let (project, environment) = place(call)?;
    let (device, request): (_, ShareKeyRequest) = publication::signed(call)?;
    let Some(mut key) = keys::current(call.db, &environment.id)? else {
        return Err(Refusal::not_found("Environment key"));
    };
    if Fingerprint::from_hex(&request.fingerprint) != Some(key.fingerprint) {
        return Err(Refusal::invalid(
            "fingerprint",
            "This is not the fingerprint of the environment's current key.",
        ));
    }
    let subject = Subject {
        project: &project,
        environment: &environment,
        fingerprint: key.fingerprint,
    };
    let (mut envelope, recipients) = publication::check(call, &device, &subject, request.envelope)?;
    for (index, id) in request.request_ids.iter().enumerate() {
        check_named_request(call, &project, &environment, &recipients, index, id)?;
    }
    envelope.updated_at = Some(envelope.created_at.clone());
    keys::replace_envelope(call.db, &key.id, &envelope, &recipients)?;
    key.envelope = envelope;
    published(
        call,
        (&project, &environment),
        &key,
        &recipients,
        "environment_key_shared",
    )?;
    Reply::ok(&Data {
        data: documents::key(&key, own_share(&recipients, &device.id), None),
    })
}

fn own_share<'a>(recipients: &'a [RecipientRow], device: &DeviceId) -> Option<&'a RecipientRow> {
    recipients
        .iter()
        .find(|recipient| matches!(&recipient.kind, RecipientKind::Device(id) if id == device))
}

/// A named request has to be of this environment; while it is pending, its device has to be among the recipients, or
/// completing it would say what is not so.
fn check_named_request(
    call: &Call<'_, User>,
    project: &Project,
    environment: &Environment,
    recipients: &[RecipientRow],
    index: usize,
    id: &RequestId,
) -> Result<(), Refusal> {
    let field = format!("request_ids.{index}");
    let request = reshare::find(call.db, project.organization_id.as_str(), id.as_str())?
        .filter(|request| request.environment_id == environment.id)
        .ok_or_else(|| Refusal::invalid(&field, "There is no such request for this environment."))?;
    let included = own_share(recipients, &request.target_device_id).is_some();
    if request.status == RequestState::Pending && !included {
        return Err(Refusal::invalid(
            &field,
            "The device of this request is not among the recipients.",
        ));
    }
    Ok(())
}

/// What follows every publication: requests are settled, and it is noted.
fn published(
    call: &Call<'_, User>,
    (project, environment): (&Project, &Environment),
    key: &Key,
    recipients: &[RecipientRow],
    operation: &str,
) -> Result<(), Refusal> {
    let devices: HashSet<&DeviceId> = recipients
        .iter()
        .filter_map(|recipient| match &recipient.kind {
            RecipientKind::Device(id) => Some(id),
            RecipientKind::Deployment(_) => None,
        })
        .collect();
    reshare::settle(call.db, call.who, (project, environment), key.version, &devices)?;
    let event = Event {
        operation,
        description: Some(match recipients.len() {
            1 => "for 1 recipient".to_owned(),
            count => format!("for {count} recipients"),
        }),
        kek: Some((key.version, key.fingerprint.to_hex())),
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

/// Project and environment of the path.
pub(super) fn place(call: &Call<'_, User>) -> Result<(Project, Environment), Refusal> {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environment = directory::environment(call.db, &project.id, call.input.path("environment"))?;
    Ok((project, environment))
}
