//! Ending tokens, one or many: all CI tokens first, then the keys.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use futures_util::future::join_all;

use super::batch::{self, Batch};
use super::ending::{self, Lost};
use super::proof;
use super::run::{Kind, Run, RunOptions};
use crate::checkpoint::{Checkpoint, reached};
use crate::journal::QueueItem;
use crate::{Context, Place};
use model::{Problem, Proof, RevocationStatus, RevokeTarget, Step};
use protocol::{DeployTokenId, Moment};

/// Ends these tokens, in this order but several at a time, and seals the keys again for everybody else. Gives the status of
/// each. A run that is cut off stays in the journal.
pub async fn revoke_targets(
    context: &Context,
    targets: &[RevokeTarget],
    options: &RunOptions<'_>,
) -> Vec<RevocationStatus> {
    let batches = batch::write_ahead(context, targets);
    let statuses = vec![RevocationStatus::Queued; targets.len()];
    let run = Run::new(context, Kind::Emergency, options, &|_| {}, statuses);
    drive(run, batches).await
}

/// Does what is left of a run, and gives the status of each token.
pub(super) async fn drive(run: Run<'_>, batches: Vec<Batch>) -> Vec<RevocationStatus> {
    let members = |batch: &'_ Batch| batch.members.iter().map(|(index, _)| *index).collect::<Vec<_>>();
    let mut queued: Vec<(usize, &Batch, &QueueItem)> = Vec::new();
    for batch in &batches {
        let all = batch.members.iter().map(|(index, item)| (*index, batch, item));
        queued.extend(all.filter(|(index, ..)| run.status(*index) == RevocationStatus::Queued));
    }
    // In the order of the run: whose turn it is, the most dangerous first.
    queued.sort_by_key(|(index, ..)| *index);
    let run = &run;
    let ended = join_all(
        queued
            .into_iter()
            .map(|(index, batch, item)| run.end(index, batch, item)),
    );
    let settled = join_all(batches.iter().map(|batch| async move {
        run.settled(&members(batch)).await;
        run.settle(batch).await;
    }));
    tokio::join!(ended, settled);
    run.statuses()
}

impl Run<'_> {
    /// Tells the server until it answers, or nobody waits for that any more.
    async fn end(&self, index: usize, batch: &Batch, item: &QueueItem) {
        let told = self.unless_stopped(async {
            self.tell_until_answered(index, &batch.place, &item.token).await;
            Ok(())
        });
        if let Err(error) = told.await {
            let why = match self.status(index) {
                RevocationStatus::Retrying(why) => why,
                _ => error,
            };
            self.set(index, RevocationStatus::Unknown(why));
        }
        if self.kind.marks_each() {
            batch.mark(|index| self.status(index));
        }
        self.is_settled(index);
    }

    async fn tell_until_answered(&self, index: usize, place: &Place, token: &DeployTokenId) {
        let mut pauses = self.options.retry.begin();
        let mut lost: usize = 0;
        loop {
            let turn = self.telling.acquire().await;
            self.set(index, RevocationStatus::Revoking);
            (self.progress)(Step::Revoke);
            let if_lost = if lost.saturating_add(1) < self.kind.asks_the_list_at() {
                Lost::TellAgain
            } else {
                Lost::AskTheList
            };
            let error = match ending::end(self.context, place, token, if_lost).await {
                Ok(answered) => {
                    reached(self.kind.operation(), Checkpoint::Revoked);
                    let status = self.prove(token, answered).await;
                    return self.set(index, status);
                }
                Err(error) => error,
            };
            drop(turn);
            let was_sent = !matches!(&error, Problem::Call(error) if error.was_not_sent());
            lost = lost.saturating_add(usize::from(was_sent));
            let Some(pause) = error.pause(&mut pauses) else {
                return self.set(index, self.kind.unsettled(error));
            };
            self.set(index, RevocationStatus::Retrying(error));
            self.was_told(index);
            tokio::time::sleep(pause).await;
        }
    }

    async fn prove(&self, token: &DeployTokenId, answered: Proof) -> RevocationStatus {
        let at = Some(Moment::now());
        let Some(ci_token) = self.options.known.get(token) else {
            return RevocationStatus::Refused { proof: answered, at };
        };
        match proof::as_runner(self.context, ci_token).await {
            Ok(proof) => RevocationStatus::Refused { proof, at },
            Err(Problem::NotDone) => RevocationStatus::NotRevoked(Problem::NotDone),
            // A server that cannot be asked leaves its own word as the proof.
            Err(error) => {
                tracing::warn!(%error, "the server could not be asked as the runner");
                RevocationStatus::Refused { proof: answered, at }
            }
        }
    }
}
