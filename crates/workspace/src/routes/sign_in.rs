//! Sign-in (docs/protocol.md 2): e-mail, password and one-time code, or the browser flow. No bearer token is needed.
//!
//! Wrong attempts are limited by address. A password is hashed outside the database's lock, two at a time.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Call, Pending};
use crate::answer::{Answer, Refusal, Reply};
use crate::input::Input;
use crate::password;
use crate::store::sign_in::{self, Account, Attempt, Standing};
use crate::store::{Access, Store};
use protocol::secret::SecretText;

/// Seconds between two polls.
const POLL_INTERVAL: u64 = 1;
/// The longest password that is looked at.
const TEXT_LIMIT: usize = 1024;

/// `POST /cli/login`
pub(super) fn login(State(store): State<Store>, input: Input) -> Pending {
    Box::pin(async move {
        match try_login(&store, &input).await {
            Ok(reply) => reply.into_response(),
            Err(refusal) => refusal.into_response(),
        }
    })
}

async fn try_login(store: &Store, input: &Input) -> Answer {
    let body = input.json()?;
    let email = member(&body, "email")
        .ok_or_else(|| required("email"))?
        .to_owned();
    let password = member(&body, "password").ok_or_else(|| required("password"))?;
    let password = SecretText::new(password.to_owned());
    let code = member(&body, "code").map(|code| SecretText::new(code.to_owned()));
    let (attempt, account) = check_password(store, email, password).await?;
    let Some(account) = account else {
        return Err(wrong("email", "These credentials do not match."));
    };
    store
        .run(Access::Write, move |db| {
            if let Some(secret) = &account.totp {
                match &code {
                    None => {
                        sign_in::forgive(db, attempt)?;
                        return Reply::ok(&json!({ "two_factor": true }));
                    }
                    Some(code) if sign_in::take_code(db, &account.user, secret, code)? => {}
                    Some(_) => return Err(wrong("code", "This code is wrong, or was used already.")),
                }
            }
            if !account.verified {
                return Err(Refusal::forbidden("Verify your e-mail address first."));
            }
            sign_in::forgive(db, attempt)?;
            let token = sign_in::start_session(db, &account.user.id)?;
            Reply::ok(&json!({ "token": token.as_str(), "two_factor": false }))
        })
        .await
}

/// The account, if the password is its own. The attempt counts as wrong until it is forgiven.
pub(super) async fn check_password(
    store: &Store,
    email: String,
    password: SecretText,
) -> Result<(Attempt, Option<Account>), Refusal> {
    let (attempt, account) = store
        .run(Access::Write, move |db| {
            let attempt = sign_in::attempt(db, &email)?;
            Ok((attempt, sign_in::account(db, &email)?))
        })
        .await?;
    let _turn = store.hashing.acquire().await.map_err(|_| Refusal::internal())?;
    let hashed = tokio::task::spawn_blocking(move || {
        let stored = account.as_ref().map(|account| account.password_hash.as_str());
        let fits = password::verify(&password, stored);
        account.filter(|_| fits)
    });
    Ok((attempt, hashed.await.map_err(|_| Refusal::internal())?))
}

fn member<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    let text = body.get(name)?.as_str()?;
    (!text.is_empty() && text.len() <= TEXT_LIMIT).then_some(text)
}

fn required(field: &str) -> Refusal {
    wrong(field, "This is required, as a text.")
}

fn wrong(field: &str, message: &str) -> Refusal {
    Refusal::invalid(field, message)
}

/// `POST /cli/login/start`
pub(super) fn start(call: &Call<'_, ()>) -> Answer {
    let started = sign_in::start_ticket(call.db)?;
    Reply::ok(&json!({
        "ticket": started.ticket.as_str(),
        "login_url": format!("http://{}/sign-in/{}", call.input.host(), started.page.as_str()),
        "poll_interval": POLL_INTERVAL, "expires_at": started.expires_at,
    }))
}

/// `POST /cli/login/poll`. The token is made when it is fetched, and the ticket is used up by that.
pub(super) fn poll(call: &Call<'_, ()>) -> Answer {
    let body = call.input.json()?;
    let ticket = member(&body, "ticket").ok_or_else(|| required("ticket"))?;
    let status = match sign_in::ticket_standing(call.db, ticket)? {
        Standing::Pending => "pending",
        Standing::Cancelled => "cancelled",
        Standing::Expired => "expired",
        Standing::Approved(user) if !sign_in::is_verified(call.db, &user)? => "verification_required",
        Standing::Approved(user) => {
            sign_in::use_up(call.db, ticket)?;
            let token = sign_in::start_session(call.db, &user)?;
            return Reply::ok(&json!({ "status": "approved", "token": token.as_str() }));
        }
    };
    Reply::ok(&json!({ "status": status }))
}

/// Nobody can register here.
pub(super) async fn no_registration() -> Refusal {
    Refusal::new(
        StatusCode::NOT_IMPLEMENTED,
        "The local workspace has one account and takes no registration.",
    )
}
