//! What a runner fetches with its CI token (docs/protocol.md 8.1).

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::auth::Runner;
use crate::documents::{self, Told, Wanted};
use crate::input::Input;
use crate::store::variables::{self, VariableRow};
use crate::store::{StoreError, activity, directory, keys, tokens};
use protocol::EnvironmentId;

/// `GET /ci/deploy`: the sealed variables of the token's environment, and its key with the token's own entry alone. Both
/// flags are on unless they are switched off. It is noted, with the token as its author.
pub(super) fn deploy(call: &Call<'_, Runner>) -> Answer {
    let gone = || Refusal::not_found("Environment\\Models\\Environment");
    let environment = directory::environment_by_id(call.db, &call.who.environment_id)?.ok_or_else(gone)?;
    let project = directory::project_by_id(call.db, environment.project_id.as_str())?.ok_or_else(gone)?;
    let token = tokens::by_id(call.db, &call.who.token_id)?.ok_or_else(gone)?;
    let variables = asked_for(call.db, call.input, &environment.id)?;
    let key = keys::unrotated(call.db, &environment.id)?.filter(|key| key.envelope.is_some());
    let recipients = match &key {
        Some(key) => keys::recipients(call.db, &key.id)?,
        None => Vec::new(),
    };
    activity::deploy(call.db, &project.organization_id, &token, None)?;
    let told = Told::Runner(&token.id);
    let key = key.as_ref().map(|key| documents::key(key, &recipients, told));
    let wanted = wanted(call.input, true);
    Reply::ok(&documents::bundle(&environment.name, &variables, key, wanted))
}

/// What the query asks of each variable; `unsaid` where it does not say.
pub(super) fn wanted(input: &Input, unsaid: bool) -> Wanted {
    Wanted {
        meta: input.flag_or("include_meta", unsaid),
        versions: input.flag_or("include_versions", unsaid),
    }
}

/// The variables that the query asks for; all, where it names none.
pub(super) fn asked_for(
    db: &rusqlite::Connection,
    input: &Input,
    environment: &EnvironmentId,
) -> Result<Vec<VariableRow>, StoreError> {
    let only = input.queries("only[]");
    let mut rows = variables::list(db, environment)?;
    rows.retain(|row| only.is_empty() || only.contains(&row.name.as_str()));
    Ok(rows)
}
