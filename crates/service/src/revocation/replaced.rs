//! The end of a token that was replaced, when the user says that CI has its successor's values.

use super::ending::{self, Lost};
use super::proof::as_runner;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::OpenEntry;
use crate::keys::publish::publish_again;
use crate::tokens::list::must_be_readable;
use crate::tokens::replace::{active_successor, journal, take};
use crate::{Context, Place, Progress};
use model::{Problem, Proof, Step, WrongState};
use protocol::secret::CiToken;
use protocol::{DeployToken, DeployTokenId, TokenEntry};

/// A replacement that was finished: the old token is ended.
#[derive(Debug)]
pub struct Replaced {
    /// The name of both.
    pub name: String,
    /// The token that was replaced.
    pub old: DeployTokenId,
    /// The token that took its place.
    pub successor: DeployToken,
    /// For how many recipients the key was sealed again, or why it was not.
    pub share: Result<usize, Problem>,
    /// How it is known that the old token is refused, or why that could not be looked at.
    pub proof: Result<Proof, Problem>,
}

/// Revokes the token that was replaced, seals the key again, and looks whether the server refuses it. `wanted` is the old
/// token or its successor, by id or name; `known` is a CI token to try, if it turns out to be the old one's.
///
/// # Errors
/// [`Problem::WrongState`] and [`Problem::Find`] when there is no such replacement or its successor is not active,
/// [`Problem::NotResumable`] when the successor's secrets were not handed over, [`Problem::Busy`]; whatever
/// revoking gives. The replacement then waits on.
pub async fn finish_replacement(
    context: &Context,
    place: &Place,
    wanted: &str,
    known: Option<&CiToken>,
    progress: Progress<'_>,
) -> Result<Replaced, Problem> {
    let journal = journal(context)?;
    let _lock = context.lock(place).await?;
    reached(Operation::Finish, Checkpoint::Locked);
    let entry = take(journal, place, wanted)?;
    conclude(context, place, entry, known, progress).await
}

/// The same with the entry in hand; the caller holds the place.
pub(crate) async fn conclude(
    context: &Context,
    place: &Place,
    entry: OpenEntry,
    known: Option<&CiToken>,
    progress: Progress<'_>,
) -> Result<Replaced, Problem> {
    progress(Step::Check);
    let record = entry.entry().replacement();
    let record = record.ok_or(Problem::WrongState(WrongState::NotBeingReplaced))?;
    let listed = crate::tokens::list(context, place).await?;
    let Some(successor) = active_successor(&listed, record) else {
        must_be_readable(&listed, record.successor_id())?;
        return Err(Problem::WrongState(WrongState::SuccessorGone));
    };
    reached(Operation::Finish, Checkpoint::Checked);
    let mut tokens = listed.iter().filter_map(TokenEntry::token);
    let old = tokens.find(|it| it.id == record.old);
    // Only an entry that can be read says that nothing is left to revoke.
    if old.is_none_or(DeployToken::may_be_active) {
        progress(Step::Revoke);
        ending::end(context, place, &record.old, Lost::AskTheList).await?;
        reached(Operation::Finish, Checkpoint::Revoked);
    }
    let share = publish_again(context, place, Operation::Finish, progress).await;
    let suffix = old.and_then(|old| old.ci_token_suffix.as_deref());
    // Exposed to see whether it is the old token's at all: its end is in the server's list.
    let is_old =
        |token: &&CiToken| suffix.is_some_and(|end| !end.is_empty() && token.expose().ends_with(end));
    let proof = prove(context, place, &record.old, known.filter(is_old)).await;
    reached(Operation::Finish, Checkpoint::Proved);
    let replaced = Replaced {
        name: record.name().to_owned(),
        old: record.old.clone(),
        successor: successor.clone(),
        share,
        proof,
    };
    // One that works on is not forgotten, whatever was answered.
    if !matches!(replaced.proof, Err(Problem::NotDone)) {
        if let Err(error) = entry.close() {
            tracing::warn!(%error, "the journal still has a replacement that is finished");
        }
        reached(Operation::Finish, Checkpoint::Closed);
    }
    progress(Step::Done);
    Ok(replaced)
}

/// How it is known that the old token is refused: by its CI token where that is at hand, or else by the list.
async fn prove(
    context: &Context,
    place: &Place,
    old: &DeployTokenId,
    known: Option<&CiToken>,
) -> Result<Proof, Problem> {
    match known {
        Some(ci_token) => as_runner(context, ci_token).await,
        None => ending::listed(context, place, old).await,
    }
}
