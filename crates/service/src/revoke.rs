//! Revoke deploy tokens: their CI tokens end at once, then the key is sealed again for those who remain.
//!
//! Revoking needs no key. What a runner kept can still open old ciphertexts (docs/protocol.md 6.5).

use super::checkpoint::{Checkpoint, Operation, reached};
use super::ending::{self, Lost};
use super::journal::{EntryWriter, QueueItem, QueueState, Work};
use super::preflight::{self, Ready};
use super::publish::{Published, Purpose, publish};
use super::{Context, Place, Progress};
use model::{Problem, Proof, Step, WrongState};
use protocol::{DeployToken, DeployTokenId, TokenEntry, token};

/// A token with which runners are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedToken {
    /// Its id.
    pub id: DeployTokenId,
    /// Its name.
    pub name: String,
    /// How that is known.
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
    let entries = super::list(context, place).await?;
    reached(Operation::Revoke, Checkpoint::Checked);
    let mut queue: Vec<QueueItem> = Vec::new();
    let mut picked: Vec<(String, Result<(), Problem>)> = Vec::new();
    for wanted in wanted {
        let found = pick(&entries, wanted, &queue);
        if let Ok(token) = &found {
            queue.push(QueueItem {
                token: token.id.clone(),
                name: token.name.clone(),
                state: QueueState::Waiting,
            });
        }
        picked.push((wanted.clone(), found.map(drop)));
    }
    let (mut done, share) = if queue.is_empty() {
        Outcomes::default()
    } else {
        let record = EntryWriter::begin(context, place, Operation::Revoke, Work::Revoke(queue.clone()))?;
        work_off(context, place, queue, record, progress).await
    };
    let tokens = picked.into_iter().map(|(wanted, found)| {
        let outcome = match found {
            Ok(()) => done.pop_front().unwrap_or(Err(Problem::Stopped)),
            Err(problem) => Err(problem),
        };
        (wanted, outcome)
    });
    Ok(Revocations {
        tokens: tokens.collect(),
        share,
    })
}

fn pick(entries: &[TokenEntry], wanted: &str, queue: &[QueueItem]) -> Result<DeployToken, Problem> {
    let found = token::find(entries, wanted)?;
    let named_before = queue.iter().any(|item| item.token == found.id);
    if found.is_active() && !named_before {
        Ok(found.clone())
    } else {
        Err(Problem::WrongState(WrongState::AlreadyRevoked))
    }
}

/// One outcome for each item that was waiting, in order, and the sharing after them.
type Outcomes = (
    std::collections::VecDeque<Result<EndedToken, Problem>>,
    Option<Result<usize, Problem>>,
);

/// Revokes what waits in a queue, and seals the key again. The journal forgets the queue when the fate of each token is
/// known.
pub(super) async fn work_off(
    context: &Context,
    place: &Place,
    mut queue: Vec<QueueItem>,
    mut record: EntryWriter,
    progress: Progress<'_>,
) -> Outcomes {
    let mut outcomes = std::collections::VecDeque::new();
    for index in 0..queue.len() {
        if queue[index].state != QueueState::Waiting {
            continue;
        }
        progress(Step::Revoke);
        let item = &mut queue[index];
        let outcome = ending::end(context, place, &item.token, Lost::AskTheList).await;
        item.state = match &outcome {
            Ok(_) => QueueState::Revoked,
            Err(problem) if problem.may_have_happened() => QueueState::Waiting,
            Err(_) => QueueState::Failed,
        };
        let outcome = outcome.map(|proof| EndedToken {
            id: item.token.clone(),
            name: item.name.clone(),
            proof,
        });
        if outcome.is_ok() {
            reached(Operation::Revoke, Checkpoint::Revoked);
        }
        record.mark(&queue);
        outcomes.push_back(outcome);
    }
    let any = queue.iter().any(|item| item.state == QueueState::Revoked);
    let share = if any {
        Some(share_with_rest(context, place, Operation::Revoke, progress).await)
    } else {
        None
    };
    if queue.iter().all(|item| item.state != QueueState::Waiting) {
        record.close();
        reached(Operation::Revoke, Checkpoint::Closed);
    }
    progress(Step::Done);
    (outcomes, share)
}

/// Seals the key again for those who remain.
pub(super) async fn share_with_rest(
    context: &Context,
    place: &Place,
    operation: Operation,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let Ready { key, lists } = preflight::check(context, place).await?;
    let (what, purpose) = (Published::Again(&key), Purpose::default());
    publish(context, place, &lists, what, purpose, operation, progress).await
}
