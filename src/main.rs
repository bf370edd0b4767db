//! Deploy Tokens: the window, or one command.

use std::alloc::System;
use std::process::ExitCode;

use clap::Parser as _;
#[cfg(feature = "desktop")]
use deploy_tokens::app::{self, Launched};
use deploy_tokens::cli::{self, Arguments, Command};
use deploy_tokens::connect::{self, Target};
use deploy_tokens::failure::Failure;
use model::SecretLimits;
use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use zeroizing_alloc::ZeroAlloc;

/// Secrets pass through buffers that are not ours, of the HTTP client, of the clipboard, of the renderer. Whatever is
/// given back is wiped first.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    log_to_stderr();
    connect::keep_out_of_dumps();
    #[cfg(unix)]
    process_env::drop_blanks();
    let arguments = Arguments::parse();
    let target = match target(&arguments) {
        Ok(target) => target,
        Err(failure) => return cli::fail(&failure),
    };
    if let Some(problem) = connect::remark() {
        cli::warn(&problem);
    }
    let limits = arguments.window.limits();
    let project = cli::project(&arguments);
    match (arguments.command, project) {
        (None, Ok(project)) => window(target, project, limits),
        (Some(command), Ok(project)) => headless(target, project, command),
        (_, Err(failure)) => cli::fail(&failure),
    }
}

/// Nothing is logged unless RUST_LOG asks for it. Libraries know nothing of secrets, and what they say below INFO can be
/// anything: the renderer's is the document, with what is revealed in it. Only our own crate may be that talkative.
fn log_to_stderr() {
    let ours = |target: &str| target.starts_with(env!("CARGO_CRATE_NAME"));
    let careful = filter_fn(move |about| *about.level() <= Level::INFO || ours(about.target()));
    let wanted = process_env::text("RUST_LOG").ok().flatten().unwrap_or_default();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(wanted))
        .with_writer(std::io::stderr)
        .finish()
        .with(careful)
        .init();
}

fn target(arguments: &Arguments) -> Result<Target, Failure> {
    let data = arguments.data.clone();
    if arguments.local {
        return Ok(Target::Local(data));
    }
    let address = match arguments.api.clone() {
        Some(given) => Some(given),
        None => process_env::text("GHOSTABLE_API")?,
    };
    let needs_api = arguments.command.as_ref().is_some_and(|command| {
        !matches!(
            command,
            Command::Serve(_) | Command::Licences | Command::LocalUser { .. }
        )
    });
    Ok(
        if address.is_none() && arguments.command.is_some() && !needs_api {
            Target::Local(data)
        } else if address.is_none() && arguments.command.is_none() {
            Target::Remembered(data)
        } else {
            Target::Api { address, data }
        },
    )
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
fn window(target: Target, project: Option<String>, limits: SecretLimits) -> ExitCode {
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
fn window(_: Target, _: Option<String>, _: SecretLimits) -> ExitCode {
    cli::fail(&Failure::new(
        2,
        "This build has no window.",
        "Use one of its commands (see --help), or install the desktop build.",
    ))
}
