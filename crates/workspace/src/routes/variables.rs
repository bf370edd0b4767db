//! Reading variables: their names and versions, and the sealed bundle (docs/protocol.md 9.3, 9.4).

use super::{Call, ci, keys as key_routes};
use crate::answer::{Answer, Reply};
use crate::documents::{self, Told};
use crate::roles::Permission::ViewVariables;
use crate::store::reshare::Trigger;
use crate::store::users::User;
use crate::store::{activity, keys, variables};
use protocol::wire::names::NamesDocument;

/// `GET .../keys`: names, and with `include_versions=1` their versions.
pub(super) fn names(call: &Call<'_, User>) -> Answer {
    let (project, environment) = call.environment(ViewVariables)?;
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

/// `GET .../pull`: the variables, and the key with everybody that it is sealed for; a device that asks and does not hold the
/// key is told to wait for it.
pub(super) fn pull(call: &Call<'_, User>) -> Answer {
    let (project, environment) = call.environment(ViewVariables)?;
    let device = key_routes::asking(call)?;
    let newest = keys::current(call.db, &environment.id)?;
    if let (Some(device), Some(key)) = (&device, &newest)
        && !key_routes::is_sealed_for(call.db, key, device)?
    {
        let place = (&project, &environment);
        return key_routes::reshare_required(call, place, device, key, Trigger::Pull);
    }
    let rows = ci::asked_for(call.db, call.input, &environment.id)?;
    let key = keys::unrotated(call.db, &environment.id)?.filter(|key| key.envelope.is_some());
    let recipients = match &key {
        Some(key) => keys::recipients(call.db, &key.id)?,
        None => Vec::new(),
    };
    let words = activity::quoted("Pulled", "environment", &environment.name);
    activity::of_environment(call.db, call.by(), &project, &environment, ("pulled", words))?;
    let key = key
        .as_ref()
        .map(|key| documents::key(key, &recipients, Told::All));
    let wanted = ci::wanted(call.input, false);
    Reply::ok(&documents::bundle(&environment.name, &rows, key, wanted))
}
