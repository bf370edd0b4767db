//! One budget of requests for everything in this process that calls a server under one name (docs/protocol.md 15): a server
//! that allows sixty calls a minute is waited for, whoever in here has used them up.
//!
//! What ends a leak goes first; who only looks around waits meanwhile. How many calls are left is what the server said
//! last, less those under way since. When none is left, one call at a time is tried: it is let in when the minute is over,
//! or refused with the time to wait, and a refused call has done nothing.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use model::Pause;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Which of two requests goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Priority {
    /// It ends a leak, or changes something: it is not held up by anybody who looks around.
    Urgent,
    /// It looks around.
    Looking,
}

/// The budget at one server of one bearer.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    /// Something changed that a waiting request should look at.
    changed: Notify,
    waiting: watch::Sender<Option<Pause>>,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing is sent before.
    closed_until: Option<Instant>,
    /// How many calls the server takes yet beside those under way; `None` where it does not say.
    left: Option<u64>,
    /// How many it takes in all; `None` where it does not say.
    limit: Option<u64>,
    under_way: u64,
    urgent_waiting: u64,
}

/// What a request that wants in is told.
enum Answer {
    In,
    /// Not before this moment.
    NotBefore(Instant),
    /// When something has changed.
    Later,
}

/// By server and bearer, so that no bearer is kept: a hash under a key that this process made up.
static GATES: LazyLock<Gates> = LazyLock::new(Gates::default);

#[derive(Default)]
struct Gates {
    hasher: RandomState,
    by_name: Mutex<HashMap<u64, Weak<Gate>>>,
}

impl Gate {
    /// The gate of everybody who calls this server as this bearer; without one, of everybody who is not signed in.
    pub(super) fn of(server: &str, bearer: &[u8]) -> Arc<Self> {
        let mut gates = GATES.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| gate.strong_count() > 0);
        let name = GATES.hasher.hash_one((server, bearer));
        if let Some(gate) = gates.get(&name).and_then(Weak::upgrade) {
            return gate;
        }
        let gate = Arc::new(Self::new());
        gates.insert(name, Arc::downgrade(&gate));
        gate
    }

    fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Notify::new(),
            waiting: watch::Sender::new(None),
        }
    }

    /// Until when requests wait because the server said so; `None` while none does.
    pub(super) fn waiting(&self) -> watch::Receiver<Option<Pause>> {
        self.waiting.subscribe()
    }

    /// How many calls the server takes yet beside those under way; `None` where it does not say.
    pub(super) fn left(&self) -> Option<u64> {
        self.lock().left
    }

    /// Waits until a request may be sent.
    pub(super) async fn enter(&self, priority: Priority) -> Pass<'_> {
        let _queued = Queued::new(self, priority);
        loop {
            // From here on no change is missed.
            let changed = self.changed.notified();
            match self.ask(priority) {
                Answer::In => return Pass { gate: self },
                Answer::Later => changed.await,
                Answer::NotBefore(moment) => tokio::time::sleep_until(moment).await,
            }
        }
    }

    fn ask(&self, priority: Priority) -> Answer {
        let mut state = self.lock();
        if let Some(moment) = state.closed_until {
            if Instant::now() < moment {
                let pause = Some(Pause {
                    until: moment.into_std(),
                    calls_a_minute: state.limit,
                });
                self.waiting
                    .send_if_modified(|told| std::mem::replace(told, pause) != pause);
                return Answer::NotBefore(moment);
            }
            state.closed_until = None;
            self.waiting.send_replace(None);
        }
        let is_behind = priority == Priority::Looking && state.urgent_waiting > 0;
        let is_used_up = state.left == Some(0) && state.under_way > 0;
        if is_behind || is_used_up {
            return Answer::Later;
        }
        state.left = state.left.map(|left| left.saturating_sub(1));
        state.under_way = state.under_way.saturating_add(1);
        Answer::In
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that waits to be let in.
struct Queued<'a> {
    gate: &'a Gate,
    priority: Priority,
}

impl<'a> Queued<'a> {
    fn new(gate: &'a Gate, priority: Priority) -> Self {
        if priority == Priority::Urgent {
            let mut state = gate.lock();
            state.urgent_waiting = state.urgent_waiting.saturating_add(1);
        }
        Self { gate, priority }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if self.priority == Priority::Urgent {
            let mut state = self.gate.lock();
            state.urgent_waiting = state.urgent_waiting.saturating_sub(1);
            drop(state);
            self.gate.changed.notify_waiters();
        }
    }
}

/// A request under way.
pub(super) struct Pass<'a> {
    gate: &'a Gate,
}

impl Pass<'_> {
    /// The server has answered, and told how many calls it takes yet, if it does.
    pub(super) fn answered(&self, left: Option<u64>) {
        let mut state = self.gate.lock();
        let others = state.under_way.saturating_sub(1);
        state.left = left.map(|left| left.saturating_sub(others));
    }

    /// The server has told how many calls it takes a minute, if it does.
    pub(super) fn allowed(&self, calls: Option<u64>) {
        let mut state = self.gate.lock();
        state.limit = calls.or(state.limit);
    }

    /// The server takes nothing for this long.
    pub(super) fn refused(&self, pause: Duration) {
        let mut state = self.gate.lock();
        let moment = Instant::now().checked_add(pause);
        state.closed_until = state.closed_until.max(moment);
        // One goes first then, and finds out.
        state.left = Some(0);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.under_way = state.under_way.saturating_sub(1);
        drop(state);
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn what_is_urgent_goes_first_when_the_time_has_come() {
        let gate = Arc::new(Gate::new());
        let first = gate.enter(Priority::Looking).await;
        first.allowed(Some(60));
        first.allowed(None);
        first.refused(MOMENT);
        drop(first);
        let begun = Instant::now();
        let order = Arc::new(Mutex::new(Vec::new()));
        let go = |name: &'static str, priority| {
            let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
            tokio::spawn(async move {
                let pass = gate.enter(priority).await;
                order.lock().unwrap().push(name);
                // One at a time, as a server with one call left.
                pass.answered(Some(0));
            })
        };
        let looking = go("looking", Priority::Looking);
        tokio::task::yield_now().await;
        let urgent = go("urgent", Priority::Urgent);
        tokio::task::yield_now().await;
        let pause = *gate.waiting().borrow();
        assert_eq!(pause.and_then(|it| it.calls_a_minute), Some(60), "it is told");
        looking.await.unwrap();
        urgent.await.unwrap();
        assert_eq!(*order.lock().unwrap(), ["urgent", "looking"]);
        assert!(begun.elapsed() >= MOMENT);
        assert_eq!(*gate.waiting().borrow(), None);
    }

    #[tokio::test]
    async fn no_more_are_under_way_than_the_server_takes() {
        let gate = Gate::new();
        gate.enter(Priority::Looking).await.answered(Some(2));
        let first = gate.enter(Priority::Looking).await;
        let _second = gate.enter(Priority::Urgent).await;
        let third = tokio::time::timeout(MOMENT, gate.enter(Priority::Urgent));
        assert!(third.await.is_err(), "there are two");
        // One that comes back without a word lets nobody in; one with a word does.
        first.answered(Some(59));
        drop(first);
        drop(gate.enter(Priority::Looking).await);
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_while_it_waits_holds_nobody_up() {
        let gate = Gate::new();
        gate.enter(Priority::Looking).await.refused(MOMENT * 2);
        let given_up = tokio::time::timeout(MOMENT, gate.enter(Priority::Urgent));
        assert!(given_up.await.is_err());
        drop(gate.enter(Priority::Looking).await);
        assert_eq!(gate.lock().urgent_waiting, 0);
    }

    #[test]
    fn a_gate_is_shared_by_server_and_bearer() {
        let one = Gate::of("https://a", b"token");
        assert!(Arc::ptr_eq(&one, &Gate::of("https://a", b"token")));
        assert!(!Arc::ptr_eq(&one, &Gate::of("https://b", b"token")));
        assert!(!Arc::ptr_eq(&one, &Gate::of("https://a", b"other")));
    }
}
