//! Which of several answers still counts.

use dioxus::prelude::*;

/// Of what was begun several times, only the latest counts: what comes late for an earlier time is not told. A handle, as
/// signals are.
#[derive(Clone, Copy, PartialEq)]
pub struct Latest(Signal<u64>);

/// One of these times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Latest {
    /// Nothing was begun yet.
    pub fn make() -> Self {
        Self(Signal::new(0))
    }

    /// Begins anew: every earlier ticket is void.
    pub fn begin(mut self) -> Ticket {
        let next = self.0.peek().wrapping_add(1);
        self.0.set(next);
        Ticket(next)
    }

    /// The ticket that counts now.
    pub fn current(self) -> Ticket {
        Ticket(*self.0.peek())
    }

    /// Whether nothing was begun since.
    pub fn is(self, ticket: Ticket) -> bool {
        self.current() == ticket
    }
}
