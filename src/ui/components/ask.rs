//! Opening the dialogs that stand before an action.

use dioxus::prelude::*;

use crate::state::{AppState, Confirm, ConfirmKind, Dialog, KeyState};
use protocol::DeployToken;

/// Asks before a token is rotated, replaced, revoked or deleted.
///
/// What needs the environment's key is not asked for where this device has none to share: see [`no_token_because`].
pub fn ask(state: AppState, kind: ConfirmKind, token: DeployToken) {
    let needs_key = matches!(kind, ConfirmKind::Rotate | ConfirmKind::Replace);
    if needs_key && no_token_because(&state.place.key.peek()).is_some() {
        return;
    }
    let production = state
        .place
        .environment
        .peek()
        .as_ref()
        .is_some_and(protocol::Environment::is_production);
    state
        .dialog
        .show(Dialog::Confirm(Confirm::new(kind, token, production)));
}

/// Opens the dialog that creates a token, where there is an environment for it and the user may.
pub fn create(state: AppState) {
    let may = state.place.environment.peek().is_some() && !state.tokens.are_hidden();
    if may && no_token_because(&state.place.key.peek()).is_none() {
        state.dialog.show(Dialog::Create);
    }
}

/// Why no token can be created with what this device can do with the environment's key; `None` where one can.
pub fn no_token_because(key: &KeyState) -> Option<&'static str> {
    match key {
        key if key.lets_issue() => None,
        KeyState::NoDevice => {
            Some("Link this machine first: only a device can share the key with a new token.")
        }
        KeyState::Pending { .. } => {
            Some("The key is not shared with this device yet, so it cannot be shared with a new token.")
        }
        KeyState::NotAllowed => Some("Environment keys are not for your role."),
        KeyState::Missing => Some("The environment has no key yet that a new token could get."),
        KeyState::Loading | KeyState::Held { .. } | KeyState::Failed(_) => {
            Some("The key cannot be shared as it is. The notice below says what can be done.")
        }
    }
}
