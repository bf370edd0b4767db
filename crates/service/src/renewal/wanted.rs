//! Wishes for new keys, for when the tokens that leaked are revoked: in the journal before the first of them is, so that what
//! comes in between does not make anybody forget it.

use std::sync::Arc;

use super::{conclude, renew_key};
use crate::checkpoint::Operation;
use crate::journal::{Entry, EntryWriter, Journal, OpenEntry, Work};
use crate::{Context, Place, Progress};
use model::{Problem, Renewed};
use protocol::Moment;

/// A wish for a new environment key. Dropping it leaves it in the journal, where it is told among the interrupted operations.
#[derive(Debug)]
pub struct WantedRenewal {
    place: Place,
    entry: Option<OpenEntry>,
}

/// Notes that the keys of these places are to be renewed. What cannot be noted is kept in memory alone: revoking must not wait
/// for a disk.
pub fn want_renewals(context: &Context, places: &[Place]) -> Vec<WantedRenewal> {
    let want = |place: &Place| WantedRenewal {
        entry: note(context, place).unwrap_or_else(|error| {
            tracing::warn!(%error, "that a key is to be renewed could not be noted");
            None
        }),
        place: place.clone(),
    };
    places.iter().map(want).collect()
}

/// The wishes for new keys of these places that an earlier run has left.
pub fn wanted_renewals(context: &Context, places: &[Place]) -> Vec<WantedRenewal> {
    let Some(journal) = &context.journal else {
        return Vec::new();
    };
    let left = |place: &Place| {
        let entry = take(journal, place).ok().flatten()?;
        Some(WantedRenewal::of(place.clone(), entry))
    };
    places.iter().filter_map(left).collect()
}

/// Takes hold of a wish that is there already. Another window may have it.
fn take(journal: &Arc<Journal>, place: &Place) -> Result<Option<OpenEntry>, Problem> {
    let known = journal.wanted_keys(place)?;
    let mut held = known.iter().filter_map(|it| journal.take(&it.id).ok().flatten());
    Ok(held.next())
}

/// The wish that is there already, or a new one.
fn note(context: &Context, place: &Place) -> Result<Option<OpenEntry>, Problem> {
    let Some(journal) = &context.journal else {
        return Ok(None);
    };
    if let Some(entry) = take(journal, place)? {
        return Ok(Some(entry));
    }
    let writer = EntryWriter::begin(Some(journal), place, Operation::RenewKey, Work::KeyWanted)?;
    Ok(writer.into_entry())
}

impl WantedRenewal {
    /// From the journal.
    pub(crate) fn of(place: Place, entry: OpenEntry) -> Self {
        Self {
            place,
            entry: Some(entry),
        }
    }

    /// Whose key.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Forgets the wish, because nothing was revoked; tokens that still wait for that keep it.
    pub fn give_up(self) {
        let Self { place, entry } = self;
        let entry = entry.filter(|it| !it.journal().has_tokens_to_revoke(&place).unwrap_or(true));
        if let Some(Err(error)) = entry.map(OpenEntry::close) {
            tracing::warn!(%error, "a key that nobody wants to be renewed is told to be");
        }
    }

    /// Makes the key anew, or finishes that where it was begun for this wish. The wish is fulfilled then; else it stays in the
    /// journal.
    ///
    /// # Errors
    /// [`Problem::RevokeFirst`] while tokens of the place wait to be revoked: they would get the new key. As [`renew_key`].
    pub async fn renew(self, context: &Context, progress: Progress<'_>) -> Result<Renewed, Problem> {
        let Self { place, entry } = self;
        if let Some(journal) = &context.journal
            && journal.has_tokens_to_revoke(&place)?
        {
            return Err(Problem::RevokeFirst);
        }
        let wished = entry.as_ref().map(|it| it.entry().started);
        let renewed = match finish_earlier(context, &place, progress).await? {
            // One that was never published leaves the key as it was.
            Some((begun, renewed))
                if wished.is_some_and(|wished| begun >= wished) && renewed.now != renewed.before =>
            {
                renewed
            }
            _ => renew_key(context, &place, None, progress).await?,
        };
        if let Some(Err(error)) = entry.map(OpenEntry::close) {
            tracing::warn!(%error, "a key that was renewed is told to be renewed");
        }
        Ok(renewed)
    }
}

/// Finishes a renewal of this key that was interrupted, and says when it began; another one cannot begin before.
async fn finish_earlier(
    context: &Context,
    place: &Place,
    progress: Progress<'_>,
) -> Result<Option<(Moment, Renewed)>, Problem> {
    let Some(journal) = &context.journal else {
        return Ok(None);
    };
    let _lock = context.lock(place).await?;
    let renewals = journal.renewals(place)?;
    let Some(last) = renewals.iter().rfind(|it| !it.is_ended_renewal()) else {
        return Ok(None);
    };
    let begun = last.started;
    let Some(entry) = journal.take(&last.id)? else {
        return Ok(None);
    };
    let renewed = conclude(context, place, entry, progress).await?;
    Ok(Some((begun, renewed)))
}

/// Forgets the wishes for a new key of a place that were there when its renewal began. One that somebody holds is theirs.
pub(super) fn fulfil(journal: &Arc<Journal>, place: &Place, begun: Moment) {
    let wanted = journal.wanted_keys(place).unwrap_or_default();
    let before = |entry: &Entry| entry.started <= begun;
    for known in wanted.into_iter().filter(before) {
        if let Ok(Some(entry)) = journal.take(&known.id) {
            // One that stays is renewed once more, which does no harm.
            drop(entry.close());
        }
    }
}
