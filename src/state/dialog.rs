//! The dialog that is open, and the operation it runs.

use dioxus::prelude::*;

use super::{BulkKind, begin, restore};
use model::{ClosedSheet, Destination, Document, Problem, Renewed, RunnerProof, Step, WayOut};
use protocol::{DeployToken, DeployTokenId, EnvironmentName, UserDevice};

/// What a confirmation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmKind {
    /// New secrets for a token; the old ones stop working.
    Rotate,
    /// A successor for a token, which goes on working.
    Replace,
    /// End the token whose successor CI has.
    Finish,
    /// End a token.
    Revoke,
    /// Remove a revoked token's record.
    Delete,
}

/// A question before something stops working.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// What is about to happen.
    pub kind: ConfirmKind,
    pub token: DeployToken,
    /// Whether the token's name must be typed: production.
    pub type_name: bool,
}

impl Confirm {
    /// In production the name must be typed before anything stops working; making a successor and deleting a record stop
    /// nothing.
    pub fn new(kind: ConfirmKind, token: DeployToken, is_production: bool) -> Self {
        let stops_something = !matches!(kind, ConfirmKind::Delete | ConfirmKind::Replace);
        Self {
            kind,
            token,
            type_name: is_production && stops_something,
        }
    }
}

/// A key that was made anew, and whether a runner was seen to decrypt with it.
#[derive(Clone, Debug, PartialEq)]
pub struct RenewedKey {
    /// Whose it is.
    pub environment: EnvironmentName,
    pub done: Renewed,
    pub proof: RunnerProof,
}

/// The dialog that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Dialog {
    /// None.
    #[default]
    Closed,
    /// Create a token.
    Create,
    /// All that is known of a token of the open environment.
    Details(DeployTokenId),
    /// Confirm rotate, replace, revoke or delete.
    Confirm(Confirm),
    /// Confirm the end of all chosen tokens by typing.
    RevokeChosen,
    /// Ask before something is done with all chosen tokens of the list, and show what becomes of each.
    Bulk(BulkKind),
    /// The list of keys.
    Keys,
    /// Go to a place, or do something with a token.
    Palette,
    /// Ask before the key is sealed again for everybody.
    Reshare,
    /// Ask before the key is made anew.
    RenewKey,
    /// What came of making it anew.
    Renewed(Box<RenewedKey>),
    /// The values that may have been read: the checklist with this name, or one that is being begun.
    Checklist(Option<String>),
    /// What was interrupted, and what can be done.
    Interrupted,
    /// A closed sheet is being shown again.
    ShowAgain(ClosedSheet),
    /// Link this machine as a device.
    LinkDevice {
        /// The name that is proposed.
        name: String,
    },
    /// End this machine's device.
    UnlinkDevice,
    /// Revoke another device of the user's own, or delete the record of one that is revoked.
    EndDevice(UserDevice),
    /// Use the command line's own device.
    UseCommandLineDevice,
    /// Something to read.
    Reader(Document),
    /// Who waits for keys.
    Requests,
    /// Make a key, or seal one anew, where it cannot be shared as it is.
    WayOut(WayOut),
    /// Sign out; why signing out at the server failed, where it was tried.
    SignOut {
        /// Set after a failure: everything can be forgotten here all the same.
        failed: bool,
    },
}

/// What the open dialog, or the sheet's "share again", is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Operation {
    /// Nothing yet.
    #[default]
    Idle,
    /// It runs; the step it is at.
    Running(Step),
    /// It failed; what happened, what to do.
    Failed(Problem),
}

impl Operation {
    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }
}

/// The open dialog and its operation.
#[derive(Clone, Copy, PartialEq)]
pub struct DialogStore {
    /// Which one.
    pub open: Signal<Dialog>,
    /// What it is doing.
    pub operation: Signal<Operation>,
    /// To where what it issues is sent at once, because the token's former values were sent there.
    pub again: Signal<Vec<Destination>>,
}

impl DialogStore {
    pub(super) fn make() -> Self {
        Self {
            open: begin(),
            operation: begin(),
            again: begin(),
        }
    }

    /// Closes it, whatever runs.
    pub fn reset(self) {
        let Self {
            open,
            operation,
            again,
        } = self;
        restore(open);
        restore(operation);
        restore(again);
    }

    /// Opens a dialog with nothing running.
    pub fn show(mut self, dialog: Dialog) {
        self.operation.set(Operation::Idle);
        self.again.set(Vec::new());
        self.open.set(dialog);
    }

    /// Closes it, unless an operation runs.
    pub fn close(mut self) {
        if !self.operation.peek().is_running() {
            self.open.set(Dialog::Closed);
            self.operation.set(Operation::Idle);
        }
    }
}
