//! The question before the environment's key is sealed again: when to do that, and for whom.

use dioxus::prelude::*;

use super::{RunningActions, Sharing};
use crate::state::{AppState, Load};
use crate::ui::components::Fact;
use crate::ui::elements::{ButtonKind, Dialog, DialogBody, DialogHead, Icon};
use crate::ui::intent::{AccessIntent, use_send};
use model::{Holder, Standing};
use text::plural;

const ID: &str = "reshare";

/// The dialog.
#[component]
pub fn ReshareDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let operation = state.dialog.operation.read().clone();
    let running = operation.is_running();
    let environment = state.place.environment_name();
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, icon: Icon::Key, title: "Re-share the key of {environment}?",
                "The same key is sealed again for everybody who should have it. Nothing stops working. Do it when somebody waits for the key or a token is not shared; who was revoked is left out, but keeps what it already had."
            }
            DialogBody {
                Sharing { operation, ForWhom {} }
            }
            RunningActions {
                kind: ButtonKind::Primary,
                label: text::RESHARE_KEY,
                running,
                onclick: move |()| send.call(AccessIntent::Reshare.into()),
            }
        }
    }
}

/// How many get it, and who of them did not have it; nothing while the holders are not known.
#[component]
fn ForWhom() -> Element {
    let access = use_context::<AppState>().access;
    let holders = access.holders.read();
    let Load::Ready(holders) = &*holders else {
        return rsx! {};
    };
    let (devices, tokens) = holders.recipients();
    let is_new = |it: &&&Holder| matches!(it.standing, Standing::Waits { .. });
    let new: Vec<&str> = devices
        .iter()
        .chain(&tokens)
        .filter(is_new)
        .map(|it| it.name.as_str())
        .collect();
    let (shown, more) = (
        new.iter().take(5).copied().collect::<Vec<_>>(),
        new.len().saturating_sub(5),
    );
    rsx! {
        dl { class: "facts",
            SealedFor { devices: devices.len(), tokens: tokens.len() }
            Fact { name: "New among them",
                if shown.is_empty() {
                    "nobody"
                } else {
                    "{shown.join(\", \")}"
                    if more > 0 {
                        " and {more} more"
                    }
                }
            }
        }
    }
}

/// For how many a key is to be sealed.
#[component]
pub(super) fn SealedFor(devices: usize, tokens: usize) -> Element {
    rsx! {
        Fact { name: "Sealed for", "{plural(devices, \"device\")} and {plural(tokens, \"deploy token\")}" }
    }
}
