//! Who is calling. Bearer tokens are stored and compared as SHA-256 only; the two kinds are kept apart:
//! a user's token works everywhere but on `/ci/deploy`, a CI token only there.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::answer::Refusal;
use super::store::now;

/// The SHA-256 of a bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    /// Hashes a token.
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// As it is stored.
    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A signed-in user.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
}

/// A runner: an active deploy token, by its CI token.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    pub(super) token_id: String,
    pub(super) environment_id: String,
}

/// Finds the user of a bearer token.
pub(super) fn user(db: &Connection, bearer: Option<&TokenHash>) -> Result<User, Refusal> {
    let bearer = bearer.ok_or_else(missing)?;
    if let Some(user) = find_user(db, bearer)? {
        return Ok(user);
    }
    match find_runner(db, bearer)? {
        Some(Ok(_)) => Err(Refusal::forbidden(
            "A CI token works on /ci/deploy only. Sign in as a user.",
        )),
        Some(Err(ended)) => Err(ended),
        None => Err(unknown()),
    }
}

/// Finds the deploy token of a CI token.
pub(super) fn runner(db: &Connection, bearer: Option<&TokenHash>) -> Result<Runner, Refusal> {
    let bearer = bearer.ok_or_else(missing)?;
    match find_runner(db, bearer)? {
        Some(runner) => runner,
        None if find_user(db, bearer)?.is_some() => Err(Refusal::forbidden(
            "/ci/deploy takes a CI token, not a user's access token.",
        )),
        None => Err(unknown()),
    }
}

fn missing() -> Refusal {
    Refusal::unauthorized("Unauthenticated. Send a bearer token.")
}

fn unknown() -> Refusal {
    Refusal::unauthorized("Unauthenticated. This token is not known, or has ended.")
}

fn find_user(db: &Connection, bearer: &TokenHash) -> rusqlite::Result<Option<User>> {
    db.prepare_cached(
        "SELECT u.id, u.name, u.email FROM access_tokens t JOIN users u ON u.id = t.user_id
         WHERE t.token_hash = ?1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?2)",
    )?
    .query_row(params![bearer.as_bytes(), now()], |row| {
        Ok(User {
            id: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
        })
    })
    .optional()
}

/// `None` when there is no such CI token, `Some(Err)` when it has ended.
fn find_runner(
    db: &Connection,
    bearer: &TokenHash,
) -> Result<Option<Result<Runner, Refusal>>, rusqlite::Error> {
    let found: Option<(Runner, String, Option<String>)> = db
        .prepare_cached(
            "SELECT id, environment_id, status, ci_expires_at FROM deploy_tokens WHERE ci_token_hash = ?1",
        )?
        .query_row([bearer.as_bytes()], |row| {
            let runner = Runner {
                token_id: row.get(0)?,
                environment_id: row.get(1)?,
            };
            Ok((runner, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    Ok(found.map(|(runner, status, expires_at)| {
        if status != "active" {
            Err(Refusal::unauthorized(
                "This CI token belongs to a revoked deploy token.",
            ))
        } else if expires_at.is_some_and(|end| end <= now()) {
            Err(Refusal::unauthorized(
                "This CI token has expired. Rotate its deploy token.",
            ))
        } else {
            Ok(runner)
        }
    }))
}
