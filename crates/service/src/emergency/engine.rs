//! Ending many tokens: all CI tokens first, then the keys.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{Semaphore, watch};

use super::batch::{self, Batch};
use super::{AT_ONCE, KnownCiTokens, proof};
use crate::Context;
use crate::step::{Operation, Point, reached};
use model::{CallError, Fate, Problem, Proof, RevokeTarget};
use protocol::{Moment, TokenEntry};

/// How long a server that does not answer is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// This many times.
    Tries(u32),
    /// Until it answers.
    Endless,
}

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
pub struct Orders<'a> {
    /// When to give up.
    pub patience: Patience,
    /// Gives up before that.
    pub stop: StopWaiting,
    /// CI tokens with which a refusal can be proven.
    pub known: KnownCiTokens,
    /// Told of each change, by the target's place in the list.
    pub tell: &'a (dyn Fn(usize, &Fate) + Send + Sync),
}

/// Ends these tokens, in this order but several at a time, and seals the keys again for everybody else. Gives the fate of
/// each. A run that is cut off stays in the journal.
pub async fn revoke(context: &Context, targets: &[RevokeTarget], orders: &Orders<'_>) -> Vec<Fate> {
    let batches = batch::write_ahead(context, targets);
    run(
        context,
        targets,
        vec![Fate::Queued; targets.len()],
        batches,
        orders,
    )
    .await
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context,
    pub(super) orders: &'a Orders<'a>,
    targets: &'a [RevokeTarget],
    fates: Mutex<Vec<Fate>>,
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
    fates: Vec<Fate>,
    batches: Vec<Batch>,
    orders: &Orders<'_>,
) -> Vec<Fate> {
    let queued: Vec<usize> = (0..fates.len())
        .filter(|index| fates[*index] == Fate::Queued)
        .collect();
    let run = Run {
        context,
        orders,
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
    fn fates(&self) -> std::sync::MutexGuard<'_, Vec<Fate>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn fate(&self, index: usize) -> Fate {
        self.fates()[index].clone()
    }

    pub(super) fn set(&self, index: usize, fate: Fate) {
        self.fates()[index] = fate.clone();
        (self.orders.tell)(index, &fate);
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
            () = self.orders.stop.stopped() => Err(Problem::NotAwaited),
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
                Fate::Retrying(why) => why,
                _ => error,
            };
            self.set(index, Fate::Unknown(why));
        }
        self.open.send_modify(|open| {
            open.untold.remove(&index);
            open.unsettled.remove(&index);
        });
    }

    async fn tell_until_answered(&self, index: usize) {
        let target = &self.targets[index];
        let mut tries = 0_u32;
        loop {
            let turn = self.telling.acquire().await;
            self.set(index, Fate::Revoking);
            let error = match tell(self.context, target).await {
                Ok(answered) => {
                    reached(Operation::Emergency, Point::Revoked);
                    let fate = self.prove(target, answered).await;
                    return self.set(index, fate);
                }
                Err(error) => error,
            };
            drop(turn);
            tries = tries.saturating_add(1);
            if !is_passing(&error) {
                let may_come_yet = matches!(error.call(), Some(CallError::Unauthorized));
                let fate = if may_come_yet {
                    Fate::Unknown(error)
                } else {
                    Fate::NotRevoked(error)
                };
                return self.set(index, fate);
            }
            if self.is_over(tries) {
                return self.set(index, Fate::Unknown(error));
            }
            self.set(index, Fate::Retrying(error.clone()));
            self.open.send_modify(|open| {
                open.untold.remove(&index);
            });
            tokio::time::sleep(pause(tries, &error)).await;
        }
    }

    pub(super) fn is_over(&self, tries: u32) -> bool {
        matches!(self.orders.patience, Patience::Tries(most) if tries >= most)
    }

    async fn prove(&self, target: &RevokeTarget, answered: Proof) -> Fate {
        let at = Some(Moment::now());
        let Some(ci_token) = self.orders.known.get(&target.token) else {
            return Fate::Refused { proof: answered, at };
        };
        match proof::as_runner(self.context, ci_token).await {
            Ok(proven) => Fate::Refused {
                proof: proven.max(answered),
                at,
            },
            Err(error) => Fate::NotRevoked(error),
        }
    }
}

/// Tells the server once. Doing it again changes nothing, so a lost answer needs no care.
async fn tell(context: &Context, target: &RevokeTarget) -> Result<Proof, Problem> {
    match context.client.revoke_token(&target.project, &target.token).await {
        Ok(token) if !token.is_active() => Ok(Proof::Answered),
        Ok(_) => listed(context, target).await,
        Err(error) if may_be_done(&error) => match listed(context, target).await {
            Err(Problem::NotDone) => Err(error.into()),
            known => known,
        },
        Err(error) => Err(error.into()),
    }
}

/// What a server may say of a token that is revoked already, and answers that cannot be read.
fn may_be_done(error: &CallError) -> bool {
    matches!(error.status(), Some(404 | 409 | 410 | 422))
        || matches!(error, CallError::Malformed(_) | CallError::TooLarge { .. })
}

async fn listed(context: &Context, target: &RevokeTarget) -> Result<Proof, Problem> {
    let entries = context
        .client
        .tokens(&target.project, Some(&target.environment.id))
        .await?;
    let mut tokens = entries.iter().filter_map(TokenEntry::token);
    match tokens.find(|it| it.id == target.token) {
        Some(token) if !token.is_active() => Ok(Proof::Listed),
        _ => Err(Problem::NotDone),
    }
}

/// Whether another try may go better.
pub(super) fn is_passing(error: &Problem) -> bool {
    match error.call() {
        Some(
            CallError::Unreachable { .. } | CallError::TimedOut { .. } | CallError::TooManyRequests { .. },
        ) => true,
        Some(CallError::Refused(refusal)) => refusal.status >= 500 && refusal.status != 501,
        _ => false,
    }
}

/// A quarter of a second at first, doubled up to a quarter of a minute; or as long as the server asks.
pub(super) fn pause(tries: u32, error: &Problem) -> Duration {
    const LONGEST: Duration = Duration::from_secs(15);
    if let Some(CallError::TooManyRequests {
        retry_after: Some(asked),
    }) = error.call()
    {
        return (*asked).min(Duration::from_secs(60));
    }
    let doubled = 2_u64.saturating_pow(tries.saturating_sub(1)).saturating_mul(250);
    Duration::from_millis(doubled).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_follow_the_server() {
        let lost = Problem::Call(CallError::TimedOut {
            sent: model::Sent::Maybe,
        });
        let pauses: Vec<u128> = [1, 2, 3, 7, 50]
            .map(|tries| pause(tries, &lost).as_millis())
            .to_vec();
        assert_eq!(pauses, [250, 500, 1000, 15_000, 15_000]);
        let asked = Problem::Call(CallError::TooManyRequests {
            retry_after: Some(Duration::from_secs(7)),
        });
        assert_eq!(pause(1, &asked), Duration::from_secs(7));
        assert!(is_passing(&lost) && is_passing(&asked));
        assert!(!is_passing(&Problem::NotDone) && !is_passing(&Problem::Call(CallError::Unauthorized)));
    }
}
