//! Who is calling. The two kinds of bearer tokens are kept apart: a user's token works everywhere but on `/ci/deploy`, a CI
//! token there, and for the key of its own environment.

use rusqlite::Connection;

use super::answer::Refusal;
use super::stamp::now;
use super::store::directory;
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

/// A person or a runner, where both may ask.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    User(User),
    Runner(Runner),
}

/// Finds whom a bearer token stands for.
pub(super) fn caller(db: &Connection, bearer: Option<&TokenHash>) -> Result<Caller, Refusal> {
    let known = bearer.ok_or_else(Refusal::unauthenticated)?;
    if let Some(user) = users::by_access_token(db, known, &now())? {
        return Ok(Caller::User(user));
    }
    let holder = tokens::by_ci_token(db, known)?.ok_or_else(Refusal::unauthenticated)?;
    let runner = working(holder)?;
    directory::refuse_moved(db, &runner.environment_id)?;
    Ok(Caller::Runner(runner))
}

/// Finds the user of a bearer token.
pub(super) fn user(db: &Connection, bearer: Option<&TokenHash>) -> Result<User, Refusal> {
    match caller(db, bearer)? {
        Caller::User(user) => Ok(user),
        Caller::Runner(_) => Err(Refusal::forbidden()),
    }
}

/// Finds the deploy token of a CI token.
pub(super) fn runner(db: &Connection, bearer: Option<&TokenHash>) -> Result<Runner, Refusal> {
    match caller(db, bearer)? {
        Caller::Runner(runner) => Ok(runner),
        Caller::User(_) => Err(Refusal::forbidden()),
    }
}

/// The runner, unless its token was revoked or has expired.
fn working(holder: CiHolder) -> Result<Runner, Refusal> {
    let expired = holder.expires_at.is_some_and(|end| end <= now());
    if holder.status != RecordStatus::Active || expired {
        return Err(Refusal::unauthenticated());
    }
    Ok(Runner {
        token_id: holder.token_id,
        environment_id: holder.environment_id,
    })
}
