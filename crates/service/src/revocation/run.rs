//! A run under way: how it is to be done, and how far each of its tokens is.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, watch};

use super::{AT_ONCE, KnownCiTokens};
use crate::checkpoint::Operation;
use crate::{Context, Progress};
use model::{CallError, Problem, RetryPolicy, RevocationStatus};

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

/// By whom a run was asked for, and what follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody named tokens of one environment, which is held from before they were looked up until the end. What was not
    /// done is told, and theirs to ask for again.
    Named,
    /// All that can be seen, from everywhere. What was not done is owed, and stays in the journal until it is.
    Emergency,
}

impl Kind {
    pub(super) fn operation(self) -> Operation {
        match self {
            Self::Named => Operation::Revoke,
            Self::Emergency => Operation::Emergency,
        }
    }

    /// The lost answer after which the list is asked, because the server may have acted on each: at once where somebody
    /// waits for this token alone, later where others wait for their turn.
    pub(super) fn asks_the_list_at(self) -> usize {
        match self {
            Self::Named => 1,
            Self::Emergency => 3,
        }
    }

    /// Whether each token is written down as soon as it is settled, and not only all of an environment together: an entry
    /// of a thousand tokens that is written a thousand times would hold up the rest.
    pub(super) fn marks_each(self) -> bool {
        self == Self::Named
    }

    /// What is not settled when a run gives up on it. A lost request may still arrive, and so it is not known. What failed
    /// otherwise is not revoked; only in an emergency is it kept for another time, with an answer or a new session.
    pub(super) fn unsettled(self, problem: Problem) -> RevocationStatus {
        let may_arrive =
            matches!(problem, Problem::Uncertain(_)) || (problem.may_pass() && problem.may_have_happened());
        if may_arrive || (self == Self::Emergency && may_come_yet(&problem)) {
            RevocationStatus::Unknown(problem)
        } else {
            RevocationStatus::NotRevoked(problem)
        }
    }

    /// Whether the key is still to be sealed again, after this kept it from being.
    pub(super) fn owes_sealing(self, problem: &Problem) -> bool {
        let may_come_yet = may_come_yet(problem) || matches!(problem, Problem::Busy | Problem::NotAwaited);
        self == Self::Emergency && may_come_yet
    }
}

/// Whether it may go better another time, or with a new session.
fn may_come_yet(problem: &Problem) -> bool {
    problem.may_pass() || problem.call().is_some_and(CallError::needs_sign_in)
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context,
    pub(super) kind: Kind,
    pub(super) options: &'a RunOptions<'a>,
    pub(super) progress: Progress<'a>,
    statuses: Mutex<Vec<RevocationStatus>>,
    /// How many tokens the server is told of at once. Nobody holds one of these while only waiting.
    pub(super) telling: Semaphore,
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

impl<'a> Run<'a> {
    /// One that goes on from where each token is.
    pub(super) fn new(
        context: &'a Context,
        kind: Kind,
        options: &'a RunOptions<'a>,
        progress: Progress<'a>,
        statuses: Vec<RevocationStatus>,
    ) -> Self {
        let queued = statuses.iter().enumerate();
        let queued = queued.filter(|(_, status)| **status == RevocationStatus::Queued);
        let queued: HashSet<usize> = queued.map(|(index, _)| index).collect();
        Self {
            context,
            kind,
            options,
            progress,
            statuses: Mutex::new(statuses),
            telling: Semaphore::new(AT_ONCE),
            finishing: Semaphore::new(AT_ONCE / 2),
            open: watch::Sender::new(Open {
                untold: queued.clone(),
                unsettled: queued,
            }),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<RevocationStatus>> {
        self.statuses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn statuses(&self) -> Vec<RevocationStatus> {
        self.lock().clone()
    }

    pub(super) fn status(&self, index: usize) -> RevocationStatus {
        self.lock()[index].clone()
    }

    pub(super) fn set(&self, index: usize, status: RevocationStatus) {
        self.lock()[index] = status.clone();
        (self.options.tell)(index, &status);
    }

    /// The server was told of this token, or could not be.
    pub(super) fn was_told(&self, index: usize) {
        self.open.send_modify(|open| {
            open.untold.remove(&index);
        });
    }

    /// This token keeps no key from being sealed any more.
    pub(super) fn is_settled(&self, index: usize) {
        self.open.send_modify(|open| {
            open.untold.remove(&index);
            open.unsettled.remove(&index);
        });
    }

    /// Waits until the server was told of every token of the run, and these are settled.
    pub(super) async fn settled(&self, members: &[usize]) {
        let mut open = self.open.subscribe();
        let settled = open.wait_for(|open| {
            open.untold.is_empty() && members.iter().all(|index| !open.unsettled.contains(index))
        });
        // The run has the sender.
        drop(settled.await);
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
}
