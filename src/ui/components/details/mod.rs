//! All that is known of one token of the open environment: its record, whether it holds the key, and what was done with it.

mod facts;
mod history;

use dioxus::prelude::*;

use crate::state::{AppState, ConfirmKind, Load};
use crate::ui::components::{HealthBadge, ask, seen};
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, DialogSize, Icon,
};
use facts::Facts;
use history::History;
use protocol::{DeployToken, DeployTokenId, TokenEntry};

const ID: &str = "details";

/// The dialog; it shows the token as the list has it now.
#[component]
pub fn DetailsDialog(token: DeployTokenId) -> Element {
    let state = use_context::<AppState>();
    let found = listed(state, &token);
    let title = match &found {
        Some(token) => seen(&token.name),
        None => "This token is not listed any more".to_owned(),
    };
    rsx! {
        Dialog { id: ID, size: DialogSize::Wide, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, icon: Icon::Key, title,
                if let Some(token) = found.clone() {
                    HealthBadge { token }
                } else {
                    "Its record was deleted, or it belongs to another environment."
                }
            }
            DialogBody {
                if let Some(token) = found.clone() {
                    Facts { token: token.clone() }
                    History { token }
                }
            }
            Foot { token: found }
        }
    }
}

fn listed(state: AppState, wanted: &DeployTokenId) -> Option<DeployToken> {
    match &*state.tokens.entries.read() {
        Load::Ready(entries) => entries
            .iter()
            .filter_map(TokenEntry::token)
            .find(|token| token.id == *wanted)
            .cloned(),
        _ => None,
    }
}

/// What can be done with it.
#[component]
fn Foot(token: Option<DeployToken>) -> Element {
    let state = use_context::<AppState>();
    rsx! {
        DialogActions {
            if let Some(token) = token {
                if token.may_be_active() {
                    Asks { verb: "Revoke", kind: ConfirmKind::Revoke, token: token.clone() }
                    Asks { verb: "Rotate", kind: ConfirmKind::Rotate, token }
                } else {
                    Asks { verb: "Delete", kind: ConfirmKind::Delete, token }
                }
            }
            Button {
                kind: ButtonKind::Primary,
                label: "Close",
                autofocus: true,
                onclick: move |()| state.dialog.close(),
            }
        }
    }
}

#[component]
fn Asks(verb: &'static str, kind: ConfirmKind, token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    rsx! {
        Button {
            label: "{verb} {seen(&token.name)}…",
            short: "{verb}…",
            onclick: move |()| ask(state, kind, token.clone()),
        }
    }
}
