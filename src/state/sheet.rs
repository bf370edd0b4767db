//! The one-time sheet: the only store that holds secrets, for as long as the sheet is open.

use dioxus::prelude::*;

use super::{Latest, Operation, SendLine, Ticket, begin, restore};
use model::formats::Format;
use model::{CiTokenOutcome, Grace, Issuance, Problem};
use protocol::Moment;
use std::path::PathBuf;

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

/// Which of both values the user has: copied, saved or sent. Looking at one is not taking it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// `GHOSTABLE_CI_TOKEN`.
    pub ci_token: bool,
    /// `GHOSTABLE_DEPLOY_SEED`.
    pub seed: bool,
}

impl Taken {
    /// Both.
    pub const BOTH: Self = Self {
        ci_token: true,
        seed: true,
    };

    /// These, and those.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            ci_token: self.ci_token || more.ci_token,
            seed: self.seed || more.seed,
        }
    }

    /// What is left of an issuance.
    pub fn left_of(self, issuance: &Issuance) -> Left {
        let has_ci_token = matches!(issuance.ci_token, CiTokenOutcome::Issued(_));
        match (has_ci_token && !self.ci_token, !self.seed) {
            (false, false) => Left::Nothing,
            (true, false) => Left::CiToken,
            (false, true) if has_ci_token => Left::Seed,
            (false, true) => Left::OnlySeed,
            (true, true) => Left::Both,
        }
    }
}

/// What of an issuance the user does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// All of it was taken.
    Nothing,
    /// The seed was taken, the CI token was not.
    CiToken,
    /// The CI token was taken, the seed was not.
    Seed,
    /// The seed is all that there is, and was not taken.
    OnlySeed,
    /// Neither was taken.
    Both,
}

/// What the sheet shows below its title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SheetPage {
    /// Both values and the block.
    #[default]
    Values,
    /// Where the values are sent.
    Send,
}

/// What acting as the runner of this sheet has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// Not asked for, or not to be expected to work yet.
    #[default]
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
    /// What the user has of it.
    pub taken: Signal<Taken>,
    /// Until when it can be shown again after it was closed, where the journal keeps it.
    pub kept_until: Signal<Option<Moment>>,
    /// When the token that this one replaces is to end.
    pub grace: Signal<Grace>,
    /// What was copied last.
    pub copied: Signal<Option<Copied>>,
    /// The format of the block; it stays when the sheet is closed.
    pub format: Signal<Format>,
    /// What is shown.
    pub page: Signal<SheetPage>,
    /// Whether a block can be saved: not where people look into no folders.
    pub can_save: Signal<bool>,
    /// The file into which the block was saved last.
    pub saved: Signal<Option<PathBuf>>,
    /// Whether values can be sent from this machine by other programs.
    pub can_send: Signal<bool>,
    /// The destinations, and how each stands.
    pub lines: Signal<Vec<SendLine>>,
    /// The program of the destination that is being typed, or why there is none.
    pub program: Signal<Option<Result<PathBuf, Problem>>>,
    /// Which program was asked for last.
    pub asked: Latest,
    /// Copying or saving failed; why, what to do.
    pub copy_failed: Signal<Option<Problem>>,
    /// Closing was asked for although nothing was taken yet.
    pub asking_to_close: Signal<bool>,
    /// "Share again" under way.
    pub sharing: Signal<Operation>,
    /// Whether a runner with these values works.
    pub verification: Signal<Verification>,
    /// Counts what the sheet showed, so that a check that comes late is not told of something else.
    showing: Latest,
    /// Called when the sheet is closed.
    closed: Signal<Option<Box<dyn FnOnce()>>>,
}

impl SheetStore {
    pub(super) fn make() -> Self {
        Self {
            issuance: begin(),
            ci_token_revealed: begin(),
            seed_revealed: begin(),
            away: begin(),
            taken: begin(),
            kept_until: begin(),
            grace: begin(),
            copied: begin(),
            format: begin(),
            page: begin(),
            can_save: begin(),
            saved: begin(),
            can_send: begin(),
            lines: begin(),
            program: begin(),
            asked: Latest::make(),
            copy_failed: begin(),
            asking_to_close: begin(),
            sharing: begin(),
            verification: begin(),
            showing: Latest::make(),
            closed: begin(),
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

    /// Shows another page of it, with what is revealed hidden and without what failed on this one.
    pub fn turn_to(mut self, page: SheetPage) {
        self.mask();
        self.copy_failed.set(None);
        self.page.set(page);
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
    pub fn showing(&self) -> Ticket {
        self.showing.current()
    }

    /// Whether the sheet still shows that. What ends later than its sheet must not go on as that of another.
    pub fn still_shows(mut self, showing: Ticket) -> bool {
        let still = self.showing.is(showing);
        if !still {
            self.sharing.set(Operation::Idle);
        }
        still
    }

    /// Notes that a check has begun, and gives what [`SheetStore::verified`] wants.
    pub fn verifying(mut self) -> Ticket {
        self.verification.set(Verification::Running);
        self.showing()
    }

    /// Shows what a check came to, if the sheet is still the one it was begun for.
    pub fn verified(mut self, showing: Ticket, outcome: Verification) {
        if self.showing.is(showing) {
            self.verification.set(outcome);
        }
    }

    /// Notes what the user has now. A question about what was not taken is withdrawn when nothing is left of it.
    pub fn take(mut self, more: Taken) {
        let taken = self.taken.peek().and(more);
        self.taken.set(taken);
        if self.left() == Left::Nothing && *self.asking_to_close.peek() {
            self.asking_to_close.set(false);
        }
    }

    /// What of it the user does not have.
    pub fn left(&self) -> Left {
        let (issuance, taken) = (self.issuance.read(), *self.taken.read());
        issuance
            .as_ref()
            .map_or(Left::Nothing, |issuance| taken.left_of(issuance))
    }

    /// Asks first when something was not taken yet; else closes.
    pub fn ask_to_close(mut self) {
        if self.left() == Left::Nothing {
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
        self.reset();
    }

    /// Drops both secrets without the sheet having been closed: nobody is told that they were handed over.
    pub fn reset(self) {
        let Self {
            issuance,
            ci_token_revealed,
            seed_revealed,
            away,
            taken,
            kept_until,
            grace,
            copied,
            format: _,
            can_save: _,
            can_send: _,
            lines,
            program,
            asked,
            page,
            saved,
            copy_failed,
            asking_to_close,
            sharing,
            verification,
            showing,
            closed,
        } = self;
        restore(issuance);
        restore(ci_token_revealed);
        restore(seed_revealed);
        restore(away);
        restore(taken);
        restore(kept_until);
        restore(grace);
        restore(copied);
        restore(page);
        restore(saved);
        restore(lines);
        restore(program);
        asked.begin();
        restore(copy_failed);
        restore(asking_to_close);
        restore(sharing);
        restore(verification);
        showing.begin();
        restore(closed);
    }
}
