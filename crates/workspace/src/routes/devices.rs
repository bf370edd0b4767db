//! Devices (docs/protocol.md 4.1). Each call tells other attributes of them.

use super::{Call, public_keys};
use crate::answer::{Answer, Refusal, Reply};
use crate::checks::{self, Checks};
use crate::documents;
use crate::roles::Permission::ViewVariables;
use crate::store::devices::{self, Device};
use crate::store::reshare::{self, Trigger};
use crate::store::users::User;
use crate::store::{StoreError, directory, keys};
use protocol::wire::{Count, Data, DataWithMeta, Done, Success};

/// The longest name, platform text and type of client, in characters.
const NAME_LIMIT: usize = 255;
const PLATFORM_LIMIT: usize = 64;
const CLIENT_LIMIT: usize = 32;

/// `POST /devices`. The new device waits for every environment key that its owner may use.
pub(super) fn register(call: &Call<'_, User>) -> Answer {
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    let key = checks.needed_base64("public_key").unwrap_or_default();
    let key = checks::without_prefix(key);
    if !key.is_empty() && devices::is_key_taken(call.db, key)? {
        checks.wrong("public_key", "The public key has already been taken.");
    }
    let signing = checks.needed_base64("public_signing_key").unwrap_or_default();
    let signing = checks::without_prefix(signing);
    let name = checks.text("name", NAME_LIMIT).unwrap_or_default();
    let platform = checks.text("platform", PLATFORM_LIMIT).unwrap_or_default();
    let client = checks.text("client_type", CLIENT_LIMIT);
    checks.done()?;
    if call.rules.strict {
        public_keys::encryption("public_key", key)?;
        public_keys::signing("public_signing_key", signing)?;
    }
    let mut device = Device::new(call.who, name, platform, key.to_owned(), signing.to_owned());
    if client == Some("desktop") {
        device.client_type = "desktop".to_owned();
    }
    devices::insert(call.db, &device)?;
    request_keys(call, &device)?;
    Reply::created(&Data {
        data: documents::registered(&device),
    })
}

fn request_keys(call: &Call<'_, User>, device: &Device) -> Result<(), StoreError> {
    for organization in directory::organizations(call.db, call.who)? {
        let id = organization.id.as_str();
        let sees =
            directory::membership(call.db, call.who, id).is_ok_and(|(_, role)| role.may(ViewVariables));
        let projects = if sees {
            directory::projects(call.db, id)?
        } else {
            Vec::new()
        };
        for project in projects {
            for environment in directory::environments(call.db, &project.id)? {
                if keys::current(call.db, &environment.id)?.is_some() {
                    let trigger = Trigger::DeviceLink;
                    reshare::pending(call.db, call.who, &project, &environment, device, trigger)?;
                }
            }
        }
    }
    Ok(())
}

fn own(call: &Call<'_, User>) -> Result<Device, Refusal> {
    Ok(devices::of_user(call.db, call.who, call.input.path("device"))?)
}

/// `GET /devices/{device}`, for its owner.
pub(super) fn show(call: &Call<'_, User>) -> Answer {
    let device = own(call)?;
    Reply::ok(&Data {
        data: documents::shown(&device),
    })
}

/// `GET /user/devices`
pub(super) fn of_user(call: &Call<'_, User>) -> Answer {
    let devices = devices::all_of_user(call.db, call.who)?;
    let data: Vec<_> = devices.iter().map(documents::own_device).collect();
    Reply::ok(&Data { data })
}

/// `DELETE /devices/{device}`, by its owner. Done again, its date moves; what was sealed for it stays until somebody
/// publishes.
pub(super) fn revoke(call: &Call<'_, User>) -> Answer {
    let device = own(call)?;
    devices::revoke(call.db, &device.id)?;
    reshare::cancel(call.db, call.who, &device.id)?;
    let device = own(call)?;
    Reply::ok(&DataWithMeta {
        data: documents::revoked(&device),
        meta: Success { success: true },
    })
}

/// `DELETE /devices/{device}/delete`: removes the record of a revoked device.
pub(super) fn delete(call: &Call<'_, User>) -> Answer {
    let device = own(call)?;
    if device.is_active() {
        return Err(Refusal::conflict("Device must be revoked before deletion."));
    }
    devices::delete(call.db, &device.id)?;
    Reply::ok(&Done {
        meta: Success { success: true },
    })
}

/// `GET /projects/{project}/environments/{environment}/devices`: the active ones of those who may see its variables.
pub(super) fn of_environment(call: &Call<'_, User>) -> Answer {
    let (project, _) = call.environment(ViewVariables)?;
    let found = devices::of_organization(call.db, &project.organization_id)?;
    let data: Vec<_> = found
        .iter()
        .map(|(device, owner)| documents::listed(device, owner))
        .collect();
    let meta = Count { count: data.len() };
    Reply::ok(&DataWithMeta { data, meta })
}
