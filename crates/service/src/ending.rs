//! Ending one token, and how it is known that runners with it are refused: the same for one token, for many, and for one
//! that was replaced.

use super::list::must_be_readable;
use super::{Context, Place};
use client::Runner;
use model::{CallError, Problem, Proof};
use protocol::secret::CiToken;
use protocol::{DeployTokenId, TokenEntry};
use std::time::Duration;

/// A revocation may take a moment to reach every part of a server.
const SPREADING: [Duration; 3] = [
    Duration::from_millis(300),
    Duration::from_millis(1000),
    Duration::from_millis(3000),
];

/// What is done about an answer that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The list is asked.
    AskTheList,
    /// Nothing: the caller tells the server again, which changes nothing where it was done.
    TellAgain,
}

/// Tells the server once, and gives the proof that it did so. What its answer leaves open is asked of its list: after a lost
/// answer, and where it says that it does not know the token, or that the token is in the wrong state, which is what servers
/// say of one that is revoked already.
///
/// # Errors
/// [`Problem::NotDone`] when the server says that it did so and lists the token as active; its refusal when it does;
/// [`Problem::Uncertain`] when the list cannot be had.
pub(super) async fn end(
    context: &Context,
    place: &Place,
    id: &DeployTokenId,
    lost: Lost,
) -> Result<Proof, Problem> {
    let error = match context.client.revoke_token(&place.project, id).await {
        Ok(token) if !token.is_active() => return Ok(Proof::Answered),
        Ok(_) => return listed(context, place, id).await,
        Err(error) => error,
    };
    let is_open = error.may_have_happened() || matches!(error.status(), Some(404 | 409 | 410 | 422));
    if !is_open || (lost == Lost::TellAgain && error.may_pass()) {
        return Err(error.into());
    }
    match listed(context, place, id).await {
        Ok(proof) => Ok(proof),
        Err(Problem::NotDone) => Err(error.into()),
        Err(cause) => Err(Problem::Uncertain(Box::new(cause))),
    }
}

/// What the server's list says: a token that is not there counts as ended, unless an entry that cannot be read may be it.
///
/// # Errors
/// [`Problem::NotDone`] when it is listed as active, [`CallError::Malformed`] when it may be; API errors.
pub(super) async fn listed(context: &Context, place: &Place, id: &DeployTokenId) -> Result<Proof, Problem> {
    let entries = super::list(context, place).await?;
    in_list(&entries, id)
}

/// The same of a list that is at hand.
pub(super) fn in_list(entries: &[TokenEntry], id: &DeployTokenId) -> Result<Proof, Problem> {
    let mut tokens = entries.iter().filter_map(TokenEntry::token);
    match tokens.find(|it| it.id == *id) {
        Some(token) if token.is_active() => Err(Problem::NotDone),
        Some(_) => Ok(Proof::Listed),
        None => must_be_readable(entries, Some(id)).map(|()| Proof::Listed),
    }
}

/// Whether a list has the token as active.
pub(super) fn is_active(entries: &[TokenEntry], id: &DeployTokenId) -> bool {
    let mut tokens = entries.iter().filter_map(TokenEntry::token);
    tokens.any(|it| it.id == *id && it.is_active())
}

/// Whether the server refuses this CI token.
///
/// # Errors
/// API errors: then it is not known.
pub(super) async fn is_refused(context: &Context, token: &CiToken) -> Result<bool, Problem> {
    let runner = Runner::new(context.client.address().clone(), token)?;
    match runner.bundle(&[]).await {
        Err(CallError::Unauthorized) => Ok(true),
        Ok(_) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Asks as the runner until it is refused.
///
/// # Errors
/// [`Problem::NotDone`] when the server goes on serving the runner; API errors.
pub(super) async fn as_runner(context: &Context, token: &CiToken) -> Result<Proof, Problem> {
    let mut pauses = SPREADING.into_iter();
    while !is_refused(context, token).await? {
        match pauses.next() {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(Problem::NotDone),
        }
    }
    Ok(Proof::RunnerRefused)
}
