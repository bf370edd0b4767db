//! Headless commands over the same services as the window.
//!
//! Standard output carries results only, standard error everything else. Secrets are printed when they are asked for by
//! `create`, `rotate`, `replace` and `pull`, and never taken from the command line.

mod activity;
mod args;
mod audit;
mod audit_sarif;
mod backup;
mod beside;
mod checklist;
mod command;
mod devices;
mod emergency;
mod find;
mod find_git;
mod find_report;
mod find_sarif;
mod find_sources;
mod given;
mod licences;
mod lifecycle;
mod local_user;
mod look_alike;
mod output;
mod pending;
mod pull;
mod pull_target;
mod reference;
mod renew;
mod renew_key;
mod replace;
mod requests;
mod runner;
mod sarif;
mod secret_sink;
mod send;
mod serve;
mod start;

pub use args::{Arguments, Place};
pub use command::Command;
pub use output::tell;
pub use start::{Window, start};

use crate::connect::{Connected, Target};
use crate::failure::Failure;
use model::Problem;
use protocol::Project;

/// Runs one command to its end and gives the exit code.
pub async fn run(target: Target, project: Option<String>, command: Command) -> u8 {
    match command.run(&target, project.as_deref()).await {
        Ok(code) => code,
        Err(mut failure) => {
            if failure.for_admins
                && let Ok(ask) = ask_an_admin(&target, project.as_deref()).await
            {
                failure.message.next = ask;
            }
            output::failure(&failure.message);
            failure.code
        }
    }
}

/// Whom to ask, by name, in the organisation of the project.
async fn ask_an_admin(target: &Target, project: Option<&str>) -> Result<String, Problem> {
    let connected = target.connect().await?;
    let wanted = project
        .map(str::to_owned)
        .or_else(|| connected.default_project().map(ToString::to_string));
    let directory = service::directory(&connected.context).await?;
    let id = directory.find(wanted.as_deref())?.organization_id;
    let membership = service::membership(&connected.context, &id).await?;
    let organization = directory.organizations.iter().find(|it| it.id == id);
    let organization = organization.map_or("the organisation", |it| it.name.as_str());
    Ok(text::ask_an_admin(Some(&membership), organization, ""))
}

/// The project that was named, or the one that the manifest of the named folder is for.
///
/// # Errors
/// When the manifest cannot be used.
pub fn project(arguments: &Arguments) -> Result<Option<String>, Failure> {
    match &arguments.dir {
        Some(folder) => {
            let manifest = service::manifest::read(folder).map_err(model::Problem::from)?;
            Ok(Some(manifest.project.to_string()))
        }
        None => Ok(arguments.project.clone()),
    }
}

/// Tells a failure and gives its exit code.
pub fn fail(failure: &Failure) -> std::process::ExitCode {
    output::failure(&failure.message);
    std::process::ExitCode::from(failure.code)
}

/// Tells something that stops nothing.
pub fn warn(problem: &Problem) {
    output::warning(&text::explain(problem));
}

/// Connects, and finds the project and the environment.
async fn locate(
    target: &Target,
    project: Option<&str>,
    environment: &str,
) -> Result<(Connected, Project, service::Place), Failure> {
    let connected = target.connect().await?;
    let wanted = project
        .map(str::to_owned)
        .or_else(|| connected.default_project().map(ToString::to_string));
    let directory = service::directory(&connected.context).await?;
    output::unlisted(&directory.unlisted);
    let project = directory.find(wanted.as_deref())?;
    let place = service::find_environment(&connected.context, &project.id, environment).await?;
    // What is typed in ASCII is what it looks like.
    if !environment.is_ascii() {
        let all = service::environments(&connected.context, &project.id).await?.list;
        let all = all.iter().map(|it| (it.name.as_str(), it.id.as_str()));
        look_alike::tell_of("Environments", place.name().as_str(), all);
    }
    Ok((connected, project, place))
}
