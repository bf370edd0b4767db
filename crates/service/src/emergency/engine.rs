//! Ending many tokens: all CI tokens first, then the keys.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::{Semaphore, watch};

use super::batch::{self, Batch};
use super::{AT_ONCE, KnownCiTokens};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::ending::{self, Lost};
use crate::{Context, Place};
use model::{CallError, Problem, Proof, RetryPolicy, RevocationStatus, RevokeTarget};
use protocol::Moment;

/// Ends a run's waiting from outside: what is not settled by then stays in the journal. A handle.
#[derive(Clone, Debug, Default)]
pub struct StopWaiting(Arc<watch::Sender<bool>>);

impl StopWaiting {
    /// Waits no more.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    async fn stopped(&self) {
        // The sender lives as long as this, so that there is nothing else to be told of.
        drop(self.0.subscribe().wait_for(|stopped| *stopped).await);
    }
}

/// How a run is to be done, and who is told of it.
pub struct RunOptions<'a> {
    /// How long a server that does not answer is told again.
    pub retry: RetryPolicy,
    /// Gives up before that.
    pub stop: StopWaiting,
    /// CI tokens with which a refusal can be proven.
    pub known: KnownCiTokens,
    /// Told of each change, by the target's place in the list.
    pub tell: &'a (dyn Fn(usize, &RevocationStatus) + Send + Sync),
}

/// Ends these tokens, in this order but several at a time, and seals the keys again for everybody else. Gives the fate of
/// each. A run that is cut off stays in the journal.
pub async fn revoke(
    context: &Context,
    targets: &[RevokeTarget],
    options: &RunOptions<'_>,
) -> Vec<RevocationStatus> {
    let batches = batch::write_ahead(context, targets);
    run(
        context,
        targets,
        vec![RevocationStatus::Queued; targets.len()],
        batches,
        options,
    )
    .await
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context,
    pub(super) options: &'a RunOptions<'a>,
    targets: &'a [RevokeTarget],
    fates: Mutex<Vec<RevocationStatus>>,
    /// How many tokens the server is told of at once. Nobody holds one of these while only waiting.
    telling: Semaphore,
    /// How many environments are looked up or sealed at once; the same.
    pub(super) finishing: Semaphore,
    open: watch::Sender<Open>,
}

/// The tokens that keep keys from being sealed.
struct Open {
    /// The server has not been told once: these go before any key.
    untold: HashSet<usize>,
    /// These keep that of their own environment.
    unsettled: HashSet<usize>,
}

/// Goes on from where each token is.
pub(super) async fn run(
    context: &Context,
    targets: &[RevokeTarget],
    fates: Vec<RevocationStatus>,
    batches: Vec<Batch>,
    options: &RunOptions<'_>,
) -> Vec<RevocationStatus> {
    let queued: Vec<usize> = (0..fates.len())
        .filter(|index| fates[*index] == RevocationStatus::Queued)
        .collect();
    let run = Run {
        context,
        options,
        targets,
        fates: Mutex::new(fates),
        telling: Semaphore::new(AT_ONCE),
        finishing: Semaphore::new(AT_ONCE / 2),
        open: watch::Sender::new(Open {
            untold: queued.iter().copied().collect(),
            unsettled: queued.iter().copied().collect(),
        }),
    };
    let run = &run;
    // In their order: whose turn it is, the most dangerous first.
    let ended = join_all(queued.into_iter().map(|index| run.end(index)));
    let finished = join_all(batches.into_iter().map(|batch| run.finish(batch)));
    tokio::join!(ended, finished);
    run.fates().clone()
}

impl Run<'_> {
    fn fates(&self) -> std::sync::MutexGuard<'_, Vec<RevocationStatus>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn fate(&self, index: usize) -> RevocationStatus {
        self.fates()[index].clone()
    }

    pub(super) fn set(&self, index: usize, fate: RevocationStatus) {
        self.fates()[index] = fate.clone();
        (self.options.tell)(index, &fate);
    }

    /// Waits until the server was told of every token of the run, and those of this environment are settled.
    async fn finish(&self, batch: Batch) {
        let members: Vec<usize> = batch.members.iter().map(|(index, _)| *index).collect();
        let mut open = self.open.subscribe();
        let settled = open.wait_for(|open| {
            open.untold.is_empty() && members.iter().all(|index| !open.unsettled.contains(index))
        });
        // The run has the sender.
        drop(settled.await);
        batch.finish(self).await;
    }

    /// Does this, unless nobody waits for it any more.
    pub(super) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        tokio::select! {
            biased;
            () = self.options.stop.stopped() => Err(Problem::NotAwaited),
            done = work => done,
        }
    }

    /// Tells the server until it answers, or nobody waits for that any more.
    async fn end(&self, index: usize) {
        let told = self.unless_stopped(async {
            self.tell_until_answered(index).await;
            Ok(())
        });
        if let Err(error) = told.await {
            let why = match self.fate(index) {
                RevocationStatus::Retrying(why) => why,
                _ => error,
            };
            self.set(index, RevocationStatus::Unknown(why));
        }
        self.open.send_modify(|open| {
            open.untold.remove(&index);
            open.unsettled.remove(&index);
        });
    }

    async fn tell_until_answered(&self, index: usize) {
        let target = &self.targets[index];
        let mut pauses = self.options.retry.begin();
        loop {
            let turn = self.telling.acquire().await;
            self.set(index, RevocationStatus::Revoking);
            let place = place_of(target);
            let error = match ending::end(self.context, &place, &target.token, Lost::TellAgain).await {
                Ok(answered) => {
                    reached(Operation::Emergency, Checkpoint::Revoked);
                    let fate = self.prove(target, answered).await;
                    return self.set(index, fate);
                }
                Err(error) => error,
            };
            drop(turn);
            if !error.may_pass() {
                // With a new session, or a list that can be read.
                let may_come_yet = matches!(error.call(), Some(CallError::Unauthorized))
                    || matches!(error, Problem::Uncertain(_));
                let fate = if may_come_yet {
                    RevocationStatus::Unknown(error)
                } else {
                    RevocationStatus::NotRevoked(error)
                };
                return self.set(index, fate);
            }
            let Some(pause) = error.pause(&mut pauses) else {
                return self.set(index, RevocationStatus::Unknown(error));
            };
            self.set(index, RevocationStatus::Retrying(error.clone()));
            self.open.send_modify(|open| {
                open.untold.remove(&index);
            });
            tokio::time::sleep(pause).await;
        }
    }

    async fn prove(&self, target: &RevokeTarget, answered: Proof) -> RevocationStatus {
        let at = Some(Moment::now());
        let Some(ci_token) = self.options.known.get(&target.token) else {
            return RevocationStatus::Refused { proof: answered, at };
        };
        match ending::as_runner(self.context, ci_token).await {
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

fn place_of(target: &RevokeTarget) -> Place {
    Place {
        project: target.project.clone(),
        environment: target.environment.clone(),
    }
}
