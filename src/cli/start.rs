//! The start of the program: what is set up first, and whether it is a command or the window.

use std::process::ExitCode;

use clap::Parser as _;
use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Arguments, Command, beside, fail, run, warn};
use crate::connect::{self, Target};
use crate::failure::Failure;
use model::GivenLimits;

/// Where the window is.
#[derive(Clone, Copy, Debug)]
pub enum Window {
    /// In this program; this opens it, and gives the exit code when it is closed.
    Inside(fn(Target, Option<String>, GivenLimits) -> ExitCode),
    /// In the program `deploy-tokens-window`, if that was installed with this one.
    Beside,
}

/// Runs what the command line says, or opens the window where no command was given, and gives the exit code.
pub fn start(window: Window) -> ExitCode {
    let arguments = Arguments::parse();
    let window = match window {
        Window::Beside if arguments.command.is_none() => return beside::open(),
        Window::Beside => None,
        Window::Inside(open) => Some(open),
    };
    log_to_stderr();
    connect::keep_out_of_dumps();
    #[cfg(unix)]
    process_env::drop_blanks();
    tracing::info!("{}", connect::told_of_locking());
    let target = match target(&arguments) {
        Ok(target) => target,
        Err(failure) => return fail(&failure),
    };
    if let Some(problem) = connect::remark() {
        warn(&problem);
    }
    let limits = arguments.window.limits();
    let project = super::project(&arguments);
    match (arguments.command, project, window) {
        (Some(command), Ok(project), _) => headless(target, project, command),
        (None, Ok(project), Some(open)) => open(target, project, limits),
        (None, Ok(_), None) => beside::open(),
        (_, Err(failure), _) => fail(&failure),
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
        Ok(runtime) => ExitCode::from(runtime.block_on(run(target, project, command))),
        Err(error) => {
            tracing::error!(%error, "the runtime cannot be started");
            ExitCode::FAILURE
        }
    }
}
