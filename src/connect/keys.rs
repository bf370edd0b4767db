//! Where this program keeps things on this machine: the data folder, and in it journals and the key file.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(feature = "gui")]
use keychain::{Keychain, file_exists};
#[cfg(feature = "gui")]
use model::KeychainError;
use model::{MachineError, Problem};
#[cfg(feature = "gui")]
use protocol::secret::SecretText;
use service::journal;

/// The variable with the minutes for which a journal keeps secrets that were shown.
const MINUTES: &str = "DEPLOY_TOKENS_JOURNAL_MINUTES";
/// A day: a secret that was shown is not to lie about for longer.
const MOST_MINUTES: u64 = 24 * 60;
#[cfg(feature = "gui")]
const KEY_FILE: &str = "keys.sealed";
const JOURNALS: &str = "journals";

/// The data folder that was named, or the platform's; `None` where there is none.
#[cfg(feature = "workspace")]
pub(super) fn folder(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(workspace::default_data_dir)
}

/// The data folder that was named, or the app's own on a phone; `None` where there is none.
#[cfg(not(feature = "workspace"))]
pub(super) fn folder(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(own_folder)
}

/// The app's container: what iOS calls home.
#[cfg(all(not(feature = "workspace"), target_os = "ios"))]
fn own_folder() -> Option<PathBuf> {
    let home = PathBuf::from(process_env::name("HOME")?);
    Some(home.join("Library/Application Support/Deploy Tokens"))
}

/// The app's internal storage. Android names the process after the package, and the folder too.
#[cfg(all(not(feature = "workspace"), target_os = "android"))]
fn own_folder() -> Option<PathBuf> {
    let name = std::fs::read("/proc/self/cmdline").ok()?;
    let name = std::str::from_utf8(name.split(|byte| *byte == 0).next()?).ok()?;
    // A process of its own has a colon after the package.
    let package = name
        .split(':')
        .next()
        .filter(|package| package.contains('.') && !package.contains('/'))?;
    Some(Path::new("/data/data").join(package).join("files"))
}

#[cfg(all(
    not(feature = "workspace"),
    not(any(target_os = "ios", target_os = "android"))
))]
fn own_folder() -> Option<PathBuf> {
    None
}

/// Where the journals of servers are.
pub(super) fn journals(named: Option<&Path>) -> Option<PathBuf> {
    folder(named).map(|folder| folder.join(JOURNALS))
}

/// How long a journal keeps secrets that were shown, if nobody closes the sheet. It is a comfort: one that cannot be
/// used is no reason not to revoke, so the usual time holds then, and [`deadline_remark`] says so.
pub(super) fn deadline() -> Duration {
    shortened(wanted_deadline().unwrap_or(journal::DEADLINE))
}

/// In debug builds `DEPLOY_TOKENS_JOURNAL_SECONDS` gives the seconds instead, so that a test need not wait for minutes.
#[cfg(any(debug_assertions, feature = "test-hooks"))]
fn shortened(deadline: Duration) -> Duration {
    let wanted = process_env::text("DEPLOY_TOKENS_JOURNAL_SECONDS").ok().flatten();
    let seconds = wanted.and_then(|text| text.trim().parse().ok());
    seconds.map_or(deadline, Duration::from_secs)
}

#[cfg(not(any(debug_assertions, feature = "test-hooks")))]
fn shortened(deadline: Duration) -> Duration {
    deadline
}

/// What is to be said of a deadline that was set and cannot be used.
pub(super) fn deadline_remark() -> Option<Problem> {
    wanted_deadline().err()
}

fn wanted_deadline() -> Result<Duration, Problem> {
    match process_env::text(MINUTES) {
        Ok(None) => Ok(journal::DEADLINE),
        Ok(Some(text)) => minutes(&text),
        Err(_) => minutes(""),
    }
}

fn minutes(text: &str) -> Result<Duration, Problem> {
    let minutes = text.trim().parse::<u64>().ok();
    let minutes = minutes.filter(|minutes| (1..=MOST_MINUTES).contains(minutes));
    let seconds = minutes.and_then(|minutes| minutes.checked_mul(60));
    seconds.map(Duration::from_secs).ok_or_else(|| {
        MachineError::NotMinutes {
            variable: MINUTES,
            most: MOST_MINUTES,
        }
        .into()
    })
}

/// The key file, for machines without a keychain. Only a window asks for its passphrase.
#[cfg(feature = "gui")]
pub(super) fn file(named: Option<&Path>) -> Option<PathBuf> {
    folder(named).map(|folder| folder.join(KEY_FILE))
}

/// Opens the key file, or makes it where there is none.
#[cfg(feature = "gui")]
pub(super) async fn unlock(path: &Path, passphrase: SecretText) -> Result<Keychain, KeychainError> {
    if file_exists(path) {
        return Keychain::open_file(path, passphrase).await;
    }
    Keychain::create_file(path, passphrase).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_a_number_within_a_day() {
        let seconds = |text| minutes(text).map(|it| it.as_secs()).ok();
        assert_eq!(
            (seconds("1"), seconds(" 90 "), seconds("1440")),
            (Some(60), Some(5400), Some(86_400))
        );
        for wrong in ["", "0", "1441", "-5", "15m", "1.5", "99999999999999999999999"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
