//! Feeds of what happened to variables and keys (docs/protocol.md 10b). Looking at one is noted in the activity feed.

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::roles::Permission::ViewVariables;
use crate::store::activity;
use crate::store::history;
use crate::store::users::User;
use protocol::wire::Data;
use protocol::wire::history::ProjectSummary;

/// How the activity feed calls looking at a feed; the hosted service's own word is not known.
const VIEWED: &str = "history_viewed";

/// `GET /projects/{project}/environments/{environment}/history`
pub(super) fn of_environment(call: &Call<'_, User>) -> Answer {
    let (project, environment) = call.environment(ViewVariables)?;
    let (entries, truncated) = history::of_environment(call.db, &environment)?;
    let totals = history::totals_of_environment(call.db, &environment.id)?;
    let words = activity::quoted("Viewed", "the history of environment", &environment.name);
    activity::of_environment(call.db, call.by(), &project, &environment, (VIEWED, words))?;
    Reply::ok(&Data {
        data: documents::environment_feed(&environment, &entries, truncated, totals),
    })
}

/// `GET /projects/{project}/history`
pub(super) fn of_project(call: &Call<'_, User>) -> Answer {
    let project = call.project(ViewVariables)?;
    let (entries, truncated) = history::of_project(call.db, &project.id)?;
    let totals = history::totals_of_project(call.db, &project.id)?;
    let summary = ProjectSummary {
        environment_count: history::count_environments(call.db, &project.id)?,
        total_variables: totals.variables,
        variables_changed_last_24h: totals.changed,
        actors_last_24h: history::actors(call.db, &project.id)?,
        last_actor: None,
        last_change_at: None,
    };
    let words = format!("Viewed the history of project \"{}\".", project.name);
    activity::of_project(call.db, call.by(), &project, (VIEWED, words))?;
    Reply::ok(&Data {
        data: documents::project_feed(&project, &entries, truncated, summary),
    })
}

/// `GET /projects/{project}/environments/{environment}/variables/{variable}/history`
pub(super) fn of_variable(call: &Call<'_, User>) -> Answer {
    let (project, environment) = call.environment(ViewVariables)?;
    let name = call.input.path("variable");
    let entries = history::of_variable(call.db, &environment, name)?;
    let data = documents::variable_feed(&environment, name, &entries)
        .ok_or_else(|| Refusal::not_found("Environment\\Models\\EnvironmentSecret"))?;
    let words = format!("Viewed the history of variable \"{name}\".");
    activity::of_environment(call.db, call.by(), &project, &environment, (VIEWED, words))?;
    Reply::ok(&Data { data })
}
