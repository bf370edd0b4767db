//! User, organisations, projects, environments (docs/protocol.md 3).

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::documents;
use crate::stamp::now;
use crate::store::directory::{self, NewProject};
use crate::store::history::{self, Event};
use crate::store::users::{self, User};
use protocol::MAX_NAME_CHARACTERS;
use protocol::wire::Data;
use protocol::wire::directory::{
    CreateEnvironmentRequest, CreateProjectRequest, EnvironmentTypeDocument, SuggestNamesRequest,
    SuggestedName, USERS, UserAttributes, UserDocument,
};

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

/// `GET /user`
pub(super) fn current_user(call: &Call<'_, User>) -> Answer {
    let (created_at, updated_at) = users::times(call.db, call.who)?;
    Reply::ok(&Data {
        data: UserDocument {
            kind: USERS,
            id: &call.who.id,
            attributes: UserAttributes {
                name: &call.who.name,
                email: &call.who.email,
                created_at: &created_at,
                updated_at: &updated_at,
            },
        },
    })
}

/// `GET /organizations`
pub(super) fn organizations(call: &Call<'_, User>) -> Answer {
    let organizations = directory::organizations(call.db, call.who)?;
    let data: Vec<_> = organizations.iter().map(documents::organization).collect();
    Reply::ok(&Data { data })
}

/// `GET /organizations/{organization}/projects`
pub(super) fn projects(call: &Call<'_, User>) -> Answer {
    let organization = call.input.path("organization");
    directory::require_member(call.db, call.who, organization)?;
    let mut found = Vec::new();
    for project in directory::projects(call.db, organization)? {
        let environments = directory::environments(call.db, &project.id)?;
        found.push((project, environments));
    }
    let data: Vec<_> = found
        .iter()
        .map(|(project, environments)| documents::project(project, environments))
        .collect();
    Reply::ok(&Data { data })
}

/// `GET /projects/{project}`
pub(super) fn project(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environments = directory::environments(call.db, &project.id)?;
    Reply::ok(&Data {
        data: documents::project(&project, &environments),
    })
}

/// `POST /organizations/{organization}/projects`
pub(super) fn create_project(call: &Call<'_, User>) -> Answer {
    let organization = call.input.path("organization");
    directory::require_member(call.db, call.who, organization)?;
    let request: CreateProjectRequest = call.input.read()?;
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
    Reply::created(&Data {
        data: documents::project(&project, &[]),
    })
}

/// `GET /projects/{project}/environments`
pub(super) fn environments(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let environments = directory::environments(call.db, &project.id)?;
    let data: Vec<_> = environments.iter().map(documents::environment).collect();
    Reply::ok(&Data { data })
}

/// `POST /projects/{project}/environments`
pub(super) fn create_environment(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let request: CreateEnvironmentRequest = call.input.read()?;
    let name = request.name.trim();
    if !is_slug(name) {
        return Err(Refusal::invalid(
            "name",
            "The name takes lower-case letters and digits, in groups joined by single dashes or underscores.",
        ));
    }
    if !TYPES.iter().any(|known| known.value == request.kind) {
        return Err(Refusal::invalid("type", "This type of environment is not known."));
    }
    let taken = directory::environments(call.db, &project.id)?;
    if taken.iter().any(|environment| environment.name.as_str() == name) {
        return Err(Refusal::invalid(
            "name",
            "There is an environment of this name already.",
        ));
    }
    let base = request.base_id.as_ref();
    if base.is_some_and(|base| taken.iter().all(|environment| environment.id != *base)) {
        return Err(Refusal::invalid(
            "base_id",
            "The base is not an environment of this project.",
        ));
    }
    let environment = directory::create_environment(call.db, &project.id, name, &request.kind, base, &now())?;
    let event = Event {
        operation: "environment_created",
        ..Event::default()
    };
    history::record(call.db, call.who, &project.id, Some(&environment.id), event)?;
    Reply::created(&Data {
        data: documents::environment(&environment),
    })
}

/// `GET /environment-types`
pub(super) fn environment_types(_: &Call<'_, User>) -> Answer {
    Reply::ok(&Data { data: TYPES })
}

/// `POST /projects/{project}/generate-suggested-environment-names`
pub(super) fn suggest_names(call: &Call<'_, User>) -> Answer {
    let project = directory::project(call.db, call.who, call.input.path("project"))?;
    let kind = call.input.read::<SuggestNamesRequest>()?.kind;
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

/// The name of a token, a project or an environment, trimmed; a 422 says why it is none.
pub(super) fn checked_name(name: &str) -> Result<&str, Refusal> {
    protocol::checked_name(name).map_err(|reason| Refusal::invalid("name", &reason.sentence()))
}

/// Lower-case letters and digits, in groups joined by single `-` or `_` (docs/protocol.md 3).
fn is_slug(name: &str) -> bool {
    let group =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.len() <= MAX_NAME_CHARACTERS && name.split(['-', '_']).all(group)
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
