//! Environment keys: reading, publishing, sharing again (docs/protocol.md 6).

use std::collections::HashSet;

use axum::http::StatusCode;

use super::publication::{self, Subject};
use super::{Call, single_layer};
use crate::answer::{Answer, Refusal, Reply};
use crate::auth::Caller;
use crate::documents::{self, Told};
use crate::roles::Permission::{ManageEnvironment, ViewVariables};
use crate::stamp::{new_id, now};
use crate::store::activity;
use crate::store::devices::{self, Device};
use crate::store::directory::{self, Environment, Project};
use crate::store::history::{self, Event};
use crate::store::keys::{self, Key, RecipientRow};
use crate::store::reshare::{self, Trigger};
use crate::store::users::User;
use protocol::wire::Data;
use protocol::wire::error::{RESHARE_REQUIRED, ReshareRequiredDocument, ReshareRequiredError};
use protocol::{DeviceId, RecipientKind};

/// `GET .../key`: null without a key; 409 when it is not shared with the device that asks, if one does; else the key with
/// everybody that it is sealed for. A CI token may read its own environment's.
pub(super) fn show(call: &Call<'_, Caller>) -> Answer {
    let (name, project) = (call.input.path("environment"), call.input.path("project"));
    let key = match call.who {
        Caller::User(user) => {
            let (project, environment) = call.of(user).environment(ViewVariables)?;
            let Some(key) = keys::current(call.db, &environment.id)? else {
                return Reply::ok(&NO_KEY);
            };
            if let Some(device) = asking(&call.of(user))?
                && !is_sealed_for(call.db, &key, &device)?
            {
                let place = (&project, &environment);
                return reshare_required(&call.of(user), place, &device, &key, Trigger::KeyFetch);
            }
            key
        }
        Caller::Runner(runner) => {
            let own = directory::environment_by_id(call.db, &runner.environment_id)?
                .filter(|own| own.project_id.as_str() == project && own.name.as_str() == name)
                .ok_or_else(Refusal::forbidden)?;
            match keys::current(call.db, &own.id)? {
                Some(key) => key,
                None => return Reply::ok(&NO_KEY),
            }
        }
    };
    let recipients = keys::recipients(call.db, &key.id)?;
    Reply::ok(&Data {
        data: documents::key(&key, &recipients, Told::All),
    })
}

const NO_KEY: Data<Option<()>> = Data { data: None };

/// The device in whose name is asked, where one is.
pub(super) fn asking(call: &Call<'_, User>) -> Result<Option<Device>, Refusal> {
    match call.input.device() {
        Some(id) => Ok(Some(devices::own(call.db, call.who, id)?)),
        None => Ok(None),
    }
}

/// Whether a device is among the recipients of a key. A key without an envelope is asked for by everybody alike: nobody is
/// told to wait for it (docs/protocol.md G22).
pub(super) fn is_sealed_for(db: &rusqlite::Connection, key: &Key, device: &Device) -> Result<bool, Refusal> {
    let recipient = RecipientKind::Device(device.id.clone());
    Ok(key.envelope.is_none() || keys::is_sealed_for(db, &key.id, &recipient)?)
}

/// 409 with the requests that wait for this device; one is made if there is none.
pub(super) fn reshare_required(
    call: &Call<'_, User>,
    (project, environment): (&Project, &Environment),
    device: &Device,
    key: &Key,
    trigger: Trigger,
) -> Answer {
    let pending = reshare::pending(call.db, call.who, project, environment, device, trigger)?;
    let error = ReshareRequiredError {
        code: RESHARE_REQUIRED,
        key_access_state: RESHARE_REQUIRED,
        detail: "The environment key must be re-shared with this device.",
        pending_request_ids: &pending,
        required_key_version: key.version,
        organization_id: &project.organization_id,
        project_id: &project.id,
        environment_id: &environment.id,
        environment_name: &environment.name,
    };
    Reply::with(StatusCode::CONFLICT, &ReshareRequiredDocument { error })
}

/// `POST .../key`: a further key, at any time (docs/protocol.md 6.5). The key is stored before its recipients are looked at:
/// where one of them is refused, the key stays, without an envelope (G22).
pub(super) fn create(call: &Call<'_, User>) -> Answer {
    let (project, environment) = call.environment(ManageEnvironment)?;
    let new = publication::new_key(call)?;
    let subject = Subject {
        project: &project,
        environment: &environment,
        fingerprint: &new.fingerprint,
    };
    if call.rules.strict {
        let envelope = new.envelope.as_ref().ok_or_else(one_layer)?;
        publication::check_strictly(call, &new.device, &subject, envelope)?;
    }
    if let Some(creator) = &new.created_by {
        publication::check_creator(call, &project, creator)?;
    }
    let version = match new.version {
        Some(version) => version,
        None => keys::current(call.db, &environment.id)?.map_or(1, |key| key.version.saturating_add(1)),
    };
    let at = now();
    let key = Key {
        id: new_id(),
        environment_id: environment.id.clone(),
        version,
        fingerprint: new.fingerprint.clone(),
        created_by_device_id: new.created_by.as_ref().map(DeviceId::to_string),
        created_at: at.clone(),
        updated_at: at,
        rotated_at: new.rotated_at.clone(),
        envelope: None,
    };
    keys::insert(call.db, &key)?;
    let (envelope, recipients) = match new.sealed(call, &subject) {
        Ok(sealed) => sealed,
        Err(refusal) => return Reply::refused(&refusal),
    };
    keys::put_envelope(call.db, &key.id, &envelope, &recipients)?;
    let key = Key {
        envelope: Some(envelope),
        ..key
    };
    let place = (&project, &environment);
    published(call, place, &key, &recipients, Some(key.version))?;
    Reply::created(&Data {
        data: documents::key(&key, &recipients, Told::All),
    })
}

fn one_layer() -> Refusal {
    Refusal::invalid(
        single_layer::ENVELOPES,
        "A strict workspace takes a key in an envelope of two layers.",
    )
}

/// `POST .../key/envelopes`: a key of any version, found by its fingerprint, in a new envelope, which replaces the old one as a
/// whole. Only a device that it is sealed for may do so.
pub(super) fn replace_envelope(call: &Call<'_, User>) -> Answer {
    let (project, environment) = call.environment(ManageEnvironment)?;
    let (device, request, envelope) = publication::shared_key(call)?;
    let key = keys::by_fingerprint(call.db, &environment.id, &request.fingerprint)?
        .ok_or_else(|| Refusal::invalid("fingerprint", "The selected fingerprint is invalid."))?;
    let signer = RecipientKind::Device(device.id.clone());
    if !keys::is_sealed_for(call.db, &key.id, &signer)? {
        return Err(Refusal::invalid(
            "device_id",
            "The device must already have access to the environment key.",
        ));
    }
    let subject = Subject {
        project: &project,
        environment: &environment,
        fingerprint: &request.fingerprint,
    };
    let recipients = publication::recipients(call, &subject, request.envelope.recipients.as_deref())?;
    if call.rules.strict {
        publication::check_strictly(call, &device, &subject, &request.envelope)?;
    }
    keys::put_envelope(call.db, &key.id, &envelope, &recipients)?;
    let key = keys::by_fingerprint(call.db, &environment.id, &request.fingerprint)?.unwrap_or(key);
    published(call, (&project, &environment), &key, &recipients, None)?;
    Reply::ok(&Data {
        data: documents::key(&key, &recipients, Told::All),
    })
}

/// What follows every publication: requests are settled, and it is noted.
fn published(
    call: &Call<'_, User>,
    (project, environment): (&Project, &Environment),
    key: &Key,
    recipients: &[RecipientRow],
    new_version: Option<i64>,
) -> Result<(), Refusal> {
    let devices: HashSet<&DeviceId> = recipients
        .iter()
        .filter_map(|recipient| match &recipient.kind {
            RecipientKind::Device(id) => Some(id),
            RecipientKind::Deployment(_) => None,
        })
        .collect();
    let place = (project, environment);
    reshare::settle(call.db, call.who, place, &devices, new_version)?;
    let (operation, verb) = match new_version {
        Some(_) => ("environment_key_created", "Created"),
        None => ("environment_key_reshared", "Re-shared"),
    };
    let event = Event {
        operation,
        description: Some(match recipients.len() {
            1 => "for 1 recipient".to_owned(),
            count => format!("for {count} recipients"),
        }),
        kek: Some((key.version, Some(key.fingerprint.clone()))),
        ..Event::default()
    };
    let environment_id = Some(&environment.id);
    history::record(call.db, call.who, &environment.project_id, environment_id, event)?;
    let words = activity::quoted(verb, "the key of environment", &environment.name);
    activity::of_environment(call.db, call.by(), project, environment, (operation, words))?;
    Ok(())
}
