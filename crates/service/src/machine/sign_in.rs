//! Signing in: by the browser, or by e-mail and password (docs/protocol.md 2).
//!
//! Nothing here opens a browser or stores a session: the caller does. Dropping the future of [`wait_for_browser`] is how
//! waiting is cancelled; it holds nothing that would have to be undone.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use client::PollOutcome;
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

/// A server before anybody is signed in.
#[derive(Clone, Debug)]
pub struct SignIn(client::SignIn);

impl From<client::SignIn> for SignIn {
    fn from(client: client::SignIn) -> Self {
        Self(client)
    }
}

/// A browser sign-in that was started.
#[derive(Clone, Debug)]
pub struct BrowserTicket(client::BrowserTicket);

impl From<client::BrowserTicket> for BrowserTicket {
    fn from(ticket: client::BrowserTicket) -> Self {
        Self(ticket)
    }
}

impl BrowserTicket {
    /// The page to open: https, or on this machine if the server is there, too.
    pub fn page(&self) -> &str {
        &self.0.login_url
    }

    /// When it ends, where the server tells it.
    pub fn expires_at(&self) -> Option<Moment> {
        self.0.expires_at
    }
}

/// What came of an e-mail address and a password.
#[derive(Clone, Debug)]
pub enum PasswordOutcome {
    /// A session.
    SignedIn(AccessToken),
    /// The same once more, with a one-time code.
    CodeNeeded,
    /// E-mail address, password or code is wrong, or this account may not.
    Refused {
        /// The server's own short text, where it gave one.
        detail: Option<String>,
    },
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
pub async fn start_browser(server: &SignIn) -> Result<Option<BrowserTicket>, Problem> {
    Ok(server.0.start_browser().await?.map(BrowserTicket))
}

/// Polls at the ticket's interval until somebody decides or the ticket ends. A server that is gone meanwhile may come
/// back; only a refusal ends the wait early.
///
/// # Errors
/// API errors that do not pass by themselves.
pub async fn wait_for_browser(
    server: &SignIn,
    ticket: &BrowserTicket,
    clock: &dyn Clock,
    tell: &(dyn Fn(Waiting) + Send + Sync),
) -> Result<BrowserOutcome, Problem> {
    let (SignIn(client), BrowserTicket(ticket)) = (server, ticket);
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
    server: &SignIn,
    email: &str,
    password: &SecretText,
    code: Option<&SecretText>,
) -> Result<PasswordOutcome, Problem> {
    Ok(match server.0.password(email, password, code).await? {
        client::PasswordOutcome::SignedIn(token) => PasswordOutcome::SignedIn(token),
        client::PasswordOutcome::CodeNeeded => PasswordOutcome::CodeNeeded,
        client::PasswordOutcome::Refused { detail } => PasswordOutcome::Refused { detail },
    })
}
