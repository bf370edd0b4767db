//! Deploy Tokens: the window, or one command.

use std::process::ExitCode;

use clap::Parser as _;
use deploy_tokens::cli::{self, Arguments, Command};
use deploy_tokens::connect::Target;

fn main() -> ExitCode {
    log_to_stderr();
    let arguments = Arguments::parse();
    let target = target(&arguments);
    let project = cli::project(&arguments);
    match (arguments.command, project) {
        (None, Ok(project)) => window(target, project),
        (Some(command), Ok(project)) => headless(target, project, command),
        (_, Err(failure)) => cli::fail(&failure),
    }
}

/// Nothing is logged unless RUST_LOG asks for it.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

fn target(arguments: &Arguments) -> Target {
    let data = arguments.data.clone();
    let named = || {
        std::env::var("GHOSTABLE_API")
            .ok()
            .filter(|address| !address.trim().is_empty())
    };
    let address = arguments.api.clone().or_else(named);
    let needs_api = arguments
        .command
        .as_ref()
        .is_some_and(|command| !matches!(command, Command::Serve(_) | Command::LocalUser { .. }));
    if arguments.local || (address.is_none() && arguments.command.is_some() && !needs_api) {
        Target::Local(data)
    } else if address.is_none() && arguments.command.is_none() {
        Target::Remembered(data)
    } else {
        Target::Api { address, data }
    }
}

fn headless(target: Target, project: Option<String>, command: Command) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => ExitCode::from(runtime.block_on(cli::run(target, project, command))),
        Err(error) => {
            tracing::error!(%error, "the runtime cannot be started");
            ExitCode::FAILURE
        }
    }
}

#[cfg(feature = "desktop")]
fn window(target: Target, project: Option<String>) -> ExitCode {
    let project = project.map(deploy_tokens::domain::ProjectId::new);
    match deploy_tokens::app::launch(target, project) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => cli::fail(&failure),
    }
}

#[cfg(not(feature = "desktop"))]
fn window(_: Target, _: Option<String>) -> ExitCode {
    cli::fail(&deploy_tokens::failure::Failure::new(
        2,
        "This build has no window.",
        "Use one of its commands (see --help), or install the desktop build.",
    ))
}
