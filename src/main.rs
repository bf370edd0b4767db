//! Deploy Tokens: the window, or one command.

use std::alloc::System;
use std::process::ExitCode;

#[cfg(feature = "desktop")]
use deploy_tokens::app::{self, Launched};
use deploy_tokens::cli;
#[cfg(feature = "desktop")]
use deploy_tokens::connect;
use deploy_tokens::connect::Target;
use deploy_tokens::failure::Failure;
use model::GivenLimits;
use zeroizing_alloc::ZeroAlloc;

/// Secrets pass through buffers that are not ours, of the HTTP client, of the clipboard, of the renderer. Whatever is
/// given back is wiped first.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    cli::start(window)
}

#[cfg(feature = "desktop")]
fn window(target: Target, project: Option<String>, limits: GivenLimits) -> ExitCode {
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

#[cfg(not(feature = "desktop"))]
fn window(_: Target, _: Option<String>, _: GivenLimits) -> ExitCode {
    cli::fail(&Failure::new(
        2,
        "This build has no window.",
        "Use one of its commands (see --help), or install the desktop build.",
    ))
}
