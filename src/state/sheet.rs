//! The one-time sheet: the only store that holds secrets, for as long as the sheet is open.

use dioxus::prelude::*;

use super::Operation;
use model::{Issuance, Problem};

/// What was copied last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The block with both.
    Block,
    /// `GHOSTABLE_CI_TOKEN` alone.
    CiToken,
    /// `GHOSTABLE_DEPLOY_SEED` alone.
    Seed,
    /// Nothing any more: it was cleared from the clipboard again.
    Cleared,
}

/// What acting as the runner of this sheet has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Not asked for, or not to be expected to work yet.
    Off,
    /// The user does not want it at this server.
    TurnedOff,
    /// The CI token is the one CI has, so that the pair is not complete here.
    NotHere,
    /// Under way.
    Running,
    /// A runner with these values decrypts everything.
    Verified {
        /// So many variables.
        decrypted: usize,
        /// Of so many.
        total: usize,
    },
    /// It does not; what does not work, what to do.
    Failed(Problem),
}

/// The sheet. Its fields say what is shown; the secrets are dropped by [`SheetStore::drop_secrets`].
#[derive(Clone, Copy, PartialEq)]
pub struct SheetStore {
    /// The issuance; `None` while no sheet is open.
    pub issuance: Signal<Option<Issuance>>,
    /// The CI token is shown in clear.
    pub ci_token_revealed: Signal<bool>,
    /// The seed is shown in clear.
    pub seed_revealed: Signal<bool>,
    /// Nobody was there for a while: the sheet shows nothing until somebody asks.
    pub away: Signal<bool>,
    /// Anything was copied or revealed, so that closing loses nothing.
    pub taken: Signal<bool>,
    /// What was copied last.
    pub copied: Signal<Option<Copied>>,
    /// Copying failed; why, what to do.
    pub copy_failed: Signal<Option<Problem>>,
    /// Closing was asked for although nothing was taken yet.
    pub asking_to_close: Signal<bool>,
    /// "Share again" under way.
    pub sharing: Signal<Operation>,
    /// Whether a runner with these values works.
    pub verification: Signal<Verification>,
    /// Counts what the sheet showed, so that a check that comes late is not told of something else.
    showing: Signal<u64>,
    /// Called when the sheet is closed.
    closed: Signal<Option<Box<dyn FnOnce()>>>,
}

impl SheetStore {
    pub(super) fn make() -> Self {
        Self {
            issuance: Signal::new(None),
            ci_token_revealed: Signal::new(false),
            seed_revealed: Signal::new(false),
            away: Signal::new(false),
            taken: Signal::new(false),
            copied: Signal::new(None),
            copy_failed: Signal::new(None),
            asking_to_close: Signal::new(false),
            sharing: Signal::new(Operation::Idle),
            verification: Signal::new(Verification::Off),
            showing: Signal::new(0),
            closed: Signal::new(None),
        }
    }

    /// Opens the sheet on an issuance, masked.
    pub fn show(mut self, issuance: Issuance) {
        self.drop_secrets();
        self.issuance.set(Some(issuance));
    }

    /// The same, and calls `closed` when the sheet is closed or shows something else.
    pub fn show_until_closed(mut self, issuance: Issuance, closed: impl FnOnce() + 'static) {
        self.show(issuance);
        self.closed.set(Some(Box::new(closed)));
    }

    /// Hides what is revealed.
    pub fn mask(self) {
        for mut revealed in [self.ci_token_revealed, self.seed_revealed] {
            if *revealed.peek() {
                revealed.set(false);
            }
        }
    }

    /// Hides an open sheet's content until somebody asks for it.
    pub fn leave(mut self) {
        if self.issuance.peek().is_some() {
            self.mask();
            self.away.set(true);
        }
    }

    /// Shows the sheet again, masked.
    pub fn come_back(mut self) {
        self.away.set(false);
    }

    /// Tells what the sheet shows from what it showed before and will show later.
    pub fn showing(&self) -> u64 {
        *self.showing.peek()
    }

    /// Whether the sheet still shows that. What ends later than its sheet must not go on as that of another.
    pub fn still_shows(mut self, showing: u64) -> bool {
        let still = self.showing() == showing;
        if !still {
            self.sharing.set(Operation::Idle);
        }
        still
    }

    /// Notes that a check has begun, and gives what [`SheetStore::verified`] wants.
    pub fn verifying(mut self) -> u64 {
        self.verification.set(Verification::Running);
        *self.showing.peek()
    }

    /// Shows what a check came to, if the sheet is still the one it was begun for.
    pub fn verified(mut self, showing: u64, outcome: Verification) {
        if *self.showing.peek() == showing {
            self.verification.set(outcome);
        }
    }

    /// Asks first when nothing was taken yet; else closes.
    pub fn ask_to_close(mut self) {
        if *self.taken.peek() {
            self.drop_secrets();
        } else {
            self.asking_to_close.set(true);
        }
    }

    /// Closes the sheet and drops both secrets.
    pub fn drop_secrets(mut self) {
        self.issuance.set(None);
        let closed = self.closed.write().take();
        if let Some(closed) = closed {
            closed();
        }
        self.ci_token_revealed.set(false);
        self.seed_revealed.set(false);
        self.away.set(false);
        self.taken.set(false);
        self.copied.set(None);
        self.copy_failed.set(None);
        self.asking_to_close.set(false);
        self.sharing.set(Operation::Idle);
        self.verification.set(Verification::Off);
        *self.showing.write() += 1;
    }
}
