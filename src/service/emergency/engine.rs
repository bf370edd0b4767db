//! Ending many tokens: all CI tokens first, then the keys.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::batch::{self, Batch};
use super::{AT_ONCE, KnownCiTokens, proof};
use crate::api::ApiError;
use crate::domain::{Fate, Message, Moment, Proof, RevokeTarget, TokenEntry};
use crate::service::step::{Operation, Point, reached};
use crate::service::{Context, ServiceError};

/// How long a server that does not answer is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// This many times.
    Tries(u32),
    /// Until it answers.
    Endless,
}

/// How a run is to be done, and who is told of it.
pub struct Orders<'a> {
    /// Puts an error into words.
    pub word: fn(&ServiceError) -> Message,
    /// When to give up.
    pub patience: Patience,
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
    };
    let run = &run;
    stream::iter(queued)
        .for_each_concurrent(AT_ONCE, |index| async move { run.end(index).await })
        .await;
    stream::iter(batches)
        .for_each_concurrent(AT_ONCE / 2, |batch| async move { batch.finish(run).await })
        .await;
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

    /// Tells the server until it answers.
    async fn end(&self, index: usize) {
        let target = &self.targets[index];
        let mut tries = 0;
        loop {
            self.set(index, Fate::Revoking);
            let error = match tell(self.context, target).await {
                Ok(answered) => {
                    reached(Operation::Emergency, Point::Revoked);
                    let fate = self.prove(target, answered).await;
                    return self.set(index, fate);
                }
                Err(error) => error,
            };
            tries += 1;
            let message = (self.orders.word)(&error);
            if !is_passing(&error) {
                let may_come_yet = matches!(error.api(), Some(ApiError::Unauthorized));
                let fate = if may_come_yet {
                    Fate::Unknown(message)
                } else {
                    Fate::NotRevoked(message)
                };
                return self.set(index, fate);
            }
            if self.is_over(tries) {
                return self.set(index, Fate::Unknown(message));
            }
            self.set(index, Fate::Retrying(message));
            tokio::time::sleep(pause(tries, &error)).await;
        }
    }

    pub(super) fn is_over(&self, tries: u32) -> bool {
        matches!(self.orders.patience, Patience::Tries(most) if tries >= most)
    }

    async fn prove(&self, target: &RevokeTarget, answered: Proof) -> Fate {
        let at = Moment::now();
        let Some(ci_token) = self.orders.known.get(&target.token) else {
            return Fate::Refused { proof: answered, at };
        };
        match proof::as_runner(self.context, ci_token).await {
            Ok(proven) => Fate::Refused {
                proof: proven.max(answered),
                at,
            },
            Err(error) => Fate::NotRevoked((self.orders.word)(&error)),
        }
    }
}

/// Tells the server once. Doing it again changes nothing, so a lost answer needs no care.
async fn tell(context: &Context, target: &RevokeTarget) -> Result<Proof, ServiceError> {
    match context.client.revoke_token(&target.project, &target.token).await {
        Ok(token) if !token.is_active() => Ok(Proof::Answered),
        Ok(_) => listed(context, target).await,
        Err(error) if may_be_done(&error) => match listed(context, target).await {
            Err(ServiceError::NotDone) => Err(error.into()),
            known => known,
        },
        Err(error) => Err(error.into()),
    }
}

/// What a server may say of a token that is revoked already, and answers that cannot be read.
fn may_be_done(error: &ApiError) -> bool {
    matches!(error.status(), Some(404 | 409 | 410 | 422))
        || matches!(error, ApiError::Malformed(_) | ApiError::TooLarge { .. })
}

async fn listed(context: &Context, target: &RevokeTarget) -> Result<Proof, ServiceError> {
    let entries = context
        .client
        .tokens(&target.project, Some(&target.environment.id))
        .await?;
    let mut tokens = entries.iter().filter_map(TokenEntry::token);
    match tokens.find(|it| it.id == target.token) {
        Some(token) if !token.is_active() => Ok(Proof::Listed),
        _ => Err(ServiceError::NotDone),
    }
}

/// Whether another try may go better.
pub(super) fn is_passing(error: &ServiceError) -> bool {
    match error.api() {
        Some(ApiError::Unreachable { .. } | ApiError::TimedOut { .. } | ApiError::TooManyRequests { .. }) => {
            true
        }
        Some(ApiError::Refused(refusal)) => refusal.status >= 500 && refusal.status != 501,
        _ => false,
    }
}

/// A quarter of a second at first, doubled up to a quarter of a minute; or as long as the server asks.
pub(super) fn pause(tries: u32, error: &ServiceError) -> Duration {
    const LONGEST: Duration = Duration::from_secs(15);
    if let Some(ApiError::TooManyRequests {
        retry_after: Some(asked),
    }) = error.api()
    {
        return (*asked).min(Duration::from_secs(60));
    }
    let doubled = 250_u64 << tries.saturating_sub(1).min(10);
    Duration::from_millis(doubled).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_follow_the_server() {
        let lost = ServiceError::Api(ApiError::TimedOut {
            sent: crate::api::Sent::Maybe,
        });
        let pauses: Vec<u128> = [1, 2, 3, 7, 50]
            .map(|tries| pause(tries, &lost).as_millis())
            .to_vec();
        assert_eq!(pauses, [250, 500, 1000, 15_000, 15_000]);
        let asked = ServiceError::Api(ApiError::TooManyRequests {
            retry_after: Some(Duration::from_secs(7)),
        });
        assert_eq!(pause(1, &asked), Duration::from_secs(7));
        assert!(is_passing(&lost) && is_passing(&asked));
        assert!(
            !is_passing(&ServiceError::NotDone) && !is_passing(&ServiceError::Api(ApiError::Unauthorized))
        );
    }
}
