//! Devices (docs/protocol.md 4.1).

use super::{Call, public_keys};
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::store::devices::{self, Device};
use crate::store::reshare::{self, Trigger};
use crate::store::users::User;
use crate::store::{StoreError, directory, keys};
use protocol::wire::devices::{DEVICES, RegisterDeviceRequest, RevokedDeviceAttributes};
use protocol::wire::{Data, DataWithMeta, Resource, Success};

/// The longest name or platform text, in characters.
const TEXT_LIMIT: usize = 255;

/// `POST /devices`. The new device waits for every environment key that there is.
pub(super) fn register(call: &Call<'_, User>) -> Answer {
    let request: RegisterDeviceRequest = call.input.read()?;
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
    Reply::created(&Data {
        data: documents::device(&device),
    })
}

fn request_keys(call: &Call<'_, User>, device: &Device) -> Result<(), StoreError> {
    for organization in directory::organizations(call.db, call.who)? {
        for project in directory::projects(call.db, organization.id.as_str())? {
            for environment in directory::environments(call.db, &project.id)? {
                if keys::current(call.db, &environment.id)?.is_some() {
                    let trigger = Trigger::DeviceRegistered;
                    reshare::pending(call.db, call.who, &project, &environment, device, trigger)?;
                }
            }
        }
    }
    Ok(())
}

/// `GET /devices/{device}`
pub(super) fn show(call: &Call<'_, User>) -> Answer {
    let device = devices::visible(call.db, call.who, call.input.path("device"))?;
    Reply::ok(&Data {
        data: documents::device(&device),
    })
}

/// `DELETE /devices/{device}`. Doing it again changes nothing; a body is always answered.
pub(super) fn revoke(call: &Call<'_, User>) -> Answer {
    let device = devices::visible(call.db, call.who, call.input.path("device"))?;
    devices::revoke(call.db, &device.id)?;
    reshare::cancel(call.db, call.who, &device.id)?;
    let device = devices::visible(call.db, call.who, device.id.as_str())?;
    Reply::ok(&DataWithMeta {
        data: Resource {
            kind: DEVICES,
            id: device.id.as_str(),
            attributes: RevokedDeviceAttributes {
                status: device.status,
                revoked_at: device.revoked_at.as_deref(),
            },
        },
        meta: Success { success: true },
    })
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
    let data: Vec<_> = all.iter().map(documents::device).collect();
    Reply::ok(&Data { data })
}
