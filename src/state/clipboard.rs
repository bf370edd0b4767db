//! How long the clipboard goes on holding a secret of ours. The secret itself is not here.

use dioxus::prelude::*;

/// The countdown of the copy that was made last.
#[derive(Clone, Copy, PartialEq)]
pub struct ClipboardStore {
    /// Seconds until it is cleared; `None` while nothing of ours is to be cleared.
    pub seconds_left: Signal<Option<u64>>,
    /// Counts copies, so that the countdown of one that was replaced stops.
    copies: Signal<u64>,
}

impl ClipboardStore {
    pub(super) fn make() -> Self {
        Self {
            seconds_left: Signal::new(None),
            copies: Signal::new(0),
        }
    }

    /// Notes a copy, and gives what [`ClipboardStore::count`] wants.
    pub fn copied(mut self) -> u64 {
        let copy = *self.copies.peek() + 1;
        self.copies.set(copy);
        copy
    }

    /// Shows what is left of a copy's time; `false` when the clipboard holds something else by now.
    pub fn count(mut self, copy: u64, seconds: u64) -> bool {
        let still = *self.copies.peek() == copy;
        if still {
            self.seconds_left.set(Some(seconds));
        }
        still
    }

    /// Ends the countdown: what was copied is gone or replaced.
    pub fn end(mut self) {
        *self.copies.write() += 1;
        self.seconds_left.set(None);
    }
}
