//! Opening the window: what a program does that was started without a command.

use std::process::ExitCode;

use deploy_tokens::app::{self, Launched};
use deploy_tokens::cli;
use deploy_tokens::connect::{self, Target};
use deploy_tokens::failure::Failure;
use model::GivenLimits;

/// Opens it, or shows the one that is open already, and returns when it is closed.
pub(crate) fn open(target: Target, project: Option<String>, limits: GivenLimits) -> ExitCode {
    let project = project.map(protocol::ProjectId::new);
    let opened = connect::check_environment(&target)
        .map_err(Failure::from)
        .and_then(|()| app::launch(target, project, limits));
    match opened {
        Ok(Launched::Closed) => ExitCode::SUCCESS,
        Ok(Launched::ShownElsewhere) => {
            cli::tell("The window is already open; it was brought to the front.");
            ExitCode::SUCCESS
        }
        Err(failure) => cli::fail(&failure),
    }
}
