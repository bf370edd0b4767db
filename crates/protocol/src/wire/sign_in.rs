//! Sign-in (docs/protocol.md 2).

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WireError;
use super::shape::{json, moment};
use crate::secret::{AccessToken, SecretText};
use crate::types::Moment;

/// Seconds between two polls where the server names none.
const DEFAULT_INTERVAL: f64 = 2.0;
/// The shortest and the longest wait between two polls, in seconds.
const INTERVALS: std::ops::RangeInclusive<f64> = 1.0..=60.0;

/// `POST /cli/login`. Its texts are secrets, lent for as long as it is written.
#[derive(Serialize)]
pub struct PasswordRequest<'a> {
    /// E-mail address.
    pub email: &'a str,
    /// Password.
    pub password: &'a str,
    /// One-time code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
}

/// `POST /cli/login/poll`.
#[derive(Serialize)]
pub struct PollRequest<'a> {
    /// The ticket.
    pub ticket: &'a str,
}

/// A started browser flow.
#[derive(Clone, Debug)]
pub struct BrowserTicket {
    /// By which the token is fetched.
    pub ticket: SecretText,
    /// The page to open, as the server tells it: whoever opens it checks where it leads.
    pub login_url: String,
    /// The wait between two polls: at least a second.
    pub poll_interval: Duration,
    /// When the ticket ends, where the server tells it.
    pub expires_at: Option<Moment>,
}

/// What a poll says.
#[derive(Clone, Debug)]
pub enum PollOutcome {
    /// Keep polling.
    Pending,
    /// Done.
    SignedIn(AccessToken),
    /// The e-mail address has to be verified first.
    VerificationRequired,
    /// The ticket has ended.
    Expired,
    /// Somebody cancelled, or the server says something unknown.
    Cancelled,
}

/// What the server says to a password.
#[derive(Clone, Debug)]
pub enum PasswordOutcome {
    /// Done.
    SignedIn(AccessToken),
    /// The same once more, with a one-time code.
    CodeNeeded,
    /// E-mail address, password or code is wrong, or this account may not.
    Refused {
        /// The server's own short text, where it gave one.
        detail: Option<String>,
    },
}

#[derive(Deserialize)]
struct TokenResponse {
    #[serde(default, deserialize_with = "lenient")]
    token: Option<AccessToken>,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    two_factor: Value,
}

/// A text with characters; anything else is as if it were not there.
fn lenient<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<AccessToken>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(AccessToken::new(text)).filter(|token| !token.is_blank()),
        _ => None,
    })
}

fn read(body: &[u8]) -> Result<TokenResponse, WireError> {
    // An answer that is not JSON counts as `{}` (docs/protocol.md 1.3).
    serde_json::from_slice(body)
        .or_else(|_| serde_json::from_str("{}"))
        .map_err(|_| WireError::NotJson)
}

/// The answer to a start.
///
/// # Errors
/// [`WireError`] names what is missing.
pub fn ticket(body: &[u8]) -> Result<BrowserTicket, WireError> {
    let answer = json(body)?;
    let text = |what: &'static str| match answer.get(what).and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(WireError::Missing { what }),
    };
    let ticket = SecretText::new(text("ticket")?.to_owned());
    let interval = answer
        .get("poll_interval")
        .and_then(Value::as_f64)
        .unwrap_or(DEFAULT_INTERVAL);
    Ok(BrowserTicket {
        ticket,
        login_url: text("login_url")?.trim().to_owned(),
        poll_interval: Duration::from_secs_f64(interval.clamp(*INTERVALS.start(), *INTERVALS.end())),
        expires_at: moment(&answer, "expires_at"),
    })
}

/// The answer to a poll (docs/protocol.md 2.2).
///
/// # Errors
/// None in practice: what cannot be read counts as an answer without a status.
pub fn poll(body: &[u8]) -> Result<PollOutcome, WireError> {
    let answer = read(body)?;
    Ok(match (answer.token, answer.status.as_str()) {
        (Some(token), _) => PollOutcome::SignedIn(token),
        (None, None | Some("pending")) => PollOutcome::Pending,
        (None, Some("verification_required" | "approved")) => PollOutcome::VerificationRequired,
        (None, Some("expired")) => PollOutcome::Expired,
        (None, Some(_)) => PollOutcome::Cancelled,
    })
}

/// The answer to a password, with or without a code (docs/protocol.md 2.1). Asking for a code that was just given is
/// refusing it.
///
/// # Errors
/// None in practice: what cannot be read counts as a refusal.
pub fn password(body: &[u8], with_code: bool) -> Result<PasswordOutcome, WireError> {
    let answer = read(body)?;
    Ok(match (answer.token, answer.two_factor.as_bool()) {
        (Some(token), _) => PasswordOutcome::SignedIn(token),
        (None, Some(true)) if !with_code => PasswordOutcome::CodeNeeded,
        _ => PasswordOutcome::Refused { detail: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_complete() {
        let whole = r#"{"ticket":"t","login_url":" https://ghostable.dev/cli?x=1 ","poll_interval":0.2}"#;
        let read = ticket(whole.as_bytes()).unwrap();
        assert_eq!(
            (read.poll_interval, read.expires_at),
            (Duration::from_secs(1), None)
        );
        assert_eq!(read.login_url, "https://ghostable.dev/cli?x=1");
        for (body, what) in [
            (r#"{"login_url":"https://a.example"}"#, "ticket"),
            (r#"{"ticket":"t","login_url":" "}"#, "login_url"),
            (r#"{"ticket":7,"login_url":"https://a.example"}"#, "ticket"),
        ] {
            assert_eq!(
                ticket(body.as_bytes()).err(),
                Some(WireError::Missing { what }),
                "{body}"
            );
        }
        let odd = r#"{"ticket":"t","login_url":"https://a.example","poll_interval":1e300,"expires_at":7}"#;
        assert_eq!(
            ticket(odd.as_bytes()).unwrap().poll_interval,
            Duration::from_secs(60)
        );
    }

    #[test]
    fn polls_are_read_as_the_table_says() {
        let kind = |body: &str| match poll(body.as_bytes()).unwrap() {
            PollOutcome::Pending => "pending",
            PollOutcome::SignedIn(_) => "token",
            PollOutcome::VerificationRequired => "verify",
            PollOutcome::Expired => "expired",
            PollOutcome::Cancelled => "cancelled",
        };
        for (body, expected) in [
            (r#"{"token":"x","status":"cancelled"}"#, "token"),
            ("{}", "pending"),
            ("<html>", "pending"),
            (r#"{"status":null,"token":null}"#, "pending"),
            (r#"{"status":"pending","token":" "}"#, "pending"),
            (r#"{"status":"approved"}"#, "verify"),
            (r#"{"status":"verification_required"}"#, "verify"),
            (r#"{"status":"expired"}"#, "expired"),
            (r#"{"status":"odd"}"#, "cancelled"),
        ] {
            assert_eq!(kind(body), expected, "{body}");
        }
    }

    #[test]
    fn passwords_are_answered_in_three_ways() {
        let read = |body: &str, with_code| password(body.as_bytes(), with_code).unwrap();
        assert!(matches!(
            read(r#"{"token":"x","two_factor":true}"#, false),
            PasswordOutcome::SignedIn(_)
        ));
        assert!(matches!(
            read(r#"{"two_factor":true}"#, false),
            PasswordOutcome::CodeNeeded
        ));
        for (body, with_code) in [(r#"{"two_factor":true}"#, true), ("{}", false), ("", true)] {
            assert!(
                matches!(read(body, with_code), PasswordOutcome::Refused { .. }),
                "{body}"
            );
        }
    }
}
