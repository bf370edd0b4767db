//! Sign-in (docs/protocol.md 2): e-mail, password and one-time code, or the browser flow. No bearer token is needed.
//!
//! A password is hashed outside the database's lock, one at a time.

use axum::extract::State;
use axum::http::StatusCode;

use super::{Call, Pending, public_by_hand};
use crate::answer::{Answer, Refusal, Reply};
use crate::checks::Checks;
use crate::input::Input;
use crate::password::NotChecked;
use crate::store::directory;
use crate::store::sign_in::{self, Account, Standing};
use crate::store::{Access, Sessions, Store, StoreError};
use protocol::secret::SecretText;
use protocol::wire::sign_in::{
    CodeNeededDocument, Named, PasswordRequest, PollDocument, PollRequest, SessionDocument, SignedInUser,
    TicketDocument, TicketStatus, UnknownTicketDocument,
};
use rusqlite::Connection;

/// Seconds between two polls.
const POLL_INTERVAL: u64 = 3;
/// The longest e-mail address and password, in characters.
const TEXT_LIMIT: usize = 255;
/// Of a flow that is approved and whose token is gone: it has to be started again.
const TOKEN_GONE: &str = "unsupported";

/// `POST /cli/login`
pub(super) fn login(State(store): State<Store>, input: Input) -> Pending {
    public_by_hand(store, input, |store, input| {
        Box::pin(async move { try_login(&store, &input).await })
    })
}

async fn try_login(store: &Store, input: &Input) -> Answer {
    let PasswordRequest {
        email,
        password,
        code,
    } = credentials(input)?;
    let account = store
        .run(Access::Read, move |db| {
            Ok::<_, StoreError>(sign_in::account(db, &email)?)
        })
        .await?;
    let Some(account) = check_password(store, account, password).await? else {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Invalid credentials."));
    };
    if !account.verified {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "Email address not verified."));
    }
    store
        .run(Access::Write, move |db| {
            if let Some(secret) = &account.totp {
                match &code {
                    None => {
                        return Reply::ok(&CodeNeededDocument {
                            two_factor: true,
                            message: "Two-factor authentication code required.",
                        });
                    }
                    Some(code) if sign_in::take_code(db, &account.user, secret, code)? => {}
                    Some(_) => {
                        let wrong = "Invalid two-factor authentication code.";
                        return Err(Refusal::unprocessable(wrong));
                    }
                }
            }
            let token = sign_in::start_session(db, &account.user.id)?;
            let organizations = directory::organizations(db, &account.user)?;
            let named = organizations.iter().map(|organization| Named {
                id: organization.id.as_str(),
                name: &organization.name,
            });
            Reply::ok(&SessionDocument {
                token: &token,
                user: SignedInUser {
                    id: &account.user.id,
                    name: Some(&account.user.name),
                    email: &account.user.email,
                },
                organizations: named.collect(),
            })
        })
        .await
}

fn credentials(input: &Input) -> Result<PasswordRequest, Refusal> {
    let body = input.json()?;
    let mut checks = Checks::of(&body);
    for name in ["email", "password"] {
        checks.needed_text(name, TEXT_LIMIT);
    }
    checks.done()?;
    Ok(PasswordRequest::read(&body)?)
}

/// The account, if the password is its own. Without an account it takes as long.
pub(super) async fn check_password(
    store: &Store,
    account: Option<Account>,
    password: SecretText,
) -> Result<Option<Account>, Refusal> {
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    match store.hashing.fits(password, stored).await {
        Ok(fits) => Ok(account.filter(|_| fits)),
        Err(NotChecked::TooMany) => Err(Refusal::too_many(1)),
        Err(NotChecked::CutOff) => Err(Refusal::internal()),
    }
}

/// `POST /cli/login/start`
pub(super) fn start(call: &Call<'_, ()>) -> Answer {
    let started = sign_in::start_ticket(call.db)?;
    let (page, host) = (started.page.as_str(), call.input.host());
    Reply::ok(&TicketDocument {
        ticket: &started.ticket,
        login_url: &format!("http://{host}{}{page}", super::PAGE),
        poll_url: &format!("http://{host}{}/cli/login/poll", super::BASE),
        poll_interval: POLL_INTERVAL,
        expires_at: &started.expires_at,
    })
}

/// `POST /cli/login/poll`. The token is made when it is first fetched, and given again until the ticket ends.
pub(super) fn poll(State(store): State<Store>, input: Input) -> Pending {
    public_by_hand(store, input, |store, input| {
        let sessions = store.sessions.clone();
        let work = move |db: &rusqlite::Transaction<'_>| answer_poll(db, &sessions, &input);
        Box::pin(async move { store.run(Access::Write, work).await })
    })
}

fn answer_poll(db: &Connection, sessions: &Sessions, input: &Input) -> Answer {
    let body = input.json()?;
    let mut checks = Checks::of(&body);
    checks.needed_uuid("ticket");
    checks.done()?;
    let request = PollRequest::read(&body)?;
    // Exposed to be looked up by its hash.
    let ticket = request.ticket.expose();
    let status = match sign_in::ticket_standing(db, ticket)? {
        Standing::Unknown => {
            let unknown = UnknownTicketDocument {
                kind: "cancelled",
                status: "not_found",
                message: "This sign-in is not known.",
            };
            return Reply::with(StatusCode::NOT_FOUND, &unknown);
        }
        Standing::Pending => TicketStatus::Pending,
        Standing::Expired => TicketStatus::Expired,
        Standing::Approved(user) if !sign_in::is_verified(db, &user)? => TicketStatus::VerificationRequired,
        Standing::Approved(user) => {
            sign_in::use_up(db, ticket)?;
            let token = sign_in::start_session(db, &user)?;
            sessions.keep(ticket, &token);
            TicketStatus::Approved
        }
        Standing::Used => TicketStatus::Approved,
    };
    let token = match status {
        TicketStatus::Approved => sessions.of(ticket),
        _ => None,
    };
    let gone = status == TicketStatus::Approved && token.is_none();
    Reply::ok(&PollDocument {
        kind: if gone { TOKEN_GONE } else { status.as_str() },
        status,
        token: token.as_deref().map(String::as_str),
    })
}

/// Nobody can register here.
pub(super) async fn no_registration() -> Refusal {
    Refusal::new(
        StatusCode::NOT_IMPLEMENTED,
        "The local workspace takes no registration.",
    )
}
