//! User, projects, environments (docs/protocol.md 3).

use serde_json::Value;

use super::{Call, allow};
use crate::answer::{Answer, Refusal, Reply};
use crate::checks::Checks;
use crate::documents;
use crate::roles::Permission::{CreateEnvironment, CreateProject, DeleteEnvironment, ManageEnvironment};
use crate::stamp::now;
use crate::store::activity;
use crate::store::directory::{self, Environment, NewEnvironment, NewProject};
use crate::store::users::{self, User};
use protocol::EnvironmentId;
use protocol::wire::directory::{
    CreateProjectRequest, EnvironmentTypeDocument, SuggestNamesRequest, SuggestedName, USERS, UserAttributes,
    UserDocument,
};
use protocol::wire::{Data, request};

const TYPES: [EnvironmentTypeDocument; 6] = [
    environment_type("production", "Production"),
    environment_type("staging", "Staging"),
    environment_type("preview", "Preview"),
    environment_type("testing", "Testing"),
    environment_type("development", "Development"),
    environment_type("local", "Local"),
];

const fn environment_type(value: &'static str, label: &'static str) -> EnvironmentTypeDocument {
    EnvironmentTypeDocument { value, label }
}

const PROVIDERS: [&str; 4] = ["laravel_cloud", "laravel_forge", "laravel_vapor", "other"];
/// The longest name of an environment, in characters.
const NAME_LIMIT: usize = 100;
/// The longest name of a project, in characters.
const PROJECT_LIMIT: usize = 255;
/// How an environment's file is written, where nobody says.
const FILE_FORMAT: &str = "env";

/// `GET /user`
pub(super) fn current_user(call: &Call<'_, User>) -> Answer {
    let (created_at, updated_at) = users::times(call.db, call.who)?;
    Reply::ok(&Data {
        data: UserDocument {
            kind: USERS,
            id: &call.who.id,
            attributes: UserAttributes {
                name: Some(&call.who.name),
                email: &call.who.email,
                created_at: &created_at,
                updated_at: &updated_at,
            },
        },
    })
}

/// `GET /organizations/{organization}/projects`, each with its environments; for every member.
pub(super) fn projects(call: &Call<'_, User>) -> Answer {
    let (organization, _) = call.member()?;
    let mut found = Vec::new();
    for project in directory::projects(call.db, organization.id.as_str())? {
        let environments = directory::environments(call.db, &project.id)?;
        found.push((project, environments));
    }
    let data: Vec<_> = found
        .iter()
        .map(|(project, environments)| documents::project(project, Some(environments)))
        .collect();
    Reply::ok(&Data { data })
}

/// `GET /projects/{project}`, without its environments.
pub(super) fn project(call: &Call<'_, User>) -> Answer {
    let (project, ..) = call.visible_project()?;
    Reply::ok(&Data {
        data: documents::project(&project, None),
    })
}

/// `POST /organizations/{organization}/projects`
pub(super) fn create_project(call: &Call<'_, User>) -> Answer {
    let organization = call.organization(CreateProject)?;
    let body = call.input.json()?;
    let mut checks = Checks::of(&body);
    checks.needed_text("name", PROJECT_LIMIT);
    checks.done()?;
    let request: CreateProjectRequest = request::fit(body)?;
    let provider = request.deployment_provider.as_deref().unwrap_or("other");
    let project = directory::create_project(
        call.db,
        organization.id.as_str(),
        &NewProject {
            name: request.name.trim(),
            description: request.description.as_deref(),
            deployment_provider: if PROVIDERS.contains(&provider) {
                provider
            } else {
                "other"
            },
            stack: request.stack.map(|stack| stack.to_string()),
        },
    )?;
    let words = format!("Created project \"{}\".", project.name);
    activity::of_project(call.db, call.by(), &project, ("created", words))?;
    Reply::created(&Data {
        data: documents::project(&project, None),
    })
}

/// `GET /projects/{project}/environments`
pub(super) fn environments(call: &Call<'_, User>) -> Answer {
    let (project, ..) = call.visible_project()?;
    let environments = directory::environments(call.db, &project.id)?;
    let data: Vec<_> = environments.iter().map(documents::environment).collect();
    Reply::ok(&Data { data })
}

/// `POST /projects/{project}/environments`
pub(super) fn create_environment(call: &Call<'_, User>) -> Answer {
    let project = call.project(CreateEnvironment)?;
    let body = call.input.json()?;
    let taken = directory::environments(call.db, &project.id)?;
    let new = checked(&body, &taken, None)?;
    let environment = directory::create_environment(call.db, &project.id, &new, &now())?;
    let words = activity::quoted("Created", "environment", &environment.name);
    activity::of_environment(call.db, call.by(), &project, &environment, ("created", words))?;
    Reply::created(&Data {
        data: documents::environment(&environment),
    })
}

/// `PATCH /projects/{project}/environments/{environment id}`: name, type and format of the file. What carries the old name
/// is not sealed anew.
pub(super) fn change_environment(call: &Call<'_, User>) -> Answer {
    let project = call.project(ManageEnvironment)?;
    let id = EnvironmentId::new(call.input.path("environment"));
    let old = directory::environment_by_id(call.db, &id)?
        .filter(|environment| environment.project_id == project.id)
        .ok_or_else(|| Refusal::not_found("Environment\\Models\\Environment"))?;
    let body = call.input.json()?;
    let taken = directory::environments(call.db, &project.id)?;
    let new = checked(&body, &taken, Some(&old))?;
    directory::change_environment(call.db, &id, &new)?;
    let changed = directory::environment_by_id(call.db, &id)?.unwrap_or(old);
    let words = activity::quoted("Updated", "environment", &changed.name);
    activity::of_environment(call.db, call.by(), &project, &changed, ("updated", words))?;
    Reply::ok(&Data {
        data: documents::environment(&changed),
    })
}

/// `DELETE /projects/{project}/environments/{environment id}`: with its keys and what was sealed under them, its requests, its
/// variables and its tokens.
pub(super) fn delete_environment(call: &Call<'_, User>) -> Answer {
    let (project, _, role) = call.visible_project()?;
    let unknown = || Refusal::not_found("Environment\\Models\\Environment");
    let id = EnvironmentId::new(call.input.path("environment"));
    let environment = directory::environment_by_id(call.db, &id)?.ok_or_else(unknown)?;
    allow(role, DeleteEnvironment)?;
    if environment.project_id != project.id {
        return Err(unknown());
    }
    let words = activity::quoted("Deleted", "environment", &environment.name);
    activity::of_environment(call.db, call.by(), &project, &environment, ("deleted", words))?;
    directory::delete_environment(call.db, &id)?;
    Ok(Reply::nothing())
}

/// What an environment is to be; whatever is not said of one that exists stays.
fn checked<'a>(
    body: &'a Value,
    taken: &[Environment],
    old: Option<&'a Environment>,
) -> Result<NewEnvironment<'a>, Refusal> {
    let mut checks = Checks::of(body);
    let name = match old {
        Some(old) => checks.text("name", NAME_LIMIT).unwrap_or(old.name.as_str()),
        None => checks.needed_text("name", NAME_LIMIT).unwrap_or_default(),
    };
    if !name.is_empty() && !is_slug(name) {
        checks.wrong("name", "The name field format is invalid.");
    }
    let same = |environment: &&Environment| environment.name.as_str() == name;
    let other = |environment: &&Environment| old.is_none_or(|old| old.id != environment.id);
    if taken.iter().filter(other).any(|environment| same(&environment)) {
        checks.wrong("name", "The name has already been taken.");
    }
    let types: Vec<&str> = TYPES.iter().map(|known| known.value).collect();
    let kind = match old {
        Some(old) => checks.one_of("type", &types).unwrap_or(&old.kind),
        None => checks.needed_one_of("type", &types).unwrap_or_default(),
    };
    let unsaid = old.map_or(FILE_FORMAT, |old| &old.file_format);
    let file_format = checks.text("file_format", NAME_LIMIT).unwrap_or(unsaid);
    checks.done()?;
    Ok(NewEnvironment {
        name,
        kind,
        file_format,
    })
}

/// `GET /environment-types`
pub(super) fn environment_types(_: &Call<'_, User>) -> Answer {
    Reply::ok(&Data { data: TYPES })
}

/// `POST /projects/{project}/generate-suggested-environment-names`
pub(super) fn suggest_names(call: &Call<'_, User>) -> Answer {
    let (project, ..) = call.visible_project()?;
    let body = call.input.json()?;
    let types: Vec<&str> = TYPES.iter().map(|known| known.value).collect();
    let mut checks = Checks::of(&body);
    checks.needed_one_of("type", &types);
    checks.done()?;
    let kind = request::fit::<SuggestNamesRequest>(body)?.kind;
    let taken = directory::environments(call.db, &project.id)?;
    let candidates = [
        kind.clone(),
        format!("{kind}-2"),
        format!("{kind}-eu"),
        format!("{kind}-us"),
        format!("{kind}-3"),
    ];
    let free = candidates.iter().filter(|name| {
        taken
            .iter()
            .all(|environment| environment.name.as_str() != name.as_str())
    });
    let data: Vec<_> = free
        .take(3)
        .map(|name| SuggestedName { name: name.clone() })
        .collect();
    Reply::ok(&Data { data })
}

/// Lower-case letters and digits, in groups joined by single `-` (docs/protocol.md 3).
fn is_slug(name: &str) -> bool {
    let group =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.split('-').all(group)
}

#[cfg(test)]
mod tests {
    use super::is_slug;

    #[test]
    fn environment_names_are_slugs() {
        assert!(["production", "pr-12", "eu-west-1"].into_iter().all(is_slug));
        assert!(
            !["", "Production", "a--b", "-a", "a-", "eu_west", "a b", "ä"]
                .into_iter()
                .any(is_slug)
        );
    }
}
