//! Organisations, projects and environments: what the user can see, and finding one of them by its name or id.

use super::{Context, Place};
use model::{CallError, ListOf, Problem, Unlisted};
use protocol::{Environment, Listed, Organization, Project, ProjectId};

/// What the user can see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// All organisations.
    pub organizations: Vec<Organization>,
    /// The projects of those that could be looked into.
    pub projects: Vec<Project>,
    /// The organisations that could not be looked into, and entries that cannot be read.
    pub unlisted: Vec<Unlisted>,
}

/// All organisations of the user and their projects. One that cannot be looked into hides no other
/// (docs/protocol.md 1.3, 21).
///
/// # Errors
/// API errors of the list of organisations, and those of the projects where no organisation can be looked into; a session
/// that has ended.
pub async fn directory(context: &Context) -> Result<Directory, Problem> {
    let listed = context.client.organizations().await?;
    let ask = |it: Organization| async move { Ok((context.client.projects(&it.id).await?, it.name)) };
    let (answers, mut unlisted) = of_each(&listed.list, ask).await?;
    unlisted.extend(Unlisted::entries(ListOf::Organizations, listed.unreadable));
    let mut projects = Vec::new();
    for (of_one, organization) in answers {
        unlisted.extend(Unlisted::entries(
            ListOf::Projects(organization),
            of_one.unreadable,
        ));
        projects.extend(of_one.list);
    }
    Ok(Directory {
        organizations: listed.list,
        projects,
        unlisted,
    })
}

/// Asks each organisation the same: the answers, and those that gave none.
///
/// # Errors
/// The first one's where nobody gave an answer; a session that has ended, because then nobody will.
pub(crate) async fn of_each<T, F>(
    organizations: &[Organization],
    ask: impl Fn(Organization) -> F,
) -> Result<(Vec<T>, Vec<Unlisted>), Problem>
where
    F: Future<Output = Result<T, CallError>>,
{
    let (mut answers, mut unlisted) = (Vec::new(), Vec::new());
    let mut first = None;
    for organization in organizations {
        match ask(organization.clone()).await {
            Ok(answer) => answers.push(answer),
            Err(error) if error.needs_sign_in() => return Err(error.into()),
            Err(error) => {
                let error = Problem::from(error);
                first.get_or_insert_with(|| error.clone());
                let name = organization.name.clone();
                unlisted.push(Unlisted::Organization { name, error });
            }
        }
    }
    match first {
        Some(error) if answers.is_empty() => Err(error),
        _ => Ok((answers, unlisted)),
    }
}

impl Directory {
    /// The project with this id or name; with no wish, the first one.
    ///
    /// # Errors
    /// [`Problem::UnknownProject`] lists what there is.
    pub fn find(&self, wanted: Option<&str>) -> Result<Project, Problem> {
        let mut projects = self.projects.iter();
        let found = match wanted.map(str::trim) {
            None => projects.next(),
            Some(wanted) => projects
                .find(|project| project.id.as_str() == wanted)
                .or_else(|| {
                    let is_called = |it: &&Project| it.name.trim().to_lowercase() == wanted.to_lowercase();
                    self.projects.iter().find(is_called)
                }),
        };
        found.cloned().ok_or_else(|| Problem::UnknownProject {
            wanted: wanted.unwrap_or_default().to_owned(),
            known: self.projects.iter().map(|it| it.name.clone()).collect(),
        })
    }
}

/// The environments of a project.
///
/// # Errors
/// API errors.
pub async fn environments(context: &Context, project: &ProjectId) -> Result<Listed<Environment>, Problem> {
    Ok(context.client.environments(project).await?)
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
    let environments = context.client.environments(project).await?.list;
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
