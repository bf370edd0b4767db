//! Revoke tokens of one environment, each by its id or name: their CI tokens end at once, then the key is sealed again for
//! those who remain.
//!
//! Revoking needs no key. What a runner kept can still open old ciphertexts (docs/protocol.md 6.5).

use std::sync::{Mutex, PoisonError};

use super::KnownCiTokens;
use super::batch::{self, Batch};
use super::engine::drive;
use super::run::{Kind, Run, RunOptions, StopWaiting};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{EntryWriter, QueueItem};
use crate::{Context, Place, Progress};
use model::{Problem, Proof, RetryPolicy, RevocationStatus, Step, WrongState};
use protocol::{DeployToken, DeployTokenId, TokenEntry, token};

/// How often a server is asked that takes no more calls for now.
const TRIES: usize = 8;

/// A token with which runners are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedToken {
    pub id: DeployTokenId,
    pub name: String,
    /// How that was known at first. The list that is read for sealing can deny it afterwards.
    pub proof: Proof,
}

/// A token that the server has ended, and the key after it.
#[derive(Debug)]
pub struct Revoked {
    /// Which, and how that is known.
    pub token: EndedToken,
    /// For how many recipients the key was sealed again, or why it was not. Runners cannot fetch in either case.
    pub share: Result<usize, Problem>,
}

/// What became of several tokens that were to be revoked.
#[derive(Debug)]
pub struct Revocations {
    /// What was asked for and what came of it, in the order in which it was asked for.
    pub tokens: Vec<(String, Result<EndedToken, Problem>)>,
    /// For how many recipients the key was sealed again afterwards, or why it was not; `None` if no token was revoked.
    pub share: Option<Result<usize, Problem>>,
}

/// Revokes the token with this id or exact name.
///
/// # Errors
/// [`Problem::Find`], [`Problem::WrongState`] when it is revoked already, [`Problem::NotDone`] when the server
/// still lists it as active, and API errors. A failure to share again is inside [`Revoked`].
pub async fn revoke(
    context: &Context,
    place: &Place,
    wanted: &str,
    progress: Progress<'_>,
) -> Result<Revoked, Problem> {
    let mut done = revoke_all(context, place, &[wanted.to_owned()], progress).await?;
    let (_, token) = done.tokens.pop().ok_or(Problem::Stopped)?;
    Ok(Revoked {
        token: token?,
        share: done.share.unwrap_or(Err(Problem::Stopped)),
    })
}

/// Revokes several tokens, each by its id or exact name, and seals the key once afterwards. All of them are in the
/// journal before the first is revoked.
///
/// # Errors
/// When nothing was begun: [`Problem::Busy`], [`Problem::Journal`], or the list could not be read. What became
/// of each token is inside [`Revocations`].
pub async fn revoke_all(
    context: &Context,
    place: &Place,
    wanted: &[String],
    progress: Progress<'_>,
) -> Result<Revocations, Problem> {
    let _lock = context.lock(place).await?;
    reached(Operation::Revoke, Checkpoint::Locked);
    progress(Step::Check);
    let entries = crate::tokens::list(context, place).await?;
    reached(Operation::Revoke, Checkpoint::Checked);
    let mut queue: Vec<QueueItem> = Vec::new();
    let mut picked: Vec<Result<usize, Problem>> = Vec::new();
    for wanted in wanted {
        picked.push(pick(&entries, wanted, &queue).map(|token| {
            queue.push(batch::item(token.id, token.name));
            queue.len() - 1
        }));
    }
    let done = if queue.is_empty() {
        progress(Step::Done);
        Done::default()
    } else {
        let statuses = vec![RevocationStatus::Queued; queue.len()];
        let mut batch = Batch::new(place.clone(), queue.into_iter().enumerate().collect());
        batch.begin(context, Kind::Named)?;
        end_all(context, batch, statuses, progress).await
    };
    let outcome = |picked: Result<usize, Problem>| {
        let ended = done.tokens.get(picked?).cloned();
        ended.unwrap_or(Err(Problem::Stopped))
    };
    let tokens = wanted.iter().cloned().zip(picked.into_iter().map(outcome));
    Ok(Revocations {
        tokens: tokens.collect(),
        share: done.share.clone(),
    })
}

fn pick(entries: &[TokenEntry], wanted: &str, queue: &[QueueItem]) -> Result<DeployToken, Problem> {
    let found = token::find(entries, wanted)?;
    let named_before = queue.iter().any(|item| item.token == found.id);
    if found.may_be_active() && !named_before {
        Ok(found.clone())
    } else {
        Err(Problem::WrongState(WrongState::AlreadyRevoked))
    }
}

/// What became of each token of an environment, and of its key.
#[derive(Default)]
struct Done {
    tokens: Vec<Result<EndedToken, Problem>>,
    share: Option<Result<usize, Problem>>,
}

/// Ends what waits in a queue that was cut off, and seals the key again. The caller holds the place. The journal forgets the
/// queue when it is known what became of each token.
pub(crate) async fn work_off(
    context: &Context,
    place: &Place,
    queue: &[QueueItem],
    record: EntryWriter,
    progress: Progress<'_>,
) -> Revocations {
    let (batch, before) = Batch::taken_up(place.clone(), queue, record, 0);
    let names: Vec<String> = batch.members.iter().map(|(_, item)| item.name.clone()).collect();
    let done = end_all(context, batch, before.clone(), progress).await;
    let all = names.into_iter().zip(done.tokens).zip(before);
    let waited = all.filter(|(_, before)| *before == RevocationStatus::Queued);
    Revocations {
        tokens: waited.map(|(token, _)| token).collect(),
        share: done.share,
    }
}

/// A run over the tokens of one environment, which the caller holds. The server is told of each once.
async fn end_all(
    context: &Context,
    batch: Batch,
    statuses: Vec<RevocationStatus>,
    progress: Progress<'_>,
) -> Done {
    let items: Vec<QueueItem> = batch.members.iter().map(|(_, item)| item.clone()).collect();
    let at_first: Mutex<Vec<Option<Proof>>> = Mutex::new(vec![None; items.len()]);
    let tell = |index: usize, status: &RevocationStatus| {
        let mut at_first = at_first.lock().unwrap_or_else(PoisonError::into_inner);
        at_first[index] = at_first[index].or(status.proof().map(|(proof, _)| proof));
    };
    let options = RunOptions {
        retry: RetryPolicy::REVOKE.tries(TRIES).only_slow_down(),
        stop: StopWaiting::default(),
        known: KnownCiTokens::default(),
        tell: &tell,
    };
    let run = Run::new(context, Kind::Named, &options, progress, statuses);
    let statuses = drive(run, vec![batch]).await;
    progress(Step::Done);
    let at_first = at_first.lock().unwrap_or_else(PoisonError::into_inner);
    let share = statuses.iter().find_map(share);
    let outcomes = items.into_iter().zip(statuses).zip(&*at_first);
    let tokens = outcomes.map(|((item, status), at_first)| outcome(item, status, *at_first));
    Done {
        tokens: tokens.collect(),
        share,
    }
}

fn outcome(
    item: QueueItem,
    status: RevocationStatus,
    at_first: Option<Proof>,
) -> Result<EndedToken, Problem> {
    let proof = status.proof().map(|(proof, _)| at_first.unwrap_or(proof));
    match (proof, status) {
        (Some(proof), _) => Ok(EndedToken {
            id: item.token,
            name: item.name,
            proof,
        }),
        (None, RevocationStatus::NotRevoked(why) | RevocationStatus::Unknown(why)) => Err(why),
        (None, _) => Err(Problem::Stopped),
    }
}

/// For how many the key was sealed again, or why it was not, as the status of a revoked token has it.
fn share(status: &RevocationStatus) -> Option<Result<usize, Problem>> {
    match status {
        RevocationStatus::Reshared { recipients, .. } => Some(Ok(*recipients)),
        RevocationStatus::ReshareFailed { why, .. } => Some(Err(why.clone())),
        _ => None,
    }
}
