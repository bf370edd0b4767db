//! Every token of every environment that the user can see.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::AT_ONCE;
use crate::Context;
use model::{CallError, ListOf, PlacedToken, Problem, Unlisted, emergency::sort_by_danger};
use protocol::{DeployToken, Environment, EnvironmentId, Listed, Project, TokenEntry};

/// What there is, and what could not be looked at.
#[derive(Debug)]
pub struct Survey {
    /// The tokens that are active, or may be; the most dangerous first.
    pub active: Vec<PlacedToken>,
    /// Those that are revoked.
    pub ended: Vec<PlacedToken>,
    /// What is not among them.
    pub unlisted: Vec<Unlisted>,
    /// How many projects were looked into.
    pub projects: usize,
}

/// Looks into every project, several at a time. One that fails is told and stops nothing; where the network failed, it is
/// looked into once more, after the others.
///
/// # Errors
/// API errors of the list of organisations: without it there is nothing to look into.
pub async fn survey(context: &Context) -> Result<Survey, Problem> {
    let mut survey = Survey {
        active: Vec::new(),
        ended: Vec::new(),
        unlisted: Vec::new(),
        projects: 0,
    };
    let organizations = context.client.organizations().await?;
    let gap = Unlisted::entries(ListOf::Organizations, organizations.unreadable);
    survey.unlisted.extend(gap);
    let listings = organizations
        .list
        .into_iter()
        .map(|it| async move { (context.client.projects(&it.id).await, it.name) });
    let mut listings = stream::iter(listings).buffered(AT_ONCE);
    let mut projects = Vec::new();
    while let Some((listed, name)) = listings.next().await {
        match listed {
            Ok(listed) => {
                let gap = Unlisted::entries(ListOf::Projects(name), listed.unreadable);
                survey.unlisted.extend(gap);
                projects.extend(listed.list);
            }
            Err(error) => survey.unlisted.push(Unlisted::Organization {
                name,
                error: error.into(),
            }),
        }
    }
    survey.projects = projects.len();
    let lost = survey.look_into_all(context, projects, true).await;
    survey.look_into_all(context, lost, false).await;
    sort_by_danger(&mut survey.active);
    Ok(survey)
}

/// Tokens and environments of a project. Without the environments the tokens can be ended all the same; their names are missing
/// then, so that what a network lost is a failure where it is looked for `again`.
async fn look_into(
    context: &Context,
    project: &Project,
    again: bool,
) -> Result<(Vec<TokenEntry>, Listed<Environment>), Problem> {
    let (tokens, environments) = tokio::join!(
        crate::tokens::list_project(context, &project.id),
        context.client.environments(&project.id)
    );
    let environments = match environments {
        Err(error) if again && error.is_network() => return Err(error.into()),
        listed => listed.unwrap_or_else(|error| {
            tracing::warn!(%error, "the environments of a project could not be listed");
            Listed::default()
        }),
    };
    Ok((tokens?, environments))
}

impl Survey {
    /// Looks into projects, and gives those that a network kept from it, if these are to be looked into `again`.
    async fn look_into_all(
        &mut self,
        context: &Context,
        projects: Vec<Project>,
        again: bool,
    ) -> Vec<Project> {
        let mut lost = Vec::new();
        let looks = projects
            .into_iter()
            .map(|it| async move { (look_into(context, &it, again).await, it) });
        // Half as many: each asks for two lists at once.
        let mut looks = stream::iter(looks).buffered(AT_ONCE / 2);
        while let Some((looked, project)) = looks.next().await {
            match looked {
                Ok((tokens, environments)) => self.add(&project, tokens, environments),
                Err(error) if again && error.call().is_some_and(CallError::is_network) => lost.push(project),
                Err(error) => self.unlisted.push(Unlisted::Project {
                    name: project.name,
                    error,
                }),
            }
        }
        lost
    }

    fn add(&mut self, project: &Project, tokens: Vec<TokenEntry>, environments: Listed<Environment>) {
        let gap = Unlisted::entries(
            ListOf::Environments(project.name.clone()),
            environments.unreadable,
        );
        self.unlisted.extend(gap);
        let known: HashMap<EnvironmentId, Environment> = environments
            .list
            .into_iter()
            .map(|it| (it.id.clone(), it))
            .collect();
        let mut unreadable = Vec::new();
        for entry in tokens {
            let token = match entry {
                TokenEntry::Token(token) => token,
                TokenEntry::Malformed(entry) => {
                    unreadable.push(entry);
                    continue;
                }
            };
            let environment = known.get(&token.environment_id).cloned();
            let found = PlacedToken {
                project: project.id.clone(),
                project_name: project.name.clone(),
                environment: environment.unwrap_or_else(|| as_told_by(&token)),
                token,
            };
            if found.token.may_be_active() {
                self.active.push(found);
            } else {
                self.ended.push(found);
            }
        }
        let gap = Unlisted::entries(ListOf::Tokens(project.name.clone()), unreadable);
        self.unlisted.extend(gap);
    }
}

/// The environment as far as the token's own record tells it.
fn as_told_by(token: &DeployToken) -> Environment {
    Environment {
        id: token.environment_id.clone(),
        name: token.environment_name.clone(),
        kind: String::new(),
        created_at: None,
    }
}
