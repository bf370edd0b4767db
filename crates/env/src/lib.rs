//! The variables of this process's environment, read in one place: a blank one counts as unset, and one that is not
//! text is said instead of passing for unset.
//!
//! Some of what is read here is secret (`GHOSTABLE_TOKEN`); whoever asks for it puts it into its own type at once.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]
#![expect(
    clippy::disallowed_methods,
    reason = "clippy.toml keeps the rest of the program from reading variables past this module"
)]

use std::ffi::{OsStr, OsString};

/// A variable that is set to something other than text. The value is not told: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable {name} does not hold text")]
pub struct NotTextError {
    pub name: &'static str,
}

/// Variables that libraries read for themselves: some take a blank one for a name, of a display or of a folder.
#[cfg(unix)]
const OF_LIBRARIES: [&str; 8] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "XAUTHORITY",
    "GDK_BACKEND",
    "DBUS_SESSION_BUS_ADDRESS",
    "HOME",
    "TMPDIR",
];

/// The value of a variable, `None` where it is unset or blank.
///
/// # Errors
/// [`NotTextError`] where it is not Unicode.
pub fn text(name: &'static str) -> Result<Option<String>, NotTextError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(NotTextError { name }),
    }
}

/// The value of a variable that names a file or a display, which need not be Unicode.
pub fn name(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !is_blank(value))
}

fn is_blank(value: &OsStr) -> bool {
    value.to_str().is_some_and(|text| text.trim().is_empty())
}

/// Starts the program anew without the blank variables that libraries would take for values, if there are any. Call it
/// before anything else: where it succeeds it does not return.
#[cfg(unix)]
pub fn drop_blanks() {
    let blank: Vec<(OsString, Option<OsString>)> = std::env::vars_os()
        .filter(|(name, value)| is_blank(value) && is_of_libraries(name))
        .map(|(name, _)| (name, None))
        .collect();
    if !blank.is_empty() {
        let error = start_anew(&blank);
        tracing::warn!(%error, "blank variables stay in the environment");
    }
}

#[cfg(unix)]
fn is_of_libraries(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    name.starts_with("XDG_") || OF_LIBRARIES.contains(&name)
}

/// Replaces this process by the same program with the same arguments and some variables set or taken away; returns
/// only where that fails.
///
/// Variables decide which display the window and the web view's own processes open, and they can be changed safely only
/// where no other thread can read them. This way needs no such proof, and whatever runs in this process is over.
#[cfg(unix)]
pub fn start_anew(changes: &[(OsString, Option<OsString>)]) -> std::io::Error {
    use std::os::unix::process::CommandExt as _;

    let program = match this_program() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(program);
    if let Some(called) = arguments.next() {
        command.arg0(called);
    }
    command.args(arguments);
    for (name, value) in changes {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.exec()
}

#[cfg(unix)]
fn this_program() -> std::io::Result<std::path::PathBuf> {
    // While a package is upgraded the program's own file is gone; Linux can start it all the same.
    const RUNNING: &str = "/proc/self/exe";
    match std::env::current_exe() {
        Ok(path) if path.exists() => Ok(path),
        _ if std::path::Path::new(RUNNING).exists() => Ok(RUNNING.into()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_is_blank() {
        for blank in ["", " ", "\t \n", "\u{a0}"] {
            assert!(is_blank(OsStr::new(blank)), "{blank:?}");
        }
        assert!(!is_blank(OsStr::new(" :0 ")));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_not_blank() {
        use std::os::unix::ffi::OsStrExt as _;
        assert!(!is_blank(OsStr::from_bytes(b"\xff")));
        assert!(is_of_libraries(OsStr::new("XDG_DATA_HOME")) && !is_of_libraries(OsStr::new("NO_COLOR")));
    }
}
