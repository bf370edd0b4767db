//! The tokens of one environment in a run: written ahead together, and one sealing of the key after them.

use super::engine::{Run, is_passing, pause};
use crate::journal::{Found, OpenEntry, QueueItem, QueueState, Record, Work};
use crate::share::share;
use crate::step::{Operation, Point, reached};
use crate::{Context, Place, preflight};
use model::{CallError, Fate, Problem, Proof, RevokeTarget};
use protocol::{DeployTokenId, TokenEntry};

/// Those of the run's targets that are in one environment.
pub(super) struct Batch {
    pub(super) place: Place,
    /// Each with its place among the run's targets.
    pub(super) members: Vec<(usize, QueueItem)>,
    /// Its entry; none where the journal cannot be used, which stops no emergency.
    pub(super) record: Option<Record>,
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
            }),
        }
    }
    let mut earlier = interrupted(context);
    for batch in &mut batches {
        let queue = batch.members.iter().map(|(_, item)| item.clone()).collect();
        match Record::begin(context, &batch.place, Operation::Emergency, Work::Revoke(queue)) {
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
        self.confirm(run).await;
        let queue = self.queue(run);
        if let Some(record) = &mut self.record {
            record.mark(&queue);
        }
        let is = |state| queue.iter().any(|item: &QueueItem| item.state == state);
        let sealed = !is(QueueState::Revoked) || self.seal(run).await;
        if let Some(record) = self.record
            && sealed
            && !is(QueueState::Waiting)
        {
            record.close();
            reached(Operation::Emergency, Point::Closed);
        }
    }

    fn queue(&self, run: &Run<'_>) -> Vec<QueueItem> {
        let state = |index| match run.fate(index) {
            fate if fate.is_refused() => QueueState::Revoked,
            Fate::NotRevoked(_) => QueueState::Refused,
            _ => QueueState::Waiting,
        };
        let member = |(index, item): &(usize, QueueItem)| QueueItem {
            state: state(*index),
            ..item.clone()
        };
        self.members.iter().map(member).collect()
    }

    /// The server's list has the last word: what it still lists as active is not revoked.
    async fn confirm(&self, run: &Run<'_>) {
        let Ok(listed) = run.unless_stopped(self.listed(run)).await else {
            return;
        };
        for (index, item) in &self.members {
            let Some((proof, at)) = run.fate(*index).proof() else {
                continue;
            };
            let mut tokens = listed.iter().filter_map(TokenEntry::token);
            match tokens.find(|it| it.id == item.token) {
                Some(token) if token.is_active() => {
                    run.set(*index, Fate::NotRevoked(Problem::NotDone));
                }
                Some(_) => run.set(
                    *index,
                    Fate::Refused {
                        proof: proof.max(Proof::Listed),
                        at,
                    },
                ),
                None => {}
            }
        }
    }

    /// The server's list. Where it cannot be had for a while, the server's answers stay the proof.
    async fn listed(&self, run: &Run<'_>) -> Result<Vec<TokenEntry>, Problem> {
        const TRIES: u32 = 6;
        let client = &run.context.client;
        let mut tries = 0;
        loop {
            let turn = run.finishing.acquire().await;
            let listed = client
                .tokens(&self.place.project, Some(&self.place.environment.id))
                .await;
            drop(turn);
            let error = match listed {
                Ok(listed) => return Ok(listed),
                Err(error) => Problem::from(error),
            };
            tries += 1;
            if !is_passing(&error) || tries >= TRIES || run.is_over(tries) {
                tracing::warn!(%error, "what was revoked could not be looked up again");
                return Err(error);
            }
            tokio::time::sleep(pause(tries, &error)).await;
        }
    }

    /// Whether nothing is left to seal.
    async fn seal(&self, run: &Run<'_>) -> bool {
        let error = match run.unless_stopped(self.share_until_answered(run)).await {
            Ok(recipients) => return self.tell_gone(run, recipients),
            // An environment without a key has nothing that could be sealed for anybody.
            Err(Problem::NoKey) => return self.tell_gone(run, 0),
            Err(error) => error,
        };
        for (index, _) in &self.members {
            if let Some((proof, at)) = run.fate(*index).proof() {
                let why = error.clone();
                run.set(*index, Fate::NotSealed { proof, at, why });
            }
        }
        // These may go better another time: with an answer, with the place free, with a new session.
        let is_owed = is_passing(&error)
            || matches!(error, Problem::Busy | Problem::NotAwaited)
            || matches!(error.call(), Some(CallError::Unauthorized));
        !is_owed
    }

    async fn share_until_answered(&self, run: &Run<'_>) -> Result<usize, Problem> {
        let mut tries = 0;
        loop {
            let turn = run.finishing.acquire().await;
            let shared = self.share(run.context).await;
            drop(turn);
            match shared {
                Err(error) if is_passing(&error) => {
                    tries += 1;
                    if run.is_over(tries) {
                        return Err(error);
                    }
                    tokio::time::sleep(pause(tries, &error)).await;
                }
                settled => return settled,
            }
        }
    }

    fn tell_gone(&self, run: &Run<'_>, recipients: usize) -> bool {
        for (index, _) in &self.members {
            if let Some((proof, at)) = run.fate(*index).proof() {
                let fate = Fate::Gone {
                    proof,
                    at,
                    recipients,
                };
                run.set(*index, fate);
            }
        }
        true
    }

    async fn share(&self, context: &Context) -> Result<usize, Problem> {
        let _lock = context.lock(&self.place).await?;
        reached(Operation::Emergency, Point::Locked);
        let ready = preflight::check(context, &self.place).await?;
        share(
            context,
            &self.place,
            &ready.key,
            None,
            Operation::Emergency,
            &|_| {},
        )
        .await
    }
}
