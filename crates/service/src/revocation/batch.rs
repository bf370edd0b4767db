//! The tokens of one environment in a run, and their entry in the journal, written ahead together.

use std::sync::{Mutex, PoisonError};

use super::run::Kind;
use crate::journal::{Entry, EntryWriter, QueueItem, QueueState, Seen, Work};
use crate::{Context, Place};
use model::{Problem, Proof, RevocationStatus, RevokeTarget};
use protocol::DeployTokenId;

/// Those of the run's tokens that are in one environment.
pub(super) struct Batch {
    pub(super) place: Place,
    /// Each with its place among the run's tokens.
    pub(super) members: Vec<(usize, QueueItem)>,
    /// Its entry; none where the journal cannot be used, which stops no emergency.
    record: Mutex<Option<EntryWriter>>,
}

/// A token that is to be ended.
pub(super) fn item(token: DeployTokenId, name: String) -> QueueItem {
    QueueItem {
        token,
        name,
        state: QueueState::Waiting,
    }
}

/// Groups the targets, and puts an entry for each environment into the journal.
pub(super) fn write_ahead(context: &Context, targets: &[RevokeTarget]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let member = (index, item(target.token.clone(), target.name.clone()));
        let same = |it: &&mut Batch| {
            it.place.project == target.project && it.place.environment.id == target.environment.id
        };
        match batches.iter_mut().find(same) {
            Some(batch) => batch.members.push(member),
            None => batches.push(Batch::new(place_of(target), vec![member])),
        }
    }
    let earlier = interrupted(context);
    for batch in &mut batches {
        match batch.begin(context, Kind::Emergency) {
            Ok(()) => batch.supersede(context, &earlier),
            Err(error) => tracing::warn!(%error, "revoking without the journal"),
        }
    }
    batches
}

fn place_of(target: &RevokeTarget) -> Place {
    Place {
        project: target.project.clone(),
        environment: target.environment.clone(),
    }
}

/// The interrupted revocations on this server; takes hold of none of them.
pub(super) fn interrupted(context: &Context) -> Vec<Entry> {
    let Some(journal) = &context.journal else {
        return Vec::new();
    };
    let entries = journal.look().unwrap_or_else(|error| {
        tracing::warn!(%error, "the journal cannot be read");
        Vec::new()
    });
    let revocation = |seen| match seen {
        Seen::Entry(entry, _) if is_revocation(&entry, journal.scope()) => Some(*entry),
        _ => None,
    };
    entries.into_iter().filter_map(revocation).collect()
}

fn is_revocation(entry: &Entry, scope: &str) -> bool {
    entry.place.scope == scope && matches!(entry.work, Work::Revoke(_))
}

/// The tokens of an entry that wait.
pub(super) fn waiting(entry: &Entry) -> Vec<&DeployTokenId> {
    match &entry.work {
        Work::Revoke(queue) => queue
            .iter()
            .filter(|item| item.state == QueueState::Waiting)
            .map(|item| &item.token)
            .collect(),
        Work::Issue(_) | Work::Replace(_) | Work::Unclaimed(_) | Work::RenewKey(_) | Work::KeyWanted => {
            Vec::new()
        }
    }
}

/// Whether tokens of an entry are revoked, and the key is not sealed again without them.
fn owes_sealing(entry: &Entry) -> bool {
    let is_revoked = |item: &QueueItem| item.state == QueueState::Revoked;
    matches!(&entry.work, Work::Revoke(queue) if queue.iter().any(is_revoked))
}

impl Batch {
    /// Not in the journal yet.
    pub(super) fn new(place: Place, members: Vec<(usize, QueueItem)>) -> Self {
        Self {
            place,
            members,
            record: Mutex::new(None),
        }
    }

    /// One that was cut off, with how far each of its tokens is, of which the first is in this place among the run's. What
    /// was not done, and told, is left out.
    pub(super) fn taken_up(
        place: Place,
        queue: &[QueueItem],
        record: EntryWriter,
        first: usize,
    ) -> (Self, Vec<RevocationStatus>) {
        let left = queue.iter().filter_map(|item| {
            let status = match item.state {
                QueueState::Waiting => RevocationStatus::Queued,
                QueueState::Revoked => RevocationStatus::Refused {
                    proof: Proof::Answered,
                    at: None,
                },
                QueueState::Failed => return None,
            };
            Some((item.clone(), status))
        });
        let (items, statuses): (Vec<_>, Vec<_>) = left.unzip();
        let batch = Self {
            place,
            members: (first..).zip(items).collect(),
            record: Mutex::new(Some(record)),
        };
        (batch, statuses)
    }

    /// Writes down what is intended, before anything is sent.
    ///
    /// # Errors
    /// [`Problem::Journal`].
    pub(super) fn begin(&mut self, context: &Context, kind: Kind) -> Result<(), Problem> {
        let queue = self.members.iter().map(|(_, item)| item.clone()).collect();
        let record = EntryWriter::begin(
            context.journal.as_ref(),
            &self.place,
            kind.operation(),
            Work::Revoke(queue),
        )?;
        self.record = Mutex::new(Some(record));
        Ok(())
    }

    /// Forgets earlier revocations of which this one leaves nothing over. One that still owes a sealing of the key stays,
    /// and one that somebody works on.
    fn supersede(&self, context: &Context, earlier: &[Entry]) {
        for entry in earlier.iter().filter(|entry| self.covers(entry)) {
            let taken = context.journal.as_ref().map(|journal| journal.take(&entry.id));
            if let Some(Ok(Some(entry))) = taken
                && self.covers(entry.entry())
                && let Err(error) = entry.close()
            {
                tracing::warn!(%error, "an earlier revocation stays in the journal");
            }
        }
    }

    fn covers(&self, entry: &Entry) -> bool {
        let is_member = |token: &DeployTokenId| self.members.iter().any(|(_, item)| item.token == *token);
        entry.place.to_place() == self.place
            && !owes_sealing(entry)
            && waiting(entry).into_iter().all(is_member)
    }

    /// Writes down how far each of its tokens is, and gives that.
    pub(super) fn mark(&self, status: impl Fn(usize) -> RevocationStatus) -> Vec<QueueItem> {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let member = |(index, item): &(usize, QueueItem)| QueueItem {
            state: match status(*index) {
                status if status.is_refused() => QueueState::Revoked,
                RevocationStatus::NotRevoked(_) => QueueState::Failed,
                _ => QueueState::Waiting,
            },
            ..item.clone()
        };
        let queue: Vec<QueueItem> = self.members.iter().map(member).collect();
        if let Some(record) = &mut *record {
            record.mark(&queue);
        }
        queue
    }

    /// Nothing of it is left to do; whether there was an entry.
    pub(super) fn close(&self) -> bool {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.take().map(EntryWriter::close).is_some()
    }
}
