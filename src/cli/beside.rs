//! The window's program, which lies beside the one with the commands.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::fail;
use crate::failure::{FAILED, Failure, WRONG_USE};

const NAME: &str = "deploy-tokens-window";
/// From the folder of the commands; packages put there what nobody starts by its name.
const PLACES: [&str; 2] = ["", "../libexec/deploy-tokens"];

/// Becomes the window's program, with the same arguments; does not return where that is found and can be started.
pub(super) fn open() -> ExitCode {
    let Some(program) = find() else {
        return fail(&Failure::new(
            WRONG_USE,
            "This build has no window.",
            "Use one of its commands (see --help), or install the desktop build.",
        ));
    };
    let mut command = Command::new(&program);
    command.args(std::env::args_os().skip(1));
    let error = become_it(command);
    fail(&Failure::new(
        FAILED,
        format!(
            "The window's program {} cannot be started: {error}.",
            program.display()
        ),
        "Install Deploy Tokens again.",
    ))
}

/// Only where it was installed with this program, never by PATH.
fn find() -> Option<PathBuf> {
    let own = std::env::current_exe().and_then(std::fs::canonicalize).ok()?;
    let folder: &Path = own.parent()?;
    let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    let places = PLACES.iter().map(|place| folder.join(place).join(&name));
    places.into_iter().find(|place| place.is_file())
}

#[cfg(unix)]
fn become_it(mut command: Command) -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    // What the desktop knows the window by.
    command.arg0("deploy-tokens");
    command.exec()
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> std::io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or_default()),
        Err(error) => error,
    }
}
