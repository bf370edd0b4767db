//! Reading variables: their names and versions, and the sealed bundle (docs/protocol.md 9.3, 9.4).

use super::{Call, ci, keys as key_routes};
use crate::answer::{Answer, Reply};
use crate::documents;
use crate::store::users::User;
use crate::store::{bundle, devices, keys, variables};
use protocol::RecipientKind;
use protocol::wire::names::NamesDocument;

/// `GET .../keys`: names, and with `include_versions=1` their versions.
pub(super) fn names(call: &Call<'_, User>) -> Answer {
    let (project, environment) = key_routes::place(call)?;
    let rows = variables::list(call.db, &environment.id)?;
    let with_versions = call.input.flag("include_versions");
    Reply::ok(&NamesDocument {
        project_id: &project.id,
        environment: &environment.name,
        count: rows.len(),
        data: rows
            .iter()
            .map(|row| documents::name(row, with_versions))
            .collect(),
    })
}

/// `GET .../pull`: the bundle without a key; a device that does not hold the key is told to wait for it.
pub(super) fn pull(call: &Call<'_, User>) -> Answer {
    let (project, environment) = key_routes::place(call)?;
    let device = devices::own(call.db, call.who, call.input.device()?)?;
    devices::touch(call.db, &device)?;
    let recipient = RecipientKind::Device(device.id.clone());
    if let Some(key) = keys::current(call.db, &environment.id)?
        && keys::recipient(call.db, &key.id, recipient)?.is_none()
    {
        return key_routes::reshare_required(call, &project, &environment, &device, &key);
    }
    let layers = bundle::layers(call.db, &environment, &ci::only(call.input))?;
    Reply::ok(&documents::bundle(
        &environment.name,
        &layers,
        ci::wanted(call.input),
    ))
}
