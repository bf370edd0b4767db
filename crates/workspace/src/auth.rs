//! Who is calling. The two kinds of bearer tokens are kept apart: a user's token works everywhere but on `/ci/deploy`, a CI
//! token only there.

use rusqlite::Connection;

use super::answer::Refusal;
use super::stamp::now;
use super::store::tokens::{self, CiHolder};
use super::store::users::{self, User};
use super::token_hash::TokenHash;
use protocol::wire::RecordStatus;
use protocol::{DeployTokenId, EnvironmentId};

/// A runner: an active deploy token, by its CI token.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    pub(super) token_id: DeployTokenId,
    pub(super) environment_id: EnvironmentId,
}

/// Finds the user of a bearer token.
pub(super) fn user(db: &Connection, bearer: Option<&TokenHash>) -> Result<User, Refusal> {
    let bearer = bearer.ok_or_else(missing)?;
    if let Some(user) = users::by_access_token(db, bearer, &now())? {
        return Ok(user);
    }
    let holder = tokens::by_ci_token(db, bearer)?.ok_or_else(unknown)?;
    working(holder)?;
    Err(Refusal::forbidden(
        "A CI token works on /ci/deploy only. Sign in as a user.",
    ))
}

/// Finds the deploy token of a CI token.
pub(super) fn runner(db: &Connection, bearer: Option<&TokenHash>) -> Result<Runner, Refusal> {
    let bearer = bearer.ok_or_else(missing)?;
    match tokens::by_ci_token(db, bearer)? {
        Some(holder) => working(holder),
        None if users::by_access_token(db, bearer, &now())?.is_some() => Err(Refusal::forbidden(
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

/// The runner, unless its token was revoked or has expired.
fn working(holder: CiHolder) -> Result<Runner, Refusal> {
    if holder.status != RecordStatus::Active {
        Err(Refusal::unauthorized(
            "This CI token belongs to a revoked deploy token.",
        ))
    } else if holder.expires_at.is_some_and(|end| end <= now()) {
        Err(Refusal::unauthorized(
            "This CI token has expired. Rotate its deploy token.",
        ))
    } else {
        Ok(Runner {
            token_id: holder.token_id,
            environment_id: holder.environment_id,
        })
    }
}
