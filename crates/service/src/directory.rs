//! Organisations, projects and environments: what the user can see, and finding one of them by its name or id.

use super::{Context, Place};
use model::Problem;
use protocol::{Environment, Organization, Project, ProjectId};

/// What the user can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// All organisations.
    pub organizations: Vec<Organization>,
    /// The projects of all of them.
    pub projects: Vec<Project>,
}

/// All organisations of the user and their projects.
///
/// # Errors
/// API errors.
pub async fn directory(context: &Context) -> Result<Directory, Problem> {
    let organizations = context.client.organizations().await?;
    let mut projects = Vec::new();
    for organization in &organizations {
        projects.extend(context.client.projects(&organization.id).await?);
    }
    Ok(Directory {
        organizations,
        projects,
    })
}

/// The environments of a project.
///
/// # Errors
/// API errors.
pub async fn environments(context: &Context, project: &ProjectId) -> Result<Vec<Environment>, Problem> {
    Ok(context.client.environments(project).await?)
}

/// The project with this id or name, among all organisations of the user; with no wish, the only one or the first.
///
/// # Errors
/// [`Problem::UnknownProject`] lists what there is; API errors.
pub async fn find_project(context: &Context, wanted: Option<&str>) -> Result<Project, Problem> {
    let projects = directory(context).await?.projects;
    let names = || projects.iter().map(|project| project.name.clone()).collect();
    let found = match wanted.map(str::trim) {
        None => projects.first(),
        Some(wanted) => projects
            .iter()
            .find(|project| project.id.as_str() == wanted)
            .or_else(|| {
                projects
                    .iter()
                    .find(|project| project.name.trim().to_lowercase() == wanted.to_lowercase())
            }),
    };
    found.cloned().ok_or_else(|| Problem::UnknownProject {
        wanted: wanted.unwrap_or_default().to_owned(),
        known: names(),
    })
}

/// The environment with this name (trimmed, without regard to case) or exactly this id (docs/protocol.md 3).
///
/// # Errors
/// [`Problem::UnknownEnvironment`] lists what there is; API errors.
pub async fn find_environment(
    context: &Context,
    project: &ProjectId,
    wanted: &str,
) -> Result<Place, Problem> {
    let environments = context.client.environments(project).await?;
    let name = wanted.trim().to_lowercase();
    let found = environments
        .iter()
        .find(|it| it.name.as_str().trim().to_lowercase() == name || it.id.as_str() == wanted.trim());
    match found {
        Some(environment) => Ok(Place {
            project: project.clone(),
            environment: environment.clone(),
        }),
        None => Err(Problem::UnknownEnvironment {
            wanted: wanted.trim().to_owned(),
            known: environments.iter().map(|it| it.name.to_string()).collect(),
        }),
    }
}
