//! Feeds of what happened (docs/protocol.md 10b).

use serde_json::json;

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::auth::User;
use crate::store::{directory, history};

/// `GET /projects/{project}/environments/{environment}/history`
pub(super) fn of_environment(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environment = directory::environment(call.db, &project.id, call.input.path("environment"))?;
    Reply::ok(&json!({ "data": history::of_environment(call.db, &environment)? }))
}

/// `GET /projects/{project}/audit`
pub(super) fn of_project(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    Reply::ok(&json!({ "data": history::of_project(call.db, &project.id, &project.name)? }))
}

/// `GET /projects/{project}/environments/{environment}/variables/{variable}/history`
pub(super) fn of_variable(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environment = directory::environment(call.db, &project.id, call.input.path("environment"))?;
    let feed = history::of_variable(call.db, &environment, call.input.path("variable"))?;
    Reply::ok(&json!({ "data": feed.ok_or_else(|| Refusal::not_found("Variable"))? }))
}
