//! User, organisations, projects, environments (docs/protocol.md 3).

use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::auth::User;
use crate::store::directory::{self, NewProject};
use crate::store::history::{self, Event};
use crate::store::now;

const TYPES: [(&str, &str); 6] = [
    ("production", "Production"),
    ("staging", "Staging"),
    ("preview", "Preview"),
    ("testing", "Testing"),
    ("development", "Development"),
    ("local", "Local"),
];
const PROVIDERS: [&str; 4] = ["laravel_cloud", "laravel_forge", "laravel_vapor", "other"];
/// The longest name of a project or an environment, in characters.
const NAME_LIMIT: usize = 120;

/// `GET /user`
pub(super) fn current_user(call: &Call<'_, User>) -> Answer {
    let User { id, name, email } = call.who;
    let (created_at, updated_at): (String, String) = call
        .db
        .prepare_cached("SELECT created_at, updated_at FROM users WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let attributes =
        json!({ "name": name, "email": email, "created_at": created_at, "updated_at": updated_at });
    Reply::ok(&json!({ "data": { "type": "users", "id": id, "attributes": attributes } }))
}

/// `GET /organizations`
pub(super) fn organizations(call: &Call<'_, User>) -> Answer {
    Reply::ok(&json!({ "data": directory::organizations(call.db, call.who)? }))
}

/// `GET /organizations/{organization}/projects`
pub(super) fn projects(call: &Call<'_, User>) -> Answer {
    let organization = call.input.path("organization");
    directory::require_member(call.db, call.who, organization)?;
    let mut data = Vec::new();
    for project in directory::projects(call.db, organization)? {
        data.push(project.to_json(&directory::environments(call.db, &project.id)?));
    }
    Reply::ok(&json!({ "data": data }))
}

/// `GET /projects/{project}`
pub(super) fn project(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environments = directory::environments(call.db, &project.id)?;
    Reply::ok(&json!({ "data": project.to_json(&environments) }))
}

#[derive(Deserialize)]
struct NewProjectRequest {
    name: String,
    description: Option<String>,
    deployment_provider: Option<String>,
    stack: Option<Value>,
}

/// `POST /organizations/{organization}/projects`
pub(super) fn create_project(call: &Call<'_, User>) -> Answer {
    let organization = call.input.path("organization");
    directory::require_member(call.db, call.who, organization)?;
    let request: NewProjectRequest = call.input.read()?;
    let provider = request.deployment_provider.as_deref().unwrap_or("other");
    let project = directory::create_project(
        call.db,
        organization,
        &NewProject {
            name: checked_name(&request.name)?,
            description: request.description.as_deref(),
            deployment_provider: if PROVIDERS.contains(&provider) {
                provider
            } else {
                "other"
            },
            stack: request.stack.map(|stack| stack.to_string()),
        },
    )?;
    let event = Event {
        operation: "project_created",
        ..Event::default()
    };
    history::record(call.db, call.who, &project.id, None, event)?;
    Reply::created(&json!({ "data": project.to_json(&[]) }))
}

/// `GET /projects/{project}/environments`
pub(super) fn environments(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environments = directory::environments(call.db, &project.id)?;
    let data: Vec<Value> = environments.iter().map(directory::Environment::to_json).collect();
    Reply::ok(&json!({ "data": data }))
}

#[derive(Deserialize)]
struct NewEnvironmentRequest {
    name: String,
    r#type: String,
    base_id: Option<String>,
}

/// `POST /projects/{project}/environments`
pub(super) fn create_environment(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let request: NewEnvironmentRequest = call.input.read()?;
    let name = request.name.trim();
    if !is_slug(name) {
        return Err(Refusal::invalid(
            "name",
            "The name takes lower-case letters and digits, in groups joined by single dashes or underscores.",
        ));
    }
    if !TYPES.iter().any(|(value, _)| *value == request.r#type) {
        return Err(Refusal::invalid("type", "This type of environment is not known."));
    }
    let taken = directory::environments(call.db, &project.id)?;
    if taken.iter().any(|environment| environment.name == name) {
        return Err(Refusal::invalid(
            "name",
            "There is an environment of this name already.",
        ));
    }
    let base = request.base_id.as_deref();
    if base.is_some_and(|base| taken.iter().all(|environment| environment.id != base)) {
        return Err(Refusal::invalid(
            "base_id",
            "The base is not an environment of this project.",
        ));
    }
    let environment =
        directory::create_environment(call.db, &project.id, name, &request.r#type, base, &now())?;
    let event = Event {
        operation: "environment_created",
        ..Event::default()
    };
    history::record(call.db, call.who, &project.id, Some(&environment.id), event)?;
    Reply::created(&json!({ "data": environment.to_json() }))
}

/// `GET /environment-types`
pub(super) fn environment_types(_: &Call<'_, User>) -> Answer {
    let data: Vec<Value> = TYPES
        .iter()
        .map(|(value, label)| json!({ "value": value, "label": label }))
        .collect();
    Reply::ok(&json!({ "data": data }))
}

#[derive(Deserialize)]
struct SuggestionRequest {
    r#type: String,
}

/// `POST /projects/{project}/generate-suggested-environment-names`
pub(super) fn suggest_names(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let kind = call.input.read::<SuggestionRequest>()?.r#type;
    if !is_slug(&kind) {
        return Err(Refusal::invalid("type", "This type of environment is not known."));
    }
    let taken = directory::environments(call.db, &project.id)?;
    let candidates = [
        kind.clone(),
        format!("{kind}-2"),
        format!("{kind}-eu"),
        format!("{kind}-us"),
        format!("{kind}-3"),
    ];
    let free = candidates
        .iter()
        .filter(|name| taken.iter().all(|environment| environment.name != **name));
    let data: Vec<Value> = free.take(3).map(|name| json!({ "name": name })).collect();
    Reply::ok(&json!({ "data": data }))
}

fn checked_name(name: &str) -> Result<&str, Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) || name.chars().count() > NAME_LIMIT {
        return Err(Refusal::invalid(
            "name",
            "The name takes 1 to 120 characters, without control characters.",
        ));
    }
    Ok(name)
}

/// Lower-case letters and digits, in groups joined by single `-` or `_` (docs/protocol.md 3).
fn is_slug(name: &str) -> bool {
    let group =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.len() <= NAME_LIMIT && name.split(['-', '_']).all(group)
}

#[cfg(test)]
mod tests {
    use super::is_slug;

    #[test]
    fn environment_names_are_slugs() {
        assert!(["production", "pr-12", "eu_west_1"].into_iter().all(is_slug));
        assert!(
            !["", "Production", "a--b", "-a", "a_", "a b", "ä"]
                .into_iter()
                .any(is_slug)
        );
    }
}
