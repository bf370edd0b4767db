//! Reading variables: their names and versions, and the sealed bundle (docs/protocol.md 9.3, 9.4).

use serde_json::{Value, json};

use super::{Call, ci, keys as key_routes};
use crate::answer::{Answer, Reply};
use crate::auth::User;
use crate::store::{bundle, devices, keys, variables};

/// `GET .../keys`: names, and with `include_versions=1` their versions.
pub(super) fn names(call: &Call<'_, User>) -> Answer {
    let (project, environment) = key_routes::place(call)?;
    let rows = variables::list(call.db, &environment.id)?;
    let data: Vec<Value> = rows
        .iter()
        .map(|row| {
            let version = call.input.flag("include_versions").then_some(row.version);
            json!({
                "name": row.name, "version": version, "updated_at": row.updated_at,
                "updated_by_email": row.updated_by_email,
            })
        })
        .collect();
    Reply::ok(&json!({
        "project_id": project.id, "environment": environment.name, "count": data.len(), "data": data,
    }))
}

/// `GET .../pull`: the bundle without a key; a device that does not hold the key is told to wait for it.
pub(super) fn pull(call: &Call<'_, User>) -> Answer {
    let (project, environment) = key_routes::place(call)?;
    let device = devices::own(call.db, call.who, call.input.device()?)?;
    devices::touch(call.db, &device)?;
    if let Some(key) = keys::current(call.db, &environment.id)?
        && keys::recipient(call.db, &key.id, "device", &device.id)?.is_none()
    {
        return key_routes::reshare_required(call, &project, &environment, &device, &key);
    }
    Reply::ok(&bundle::bundle(call.db, &environment, &ci::wishes(call.input))?)
}
