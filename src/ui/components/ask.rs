//! Opening the dialogs that stand before an action.

use dioxus::prelude::*;

use crate::state::{AppState, Confirm, ConfirmKind, Dialog};
use protocol::DeployToken;

/// Asks before a token is rotated, replaced, revoked or deleted. In production the name must be typed before anything
/// stops working; making a successor and deleting a record stop nothing.
pub fn ask(state: AppState, kind: ConfirmKind, token: DeployToken) {
    let production = state
        .place
        .environment
        .peek()
        .as_ref()
        .is_some_and(protocol::Environment::is_production);
    state.dialog.show(Dialog::Confirm(Confirm {
        kind,
        token,
        type_name: production && !matches!(kind, ConfirmKind::Delete | ConfirmKind::Replace),
    }));
}

/// Opens the dialog that creates a token, where there is an environment for it and the user may.
pub fn create(state: AppState) {
    if state.place.environment.peek().is_some() && !state.tokens.are_hidden() {
        state.dialog.show(Dialog::Create);
    }
}
