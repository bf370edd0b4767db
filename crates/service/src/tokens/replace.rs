//! Replace a token without downtime: a successor beside it, and its end only when the user says that CI has the new
//! values (`revocation::replaced`).
//!
//! The server knows nothing of this; the journal does, from before the successor is registered until the old token is
//! revoked. The successor's secrets leave the journal when they were handed over; that there is a replacement stays.

use std::sync::Arc;

use super::issue::{Issued, make};
use super::list::must_be_readable;
use super::plan::Plan;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{Entry, Journal, OpenEntry, ReplaceRecord};
use crate::{Context, Place, Progress};
use model::{NewToken, Problem, Replacement, ResumeError, Step, WrongState};
use protocol::token::FindError;
use protocol::{DeployToken, DeployTokenId, Lifetime, TokenEntry, TokenKey, token};

/// Makes a successor, with the same name, for the token with this id or exact name, which goes on working. When it
/// returns `Ok`, the secrets are inside and in the journal until they are handed over.
///
/// # Errors
/// [`Problem::NoJournal`], [`Problem::Find`] and [`Problem::WrongState`] before anything is changed; else as
/// [`crate::create()`].
pub async fn replace(
    context: &Context,
    place: &Place,
    wanted: &str,
    lifetime: Lifetime,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    let journal = journal(context)?;
    let _lock = context.lock(place).await?;
    reached(Operation::Replace, Checkpoint::Locked);
    progress(Step::Check);
    let entries = super::list::list(context, place).await?;
    let old = token::find(&entries, wanted)?;
    if !old.may_be_active() {
        return Err(Problem::WrongState(WrongState::AlreadyRevoked));
    }
    let is_part = |it: &Entry| it.replacement().is_some_and(|record| names(record, &old.id));
    if journal.replacements(place)?.iter().any(is_part) {
        return Err(Problem::WrongState(WrongState::BeingReplaced));
    }
    let plan = Plan::SuccessorOf {
        old: old.id.clone(),
        successor: NewToken::like(old, lifetime),
    };
    make(context, place, &plan, progress).await
}

/// The replacements of a place that were begun here and are neither finished nor given up, oldest first. Asks no server.
///
/// # Errors
/// [`Problem::Journal`]. Without a journal there are none.
pub fn replacements(context: &Context, place: &Place) -> Result<Vec<Replacement>, Problem> {
    let Some(journal) = &context.journal else {
        return Ok(Vec::new());
    };
    let entries = journal.replacements(place)?;
    Ok(entries.iter().filter_map(public).collect())
}

/// The same, for beside a list that is there: a journal that cannot be read hides no token.
pub fn readable_replacements(context: &Context, place: &Place) -> Vec<Replacement> {
    replacements(context, place).unwrap_or_else(|error| {
        tracing::warn!(%error, "what is being replaced is not known");
        Vec::new()
    })
}

fn public(entry: &Entry) -> Option<Replacement> {
    let record = entry.replacement()?;
    Some(Replacement {
        old: record.old.clone(),
        name: record.name().to_owned(),
        successor: record.successor_id().cloned(),
        key: record.key(),
        since: entry.started,
        handed_over: record.handed_over().is_some(),
    })
}

/// Forgets a replacement: both tokens stay as they are.
///
/// # Errors
/// [`Problem::WrongState`] and [`Problem::Find`] when there is no such replacement, [`Problem::NotResumable`] when the
/// successor's secrets were not handed over, [`Problem::Busy`].
pub fn forget_replacement(context: &Context, place: &Place, wanted: &str) -> Result<(), Problem> {
    Ok(take(journal(context)?, place, wanted)?.close()?)
}

/// The successor of a replacement whose secrets were handed over, if it is active.
pub(crate) async fn successor(
    context: &Context,
    place: &Place,
    record: &ReplaceRecord,
) -> Result<Option<DeployToken>, Problem> {
    let listed = super::list::list(context, place).await?;
    let found = active_successor(&listed, record);
    if found.is_none() {
        must_be_readable(&listed, record.successor_id())?;
    }
    Ok(found.cloned())
}

/// By its id, because it may have been rotated meanwhile; where that never arrived, by its public key.
pub(crate) fn active_successor<'a>(
    listed: &'a [TokenEntry],
    record: &ReplaceRecord,
) -> Option<&'a DeployToken> {
    match (record.successor_id(), record.handed_over()) {
        (Some(id), _) => find_active(listed, id),
        (None, Some(it)) => {
            let mut tokens = listed.iter().filter_map(TokenEntry::token);
            tokens.find(|token| token.is_active() && token.key == TokenKey::Usable(it.key))
        }
        (None, None) => None,
    }
}

/// Takes hold of the only replacement that `wanted` names, if its secrets were handed over.
pub(crate) fn take(journal: &Arc<Journal>, place: &Place, wanted: &str) -> Result<OpenEntry, Problem> {
    const NONE: Problem = Problem::WrongState(WrongState::NotBeingReplaced);
    let entries = journal.replacements(place)?;
    let id = DeployTokenId::new(wanted);
    let fits = |it: &&Entry| it.replacement().is_some_and(|record| names(record, &id));
    let named = |it: &&Entry| it.replacement().is_some_and(|record| record.name() == wanted);
    let chosen = match entries.iter().find(fits) {
        Some(entry) => entry,
        None => match entries.iter().filter(named).collect::<Vec<_>>().as_slice() {
            [] => return Err(NONE),
            [only] => only,
            several => {
                let ids = several
                    .iter()
                    .filter_map(|it| Some(it.replacement()?.old.clone()));
                return Err(Problem::Find(FindError::Ambiguous {
                    name: wanted.to_owned(),
                    ids: ids.collect(),
                }));
            }
        },
    };
    let entry = journal.take(&chosen.id)?.ok_or(NONE)?;
    let handed_over = entry.entry().replacement().and_then(ReplaceRecord::handed_over);
    match handed_over {
        Some(_) => Ok(entry),
        None => Err(Problem::NotResumable(ResumeError::NotHandedOver)),
    }
}

fn names(record: &ReplaceRecord, id: &DeployTokenId) -> bool {
    record.old == *id || record.successor_id() == Some(id)
}

pub(crate) fn journal(context: &Context) -> Result<&Arc<Journal>, Problem> {
    context.journal.as_ref().ok_or(Problem::NoJournal)
}

fn find_active<'a>(listed: &'a [TokenEntry], id: &DeployTokenId) -> Option<&'a DeployToken> {
    let mut tokens = listed.iter().filter_map(TokenEntry::token);
    tokens.find(|token| token.id == *id && token.is_active())
}
