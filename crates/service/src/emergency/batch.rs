//! The tokens of one environment in a run: written ahead together, and one sealing of the key after them.

use super::engine::Run;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{EntryWriter, Found, OpenEntry, QueueItem, QueueState, Work};
use crate::preflight::{self, Looked};
use crate::publish::{Lists, Published, Purpose, publish};
use crate::{Context, Place, ending};
use model::{CallError, Problem, RevocationStatus, RevokeTarget};
use protocol::{DeployTokenId, TokenEntry};

/// Those of the run's targets that are in one environment.
pub(super) struct Batch {
    pub(super) place: Place,
    /// Each with its place among the run's targets.
    pub(super) members: Vec<(usize, QueueItem)>,
    /// Its entry; none where the journal cannot be used, which stops no emergency.
    pub(super) record: Option<EntryWriter>,
    /// Whether the server's list was looked at after the revocation.
    pub(super) confirmed: bool,
}

/// Groups the targets, and puts an entry for each environment into the journal.
pub(super) fn write_ahead(context: &Context, targets: &[RevokeTarget]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let member = (index, item(target));
        let same = |it: &&mut Batch| {
            it.place.project == target.project && it.place.environment.id == target.environment.id
        };
        match batches.iter_mut().find(same) {
            Some(batch) => batch.members.push(member),
            None => batches.push(Batch {
                place: Place {
                    project: target.project.clone(),
                    environment: target.environment.clone(),
                },
                members: vec![member],
                record: None,
                confirmed: false,
            }),
        }
    }
    let mut earlier = interrupted(context);
    for batch in &mut batches {
        let queue = batch.members.iter().map(|(_, item)| item.clone()).collect();
        match EntryWriter::begin(context, &batch.place, Operation::Emergency, Work::Revoke(queue)) {
            Ok(record) => {
                batch.record = Some(record);
                batch.supersede(&mut earlier);
            }
            Err(error) => tracing::warn!(%error, "revoking without the journal"),
        }
    }
    batches
}

fn item(target: &RevokeTarget) -> QueueItem {
    QueueItem {
        token: target.token.clone(),
        name: target.name.clone(),
        state: QueueState::Waiting,
    }
}

/// The interrupted revocations on this server.
pub(super) fn interrupted(context: &Context) -> Vec<OpenEntry> {
    let Some(journal) = &context.journal else {
        return Vec::new();
    };
    let entries = journal.entries().unwrap_or_else(|error| {
        tracing::warn!(%error, "the journal cannot be read");
        Vec::new()
    });
    let revocation = |found| match found {
        Found::Interrupted(entry) if is_revocation(&entry, journal.scope()) => Some(*entry),
        _ => None,
    };
    entries.into_iter().filter_map(revocation).collect()
}

fn is_revocation(entry: &OpenEntry, scope: &str) -> bool {
    let entry = entry.entry();
    entry.place.scope == scope && matches!(entry.work, Work::Revoke(_))
}

/// The tokens of an entry that wait.
pub(super) fn waiting(entry: &OpenEntry) -> Vec<&DeployTokenId> {
    match &entry.entry().work {
        Work::Revoke(queue) => queue
            .iter()
            .filter(|item| item.state == QueueState::Waiting)
            .map(|item| &item.token)
            .collect(),
        Work::Issue(_) | Work::Replace(_) => Vec::new(),
    }
}

/// Whether tokens of an entry are revoked, and the key is not sealed again without them.
fn owes_sealing(entry: &OpenEntry) -> bool {
    let is_revoked = |item: &QueueItem| item.state == QueueState::Revoked;
    matches!(&entry.entry().work, Work::Revoke(queue) if queue.iter().any(is_revoked))
}

impl Batch {
    /// Forgets earlier revocations of which this one leaves nothing over. One that still owes a sealing of the key stays.
    fn supersede(&self, earlier: &mut Vec<OpenEntry>) {
        let covered = |entry: &mut OpenEntry| {
            entry.entry().place.to_place() == self.place
                && !owes_sealing(entry)
                && waiting(entry)
                    .into_iter()
                    .all(|token| self.members.iter().any(|(_, item)| item.token == *token))
        };
        for entry in earlier.extract_if(.., covered) {
            if let Err(error) = entry.close() {
                tracing::warn!(%error, "an earlier revocation stays in the journal");
            }
        }
    }

    /// Looks at the server's list, seals the key again for everybody else, and lets the journal forget what is settled.
    pub(super) async fn finish(mut self, run: &Run<'_>) {
        let sealed = run.unless_stopped(self.seal_until_answered(run)).await;
        if !self.confirmed {
            // Without the place, or without a device, the list is there all the same.
            let listed = run.unless_stopped(Lists::fetch(run.context, &self.place)).await;
            if let Ok(lists) = listed {
                self.confirm(run, &lists.tokens);
            }
        }
        let is_sealed = match sealed {
            Ok(None) => true,
            Ok(Some(recipients)) => {
                self.tell_reshared(run, recipients);
                true
            }
            // An environment without a key has nothing that could be sealed for anybody.
            Err(Problem::NoKey) => {
                self.tell_reshared(run, 0);
                true
            }
            Err(problem) => self.tell_not_sealed(run, &problem),
        };
        let queue = self.mark(run);
        let is = |state| queue.iter().any(|item: &QueueItem| item.state == state);
        if let Some(record) = self.record
            && (is_sealed || !is(QueueState::Revoked))
            && !is(QueueState::Waiting)
        {
            record.close();
            reached(Operation::Emergency, Checkpoint::Closed);
        }
    }

    /// Writes down how far each of its tokens is.
    fn mark(&mut self, run: &Run<'_>) -> Vec<QueueItem> {
        let queue = self.queue(run);
        if let Some(record) = &mut self.record {
            record.mark(&queue);
        }
        queue
    }

    fn queue(&self, run: &Run<'_>) -> Vec<QueueItem> {
        let state = |index| match run.fate(index) {
            fate if fate.is_refused() => QueueState::Revoked,
            RevocationStatus::NotRevoked(_) => QueueState::Failed,
            _ => QueueState::Waiting,
        };
        let member = |(index, item): &(usize, QueueItem)| QueueItem {
            state: state(*index),
            ..item.clone()
        };
        self.members.iter().map(member).collect()
    }

    /// The server's list has the last word: what it still lists as active is not revoked.
    fn confirm(&mut self, run: &Run<'_>, listed: &[TokenEntry]) {
        self.confirmed = true;
        for (index, item) in &self.members {
            let Some((proof, at)) = run.fate(*index).proof() else {
                continue;
            };
            match ending::in_list(listed, &item.token) {
                Ok(listed) => run.set(
                    *index,
                    RevocationStatus::Refused {
                        proof: proof.max(listed),
                        at,
                    },
                ),
                Err(problem) if ending::is_active(listed, &item.token) => {
                    run.set(*index, RevocationStatus::NotRevoked(problem));
                }
                // An entry that cannot be read may be it: the server's answer stays the proof.
                Err(_) => {}
            }
        }
    }

    /// Seals again and again while that may pass, as long as the run waits. `None` where none of its tokens is revoked.
    async fn seal_until_answered(&mut self, run: &Run<'_>) -> Result<Option<usize>, Problem> {
        let mut pauses = run.options.retry.begin();
        loop {
            let problem = match self.seal(run).await {
                Err(problem) => problem,
                sealed => return sealed,
            };
            let Some(pause) = problem.pause(&mut pauses) else {
                return Err(problem);
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Once: looks, lets the list have the last word, and publishes. The place is held only meanwhile.
    async fn seal(&mut self, run: &Run<'_>) -> Result<Option<usize>, Problem> {
        let _turn = run.finishing.acquire().await;
        let _lock = run.context.lock(&self.place).await?;
        reached(Operation::Emergency, Checkpoint::Locked);
        let Looked { lists, key } = preflight::look(run.context, &self.place).await?;
        self.confirm(run, &lists.tokens);
        let queue = self.mark(run);
        if queue.iter().all(|item| item.state != QueueState::Revoked) {
            return Ok(None);
        }
        let key = key?;
        let (what, purpose) = (Published::Again(&key), Purpose::default());
        let operation = Operation::Emergency;
        let published = publish(
            run.context,
            &self.place,
            &lists,
            what,
            purpose,
            operation,
            &|_| {},
        );
        published.await.map(Some)
    }

    /// Says that the key is not sealed again; whether that is not owed any more.
    fn tell_not_sealed(&self, run: &Run<'_>, problem: &Problem) -> bool {
        for (index, _) in &self.members {
            if let Some((proof, at)) = run.fate(*index).proof() {
                let why = problem.clone();
                run.set(*index, RevocationStatus::ReshareFailed { proof, at, why });
            }
        }
        // These may go better another time: with an answer, with the place free, with a new session.
        let is_owed = problem.may_pass()
            || matches!(problem, Problem::Busy | Problem::NotAwaited)
            || matches!(problem.call(), Some(CallError::Unauthorized));
        !is_owed
    }

    fn tell_reshared(&self, run: &Run<'_>, recipients: usize) {
        for (index, _) in &self.members {
            if let Some((proof, at)) = run.fate(*index).proof() {
                let fate = RevocationStatus::Reshared {
                    proof,
                    at,
                    recipients,
                };
                run.set(*index, fate);
            }
        }
    }
}
