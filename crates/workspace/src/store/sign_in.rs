//! Sign-in: attempts, one-time codes, tickets of the browser flow, sessions (docs/protocol.md 2).
//!
//! Tickets and access tokens are stored as hashes only.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::users::User;
use super::{StoreError, Thing};
use crate::random;
use crate::stamp::now;
use crate::token_hash::TokenHash;
use crate::totp::TotpSecret;
use protocol::Moment;
use protocol::secret::SecretText;

/// How long a wrong attempt on the page counts.
const WINDOW_SECONDS: i64 = 60;
/// How many wrong attempts on the page an address has within that time.
const MAX_WRONG: i64 = 5;
/// How long a ticket is good.
const TICKET_SECONDS: i64 = 300;
/// How many tickets may wait at once; starting one takes no sign-in.
const MAX_PENDING: i64 = 200;

/// Whose credentials are to be checked.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) password_hash: String,
    pub(crate) totp: Option<TotpSecret>,
    pub(crate) verified: bool,
}

/// An attempt that counts as wrong until it is forgiven.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt(i64);

/// The account of an e-mail address, if it has a password.
pub(crate) fn account(db: &Connection, email: &str) -> rusqlite::Result<Option<Account>> {
    db.prepare_cached(
        "SELECT id, name, email, password_hash, totp_secret, email_verified_at IS NOT NULL FROM users
         WHERE lower(email) = ?1 AND password_hash IS NOT NULL",
    )?
    .query_row([address(email)], |row| {
        Ok(Account {
            user: User {
                id: row.get(0)?,
                name: row.get(1)?,
                email: row.get(2)?,
            },
            password_hash: row.get(3)?,
            totp: row.get::<_, Option<Vec<u8>>>(4)?.and_then(TotpSecret::take),
            verified: row.get(5)?,
        })
    })
    .optional()
}

/// The one account that the confirmation page is for: the first that has a password.
pub(crate) fn local_account(db: &Connection) -> Result<Account, StoreError> {
    let email: Option<String> = db
        .prepare_cached("SELECT email FROM users WHERE password_hash IS NOT NULL ORDER BY rowid LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let account = email.map(|email| account(db, &email)).transpose()?.flatten();
    account.ok_or(StoreError::NotFound(Thing::Account))
}

fn address(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Counts an attempt before it is checked, so that many at once do not get past the limit.
pub(crate) fn attempt(db: &Connection, email: &str) -> Result<Attempt, StoreError> {
    let (email, at) = (address(email), Moment::now());
    let begin = at.plus_seconds(-WINDOW_SECONDS).to_wire();
    db.execute("DELETE FROM sign_in_attempts WHERE at < ?1", [&begin])?;
    let (wrong, oldest): (i64, Option<String>) = db.query_row(
        "SELECT count(*), min(at) FROM sign_in_attempts WHERE email = ?1",
        [&email],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if wrong >= MAX_WRONG {
        let oldest = oldest.as_deref().and_then(Moment::parse).unwrap_or(at);
        let wait = WINDOW_SECONDS.saturating_sub(at.seconds_since(oldest));
        return Err(StoreError::TooMany(u64::try_from(wait.max(1)).unwrap_or(1)));
    }
    db.execute(
        "INSERT INTO sign_in_attempts (email, at) VALUES (?1, ?2)",
        params![email, at.to_wire()],
    )?;
    Ok(Attempt(db.last_insert_rowid()))
}

/// The attempt was right.
pub(crate) fn forgive(db: &Connection, attempt: Attempt) -> rusqlite::Result<()> {
    db.execute("DELETE FROM sign_in_attempts WHERE id = ?1", [attempt.0])?;
    Ok(())
}

/// Takes a code, which then does not work again; whether it was right.
pub(crate) fn take_code(
    db: &Connection,
    user: &User,
    secret: &TotpSecret,
    code: &SecretText,
) -> rusqlite::Result<bool> {
    let last: Option<i64> = db.query_row(
        "SELECT totp_last_step FROM users WHERE id = ?1",
        [&user.id],
        |row| row.get(0),
    )?;
    let Some(step) = secret.matching_step(code, Moment::now(), last) else {
        return Ok(false);
    };
    db.execute(
        "UPDATE users SET totp_last_step = ?2 WHERE id = ?1",
        params![user.id, step],
    )?;
    Ok(true)
}

/// Starts a session and gives its bearer token, which is not to be had again.
pub(crate) fn start_session(db: &Connection, user_id: &str) -> Result<Zeroizing<String>, StoreError> {
    let secret = random::make_base62()?;
    let id: i64 = db.query_row("SELECT coalesce(max(id), 0) + 1 FROM access_tokens", [], |row| {
        row.get(0)
    })?;
    let token = Zeroizing::new(format!("{id}|{}", secret.as_str()));
    db.execute(
        "INSERT INTO access_tokens (id, user_id, token_hash, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![id, user_id, TokenHash::of(&token).as_bytes(), now()],
    )?;
    Ok(token)
}

/// A started browser flow.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) ticket: Zeroizing<String>,
    pub(crate) page: Zeroizing<String>,
    pub(crate) expires_at: String,
}

/// Starts a browser flow.
pub(crate) fn start_ticket(db: &Connection) -> Result<Started, StoreError> {
    let at = Moment::now();
    db.execute(
        "DELETE FROM sign_in_tickets WHERE expires_at < ?1",
        [at.plus_seconds(-24 * 3600).to_wire()],
    )?;
    let waiting: i64 = db.query_row(
        "SELECT count(*) FROM sign_in_tickets WHERE status = 'pending' AND expires_at > ?1",
        [at.to_wire()],
        |row| row.get(0),
    )?;
    if waiting >= MAX_PENDING {
        return Err(StoreError::TooMany(60));
    }
    let started = Started {
        ticket: random::make_uuid()?,
        page: random::make_base62()?,
        expires_at: at.plus_seconds(TICKET_SECONDS).to_wire(),
    };
    db.execute(
        "INSERT INTO sign_in_tickets (ticket_hash, page_hash, status, created_at, expires_at)
         VALUES (?1, ?2, 'pending', ?3, ?4)",
        params![
            TokenHash::of(&started.ticket).as_bytes(),
            TokenHash::of(&started.page).as_bytes(),
            at.to_wire(),
            started.expires_at
        ],
    )?;
    Ok(started)
}

/// Where a browser flow stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Pending,
    /// By the user with this id.
    Approved(String),
    /// Its token was given.
    Used,
    Expired,
    /// It was never started.
    Unknown,
}

/// Where the flow with this ticket stands.
pub(crate) fn ticket_standing(db: &Connection, ticket: &str) -> rusqlite::Result<Standing> {
    standing(db, "ticket_hash", ticket)
}

/// Where the flow with this page stands.
pub(crate) fn page_standing(db: &Connection, page: &str) -> rusqlite::Result<Standing> {
    standing(db, "page_hash", page)
}

fn standing(db: &Connection, column: &str, secret: &str) -> rusqlite::Result<Standing> {
    let found: Option<(String, Option<String>, String)> = db
        .prepare_cached(&format!(
            "SELECT status, user_id, expires_at FROM sign_in_tickets WHERE {column} = ?1"
        ))?
        .query_row([TokenHash::of(secret).as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(match found {
        None => Standing::Unknown,
        Some((_, _, expires_at)) if expires_at <= now() => Standing::Expired,
        Some((status, Some(user), _)) if status == "approved" => Standing::Approved(user),
        Some((status, ..)) if status == "pending" => Standing::Pending,
        Some((status, ..)) if status == "used" => Standing::Used,
        Some(_) => Standing::Expired,
    })
}

/// The person at the page allows it. Only a pending flow changes.
pub(crate) fn allow(db: &Connection, page: &str, user: &User) -> rusqlite::Result<bool> {
    let changed = db.execute(
        "UPDATE sign_in_tickets SET status = 'approved', user_id = ?2
         WHERE page_hash = ?1 AND status = 'pending' AND expires_at > ?3",
        params![TokenHash::of(page).as_bytes(), user.id, now()],
    )?;
    Ok(changed == 1)
}

/// The token of a ticket was given.
pub(crate) fn use_up(db: &Connection, ticket: &str) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE sign_in_tickets SET status = 'used' WHERE ticket_hash = ?1",
        [TokenHash::of(ticket).as_bytes()],
    )?;
    Ok(())
}

/// The tokens of approved flows by the hashes of their tickets, in memory alone: what is on the disk is a hash.
#[derive(Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<HashMap<[u8; 32], Kept>>>);

/// A token, and until when it is given again.
type Kept = (Moment, Zeroizing<String>);

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    /// Keeps the token of a ticket for as long as a ticket may last.
    pub(crate) fn keep(&self, ticket: &str, token: &Zeroizing<String>) {
        let end = Moment::now().plus_seconds(TICKET_SECONDS);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (end, _)| end.seconds_since(Moment::now()) > 0);
        kept.insert(*TokenHash::of(ticket).as_bytes(), (end, token.clone()));
    }

    /// The token of a ticket, if it is there still.
    pub(crate) fn of(&self, ticket: &str) -> Option<Zeroizing<String>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(TokenHash::of(ticket).as_bytes())
            .map(|(_, token)| token.clone())
    }
}

/// Whether a user's e-mail address is verified.
pub(crate) fn is_verified(db: &Connection, user_id: &str) -> rusqlite::Result<bool> {
    db.query_row(
        "SELECT email_verified_at IS NOT NULL FROM users WHERE id = ?1",
        [user_id],
        |row| row.get(0),
    )
}
