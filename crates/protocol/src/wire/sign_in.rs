//! Sign-in (docs/protocol.md 2).

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::WireError;
use super::read::{json, known_moment};
use super::request::RequestError;
use super::written::seconds;
use crate::secret::{AccessToken, SecretText};
use crate::types::Moment;

/// Seconds between two polls where the server names none.
const DEFAULT_INTERVAL: f64 = 2.0;
/// The shortest and the longest wait between two polls, in seconds.
const INTERVALS: std::ops::RangeInclusive<f64> = 1.0..=60.0;

/// The longest text of a sign-in that a server looks at, in bytes.
const LONGEST_TEXT: usize = 1024;
/// The most bytes of an answer with a token that are read.
const LONGEST_ANSWER: usize = 64 * 1024;

/// `POST /cli/login`. Its secrets are written from, and read into, memory that is wiped; what a JSON parser copies on the way
/// is not.
#[derive(Debug, Serialize)]
pub struct PasswordRequest {
    /// E-mail address.
    pub email: String,
    /// Password.
    #[serde(serialize_with = "in_clear")]
    pub password: SecretText,
    /// One-time code.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_clear_if_any")]
    pub code: Option<SecretText>,
}

impl PasswordRequest {
    /// Reads a parsed body.
    ///
    /// # Errors
    /// [`RequestError::Required`] for the e-mail address and the password. A code that is not a text counts as none.
    pub fn read(body: &Value) -> Result<Self, RequestError> {
        Ok(Self {
            email: required_text(body, "email")?.to_owned(),
            password: SecretText::new(required_text(body, "password")?.to_owned()),
            code: sent_text(body, "code").map(|code| SecretText::new(code.to_owned())),
        })
    }
}

/// `POST /cli/login/poll`.
#[derive(Debug, Serialize)]
pub struct PollRequest {
    /// The ticket.
    #[serde(serialize_with = "in_clear")]
    pub ticket: SecretText,
}

impl PollRequest {
    /// Reads a parsed body.
    ///
    /// # Errors
    /// [`RequestError::Required`].
    pub fn read(body: &Value) -> Result<Self, RequestError> {
        let ticket = SecretText::new(required_text(body, "ticket")?.to_owned());
        Ok(Self { ticket })
    }
}

fn in_clear<S: Serializer>(secret: &SecretText, serializer: S) -> Result<S::Ok, S::Error> {
    // Exposed to be sent: that is how this sign-in works.
    serializer.serialize_str(secret.expose())
}

fn in_clear_if_any<S: Serializer>(secret: &Option<SecretText>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => in_clear(secret, serializer),
        None => serializer.serialize_none(),
    }
}

fn sent_text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let text = body.get(name)?.as_str()?;
    (!text.is_empty() && text.len() <= LONGEST_TEXT).then_some(text)
}

fn required_text<'a>(body: &'a Value, what: &'static str) -> Result<&'a str, RequestError> {
    sent_text(body, what).ok_or(RequestError::Required { what })
}

/// What a start is answered. Not `Debug`: the ticket and the page are secrets, lent for as long as they are written.
#[derive(Serialize)]
pub struct TicketDocument<'a> {
    /// By which the token is fetched.
    pub ticket: &'a str,
    /// The page to open.
    pub login_url: &'a str,
    /// Where to poll.
    pub poll_url: &'a str,
    /// Seconds between two polls.
    pub poll_interval: u64,
    /// When the ticket ends.
    #[serde(serialize_with = "seconds")]
    pub expires_at: &'a str,
}

/// What a poll is answered. Not `Debug`, because of the token.
#[derive(Serialize)]
pub struct PollDocument<'a> {
    /// The status again, or `unsupported` where a flow is approved and its token is gone.
    pub kind: &'static str,
    /// Where the flow stands.
    pub status: TicketStatus,
    /// The user's bearer token, with [`TicketStatus::Approved`] alone; at each poll until the ticket ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'a str>,
}

/// What the poll of an unknown ticket is answered, with 404.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UnknownTicketDocument {
    /// `cancelled`.
    pub kind: &'static str,
    /// `not_found`.
    pub status: &'static str,
    /// In words.
    pub message: &'static str,
}

/// Where a browser flow stands (docs/protocol.md 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// Nobody has decided yet.
    Pending,
    /// Somebody has allowed it.
    Approved,
    /// The e-mail address has to be verified first.
    VerificationRequired,
    /// The ticket has ended.
    Expired,
    /// Somebody has cancelled.
    Cancelled,
}

impl TicketStatus {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::VerificationRequired => "verification_required",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the text exactly; `None` for every other one.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Pending,
            Self::Approved,
            Self::VerificationRequired,
            Self::Expired,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }
}

/// What a right password is answered. Not `Debug`, because of the token.
#[derive(Serialize)]
pub struct SessionDocument<'a> {
    /// The user's bearer token.
    pub token: &'a str,
    /// Whose it is.
    pub user: SignedInUser<'a>,
    /// Where that person belongs.
    pub organizations: Vec<Named<'a>>,
}

/// Who signed in.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SignedInUser<'a> {
    /// Which person.
    pub id: &'a str,
    /// The name.
    pub name: Option<&'a str>,
    /// The e-mail address.
    pub email: &'a str,
}

/// A record by its name.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Named<'a> {
    /// Which one.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// What a right password is answered where a one-time code is needed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CodeNeededDocument {
    /// Always true.
    pub two_factor: bool,
    /// In words.
    pub message: &'static str,
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
    /// The ticket has ended, or its token is gone.
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
        Value::String(text) => Some(AccessToken::new(text)).filter(AccessToken::can_be_sent),
        _ => None,
    })
}

fn read(body: &[u8]) -> Result<TokenResponse, WireError> {
    // An answer that is not JSON counts as `{}` (docs/protocol.md 1.3).
    let body = if body.len() <= LONGEST_ANSWER { body } else { b"{}" };
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
        expires_at: known_moment(&answer, "expires_at"),
    })
}

/// The answer to a poll (docs/protocol.md 2.2).
///
/// # Errors
/// None in practice: what cannot be read counts as an answer without a status.
pub fn poll(body: &[u8]) -> Result<PollOutcome, WireError> {
    let answer = read(body)?;
    let status = answer.status.as_str();
    Ok(
        match (answer.token, status, status.and_then(TicketStatus::parse)) {
            (Some(token), ..) => PollOutcome::SignedIn(token),
            (None, None, _) | (None, _, Some(TicketStatus::Pending)) => PollOutcome::Pending,
            (None, _, Some(TicketStatus::VerificationRequired)) => PollOutcome::VerificationRequired,
            // The server has forgotten the token of an approved flow: it has to be started again.
            (None, _, Some(TicketStatus::Expired | TicketStatus::Approved)) => PollOutcome::Expired,
            (None, _, Some(TicketStatus::Cancelled) | None) => PollOutcome::Cancelled,
        },
    )
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
            (r#"{"kind":"unsupported","status":"approved"}"#, "expired"),
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

    #[test]
    fn requests_are_read_as_they_were_written() {
        let secret = |text: &str| SecretText::new(text.to_owned());
        let request = |code| PasswordRequest {
            email: "a@b.example".to_owned(),
            password: secret("pass\"word"),
            code,
        };
        for code in [None, Some(secret("123456"))] {
            let has_code = code.is_some();
            let written = serde_json::to_value(request(code)).unwrap();
            assert_eq!(written.get("code").is_some(), has_code);
            let read = PasswordRequest::read(&written).unwrap();
            assert_eq!(read.email, "a@b.example");
            assert!(read.password.ct_eq(&secret("pass\"word")));
            assert_eq!(
                read.code.is_some_and(|code| code.ct_eq(&secret("123456"))),
                has_code
            );
            assert!(!format!("{:?}", request(Some(secret("123456")))).contains("123456"));
        }
        let written = serde_json::to_value(PollRequest { ticket: secret("t") }).unwrap();
        assert!(PollRequest::read(&written).unwrap().ticket.ct_eq(&secret("t")));
        for (body, what) in [
            (serde_json::json!([]), "email"),
            (serde_json::json!({"email": 7, "password": "p"}), "email"),
            (serde_json::json!({"email": "e", "password": ""}), "password"),
            (
                serde_json::json!({"email": "e", "password": "p".repeat(LONGEST_TEXT + 1)}),
                "password",
            ),
        ] {
            let error = PasswordRequest::read(&body).unwrap_err();
            assert_eq!(error, RequestError::Required { what }, "{what}");
        }
    }

    #[test]
    fn answers_are_read_as_they_were_written() {
        let bytes = |status: TicketStatus, token| {
            let kind = status.as_str();
            serde_json::to_vec(&PollDocument { kind, status, token }).unwrap()
        };
        let done = bytes(TicketStatus::Approved, Some("x"));
        assert!(matches!(poll(&done).unwrap(), PollOutcome::SignedIn(_)));
        let verify = bytes(TicketStatus::VerificationRequired, None);
        assert!(matches!(
            poll(&verify).unwrap(),
            PollOutcome::VerificationRequired
        ));
        let code = CodeNeededDocument {
            two_factor: true,
            message: "A code is needed.",
        };
        let code = serde_json::to_vec(&code).unwrap();
        assert!(matches!(
            password(&code, false).unwrap(),
            PasswordOutcome::CodeNeeded
        ));
        let session = SessionDocument {
            token: "x",
            user: SignedInUser {
                id: "u",
                name: None,
                email: "a@b.example",
            },
            organizations: vec![Named { id: "o", name: "O" }],
        };
        let session = serde_json::to_vec(&session).unwrap();
        assert!(matches!(
            password(&session, true).unwrap(),
            PasswordOutcome::SignedIn(_)
        ));
        let started = TicketDocument {
            ticket: "t",
            login_url: "http://127.0.0.1:1/sign-in/p",
            poll_url: "http://127.0.0.1:1/api/v2/cli/login/poll",
            poll_interval: 3,
            expires_at: "2026-02-03T04:05:06.007Z",
        };
        let read = ticket(&serde_json::to_vec(&started).unwrap()).unwrap();
        assert_eq!(read.expires_at, Moment::parse("2026-02-03T04:05:06Z"));
    }
}
