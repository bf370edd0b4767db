//! Feeds of what happened (docs/protocol.md 10b).

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::store::users::User;
use crate::store::{directory, history};
use protocol::wire::Data;
use protocol::wire::history::ProjectSummary;

/// `GET /projects/{project}/environments/{environment}/history`
pub(super) fn of_environment(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environment = directory::environment(call.db, &project.id, call.input.path("environment"))?;
    let entries = history::of_environment(call.db, &environment)?;
    let totals = history::totals_of_environment(call.db, &environment.id)?;
    Reply::ok(&Data {
        data: documents::environment_feed(&environment, &entries, totals),
    })
}

/// `GET /projects/{project}/audit`
pub(super) fn of_project(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let entries = history::of_project(call.db, &project.id)?;
    let totals = history::totals_of_project(call.db, &project.id)?;
    let summary = ProjectSummary {
        environment_count: history::count_environments(call.db, &project.id)?,
        total_variables: totals.variables,
        variables_changed_last_24h: totals.changed,
        actors_last_24h: history::actors(call.db, &project.id)?,
        last_actor: None,
        last_change_at: None,
    };
    Reply::ok(&Data {
        data: documents::project_feed(&project, &entries, summary),
    })
}

/// `GET /projects/{project}/environments/{environment}/variables/{variable}/history`
pub(super) fn of_variable(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environment = directory::environment(call.db, &project.id, call.input.path("environment"))?;
    let name = call.input.path("variable");
    let entries = history::of_variable(call.db, &environment, name)?;
    let data = documents::variable_feed(&environment, name, &entries)
        .ok_or_else(|| Refusal::not_found("Variable"))?;
    Reply::ok(&Data { data })
}
