//! Sign-in (docs/protocol.md 2): e-mail, password and one-time code, or the browser flow. No bearer token is needed.
//!
//! Wrong attempts are limited by address. A password is hashed outside the database's lock, two at a time.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::{Call, Pending};
use crate::answer::{Answer, Refusal, Reply};
use crate::input::Input;
use crate::password;
use crate::store::sign_in::{self, Account, Attempt, Standing};
use crate::store::{Access, Store, StoreError};
use protocol::secret::SecretText;
use protocol::wire::sign_in::{
    PasswordDocument, PasswordRequest, PollDocument, PollRequest, TicketDocument, TicketStatus,
};

/// Seconds between two polls.
const POLL_INTERVAL: u64 = 1;

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
    let PasswordRequest {
        email,
        password,
        code,
    } = PasswordRequest::read(&input.json()?)?;
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
                        return Reply::ok(&PasswordDocument {
                            token: None,
                            two_factor: true,
                        });
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
            Reply::ok(&PasswordDocument {
                token: Some(&token),
                two_factor: false,
            })
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
            Ok::<_, StoreError>((attempt, sign_in::account(db, &email)?))
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

fn wrong(field: &str, message: &str) -> Refusal {
    Refusal::invalid(field, message)
}

/// `POST /cli/login/start`
pub(super) fn start(call: &Call<'_, ()>) -> Answer {
    let started = sign_in::start_ticket(call.db)?;
    let page = started.page.as_str();
    Reply::ok(&TicketDocument {
        ticket: &started.ticket,
        login_url: &format!("http://{}/sign-in/{page}", call.input.host()),
        poll_interval: POLL_INTERVAL,
        expires_at: &started.expires_at,
    })
}

/// `POST /cli/login/poll`. The token is made when it is fetched, and the ticket is used up by that.
pub(super) fn poll(call: &Call<'_, ()>) -> Answer {
    let request = PollRequest::read(&call.input.json()?)?;
    // Exposed to be looked up by its hash.
    let ticket = request.ticket.expose();
    let status = match sign_in::ticket_standing(call.db, ticket)? {
        Standing::Pending => TicketStatus::Pending,
        Standing::Cancelled => TicketStatus::Cancelled,
        Standing::Expired => TicketStatus::Expired,
        Standing::Approved(user) if !sign_in::is_verified(call.db, &user)? => {
            TicketStatus::VerificationRequired
        }
        Standing::Approved(user) => {
            sign_in::use_up(call.db, ticket)?;
            let token = sign_in::start_session(call.db, &user)?;
            return Reply::ok(&PollDocument {
                status: TicketStatus::Approved,
                token: Some(&token),
            });
        }
    };
    Reply::ok(&PollDocument { status, token: None })
}

/// Nobody can register here.
pub(super) async fn no_registration() -> Refusal {
    Refusal::new(
        StatusCode::NOT_IMPLEMENTED,
        "The local workspace has one account and takes no registration.",
    )
}
