//! Devices (docs/protocol.md 4.1).

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, public_keys};
use crate::answer::{Answer, Refusal, Reply};
use crate::auth::User;
use crate::store::devices::{self, Device};
use crate::store::{directory, keys, reshare};

/// The longest name or platform text, in characters.
const TEXT_LIMIT: usize = 255;

#[derive(Deserialize)]
struct NewDeviceRequest {
    public_key: String,
    public_signing_key: String,
    name: String,
    platform: String,
}

/// `POST /devices`. The new device waits for every environment key that there is.
pub(super) fn register(call: &Call<'_, User>) -> Answer {
    let request: NewDeviceRequest = call.input.read()?;
    let key = public_keys::encryption("public_key", &request.public_key)?;
    let signing = public_keys::signing("public_signing_key", &request.public_signing_key)?;
    let text = |field: &str, text: &str| match text.trim() {
        text if text.is_empty() || text.chars().count() > TEXT_LIMIT => {
            Err(Refusal::invalid(field, "This takes 1 to 255 characters."))
        }
        text => Ok(text.to_owned()),
    };
    let (name, platform) = (text("name", &request.name)?, text("platform", &request.platform)?);
    let device = Device::new(call.who, &name, &platform, key, signing);
    devices::insert(call.db, &device)?;
    request_keys(call, &device)?;
    Reply::created(&json!({ "data": device.to_json() }))
}

fn request_keys(call: &Call<'_, User>, device: &Device) -> Result<(), Refusal> {
    for organization in directory::organizations(call.db, call.who)? {
        let organization = organization["id"].as_str().unwrap_or_default();
        for project in directory::projects(call.db, organization)? {
            for environment in directory::environments(call.db, &project.id)? {
                if keys::current(call.db, &environment.id)?.is_some() {
                    reshare::pending(
                        call.db,
                        call.who,
                        &project,
                        &environment,
                        device,
                        "device_registered",
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// `GET /devices/{device}`
pub(super) fn show(call: &Call<'_, User>) -> Answer {
    let device = devices::visible(call.db, call.who, call.input.path("device"))?;
    Reply::ok(&json!({ "data": device.to_json() }))
}

/// `DELETE /devices/{device}`. Doing it again changes nothing; a body is always answered.
pub(super) fn revoke(call: &Call<'_, User>) -> Answer {
    let device = devices::visible(call.db, call.who, call.input.path("device"))?;
    devices::revoke(call.db, &device.id)?;
    reshare::cancel(call.db, call.who, &device.id)?;
    let device = devices::visible(call.db, call.who, &device.id)?;
    Reply::ok(&json!({
        "data": {
            "type": "devices", "id": device.id,
            "attributes": { "status": device.status, "revoked_at": device.revoked_at },
        },
        "meta": { "success": true },
    }))
}

/// `GET /projects/{project}/environments/{environment}/devices`; with `include_revoked=1` also the revoked ones.
pub(super) fn of_environment(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    directory::environment(call.db, &project.id, call.input.path("environment"))?;
    let all = devices::of_organization(
        call.db,
        &project.organization_id,
        call.input.flag("include_revoked"),
    )?;
    let data: Vec<Value> = all.iter().map(Device::to_json).collect();
    Reply::ok(&json!({ "data": data }))
}
