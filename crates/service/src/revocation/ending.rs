//! Ending one token, and what the server's list says of it: the same for one token, for many, and for one that was replaced.

use crate::tokens::list::must_be_readable;
use crate::{Context, Place};
use model::{CallError, Problem, Proof};
use protocol::{DeployTokenId, TokenEntry};

/// What is done about an answer that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The list is asked.
    AskTheList,
    /// Nothing: the caller tells the server again, which changes nothing where it was done.
    TellAgain,
}

/// Tells the server once, and gives the proof that it did so. What any other answer leaves open is asked of its list: an answer
/// may be lost, servers say of a token that is revoked already that it is in the wrong state or not there, and a gateway may
/// refuse in any words after the server has acted.
///
/// # Errors
/// [`Problem::NotDone`] when the server says that it did so and lists the token as active; its refusal when it does;
/// [`Problem::Uncertain`] when the list cannot be had, or does not tell.
pub(super) async fn end(
    context: &Context,
    place: &Place,
    id: &DeployTokenId,
    lost: Lost,
) -> Result<Proof, Problem> {
    let error = match context.client.revoke_token(&place.project, id).await {
        Ok(token) if token.id == *id && !token.may_be_active() => return Ok(Proof::Answered),
        Ok(_) => return listed(context, place, id).await.map_err(unless_told),
        Err(error) => error,
    };
    if error.was_not_sent() || (lost == Lost::TellAgain && error.may_pass()) {
        return Err(error.into());
    }
    match listed(context, place, id).await {
        Ok(proof) => Ok(proof),
        Err(Problem::NotDone) => Err(error.into()),
        Err(cause) => Err(Problem::Uncertain(Box::new(cause))),
    }
}

/// After an answer that proves nothing: a list that cannot be read does not say that nothing was done, either.
fn unless_told(problem: Problem) -> Problem {
    match problem {
        Problem::Call(CallError::Malformed(_)) => Problem::Uncertain(Box::new(problem)),
        other => other,
    }
}

/// What the server's list says: a token that is not there counts as ended, unless an entry that cannot be read may be it, or
/// whose status does not say so.
///
/// # Errors
/// [`Problem::NotDone`] when it is listed as active, [`model::CallError::Malformed`] when it may be; API errors.
pub(super) async fn listed(context: &Context, place: &Place, id: &DeployTokenId) -> Result<Proof, Problem> {
    let entries = crate::tokens::list(context, place).await?;
    in_list(&entries, id)
}

/// The same of a list that is at hand.
pub(crate) fn in_list(entries: &[TokenEntry], id: &DeployTokenId) -> Result<Proof, Problem> {
    let mut tokens = entries.iter().filter_map(TokenEntry::token);
    match tokens.find(|it| it.id == *id) {
        Some(token) if token.is_active() => Err(Problem::NotDone),
        Some(token) if !token.may_be_active() => Ok(Proof::Listed),
        _ => must_be_readable(entries, Some(id)).map(|()| Proof::Listed),
    }
}
