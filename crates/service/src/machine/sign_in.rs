//! Signing in: by the browser, or by e-mail and password (docs/protocol.md 2).
//!
//! Nothing here opens a browser or stores a session: the caller does. Dropping the future of [`wait_for_browser`] is how
//! waiting is cancelled; it holds nothing that would have to be undone.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

pub use client::{BrowserTicket, PasswordOutcome};
use client::{PollOutcome, SignIn};
use model::{CallError, Problem, SignInEnd, Waiting};
use protocol::Moment;
use protocol::secret::{AccessToken, SecretText};

/// How long is waited where the server does not say when a ticket ends.
const PATIENCE_SECONDS: i64 = 15 * 60;
/// The longest wait that a server may ask for in between.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Time, replaceable in tests.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Moment;
    /// Waits.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// How a browser sign-in ended.
#[derive(Clone, Debug)]
pub enum BrowserOutcome {
    /// With a session.
    SignedIn(AccessToken),
    /// Without one.
    Ended(SignInEnd),
}

/// Starts a browser sign-in; `None` when this server has none, and a password is the way.
///
/// # Errors
/// API errors.
pub async fn start_browser(client: &SignIn) -> Result<Option<BrowserTicket>, Problem> {
    Ok(client.start_browser().await?)
}

/// Polls at the ticket's interval until somebody decides or the ticket ends. A server that is gone meanwhile may come
/// back; only a refusal ends the wait early.
///
/// # Errors
/// API errors that do not pass by themselves.
pub async fn wait_for_browser(
    client: &SignIn,
    ticket: &BrowserTicket,
    clock: &dyn Clock,
    tell: &(dyn Fn(Waiting) + Send + Sync),
) -> Result<BrowserOutcome, Problem> {
    let end = ticket
        .expires_at
        .unwrap_or_else(|| clock.now().plus_seconds(PATIENCE_SECONDS));
    let mut pause = ticket.poll_interval;
    let mut lost = false;
    loop {
        if clock.now() >= end {
            return Ok(BrowserOutcome::Ended(SignInEnd::Expired));
        }
        clock.sleep(pause).await;
        pause = ticket.poll_interval;
        match client.poll(ticket).await {
            Ok(PollOutcome::SignedIn(token)) => return Ok(BrowserOutcome::SignedIn(token)),
            Ok(PollOutcome::VerificationRequired) => {
                return Ok(BrowserOutcome::Ended(SignInEnd::VerificationRequired));
            }
            Ok(PollOutcome::Expired) => return Ok(BrowserOutcome::Ended(SignInEnd::Expired)),
            Ok(PollOutcome::Cancelled) => return Ok(BrowserOutcome::Ended(SignInEnd::Cancelled)),
            Ok(PollOutcome::Pending) => {
                if std::mem::replace(&mut lost, false) {
                    tell(Waiting::ForPerson);
                }
            }
            Err(error) => {
                pause = passing(&error, pause).ok_or(error)?;
                if !std::mem::replace(&mut lost, true) {
                    tell(Waiting::ForServer);
                }
            }
        }
    }
}

/// How long to wait after an error that may pass by itself.
fn passing(error: &CallError, usual: Duration) -> Option<Duration> {
    let asked = error.retry_after().unwrap_or(usual);
    error
        .may_pass()
        .then(|| asked.clamp(usual, LONGEST_PAUSE.max(usual)))
}

/// Signs in with e-mail and password; with a code where the first answer asked for one.
///
/// # Errors
/// API errors; a refusal is an outcome.
pub async fn password(
    client: &SignIn,
    email: &str,
    password: &SecretText,
    code: Option<&SecretText>,
) -> Result<PasswordOutcome, Problem> {
    Ok(client.password(email, password, code).await?)
}
