//! How long the clipboard goes on holding a secret of ours. The secret itself is not here.

use dioxus::prelude::*;

use super::{Latest, Ticket, begin, restore};

/// The countdown of the copy that was made last.
#[derive(Clone, Copy, PartialEq)]
pub struct ClipboardStore {
    /// Seconds until it is cleared; `None` while nothing of ours is to be cleared.
    pub seconds_left: Signal<Option<u64>>,
    /// Counts copies, so that the countdown of one that was replaced stops.
    copies: Latest,
}

impl ClipboardStore {
    pub(super) fn make() -> Self {
        Self {
            seconds_left: begin(),
            copies: Latest::make(),
        }
    }

    /// Notes a copy, and gives what [`ClipboardStore::count`] wants.
    pub fn copied(self) -> Ticket {
        self.copies.begin()
    }

    /// Shows what is left of a copy's time; `false` when the clipboard holds something else by now.
    pub fn count(mut self, copy: Ticket, seconds: u64) -> bool {
        let still = self.copies.is(copy);
        if still {
            self.seconds_left.set(Some(seconds));
        }
        still
    }

    /// Ends the countdown: what was copied is gone or replaced.
    pub fn reset(self) {
        let Self { seconds_left, copies } = self;
        copies.begin();
        restore(seconds_left);
    }
}
