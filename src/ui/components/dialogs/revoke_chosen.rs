//! The end of all chosen tokens, confirmed by typing: for the keyboard and for screen readers, which cannot hold.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::components::RenewChoice;
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, Icon, TextField, Tone,
};
use crate::ui::intent::{EmergencyIntent, use_send};
use text::plural;

const ID: &str = "revoke-chosen";

/// The dialog.
#[component]
pub(super) fn RevokeChosenDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let mut typed = use_signal(String::new);
    let chosen = state.emergency.chosen();
    let count = plural(chosen.len(), "token");
    let wanted = words(chosen.len());
    let allowed = !chosen.is_empty() && is_confirmed(&typed.read(), chosen.len());
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            form {
                onsubmit: move |event| {
                    event.prevent_default();
                    let chosen = state.emergency.chosen().len();
                    if chosen > 0 && is_confirmed(&typed.peek(), chosen) {
                        send.call(EmergencyIntent::Revoke.into());
                    }
                },
                DialogHead { id: ID, icon: Icon::Ban, tone: Tone::Danger, title: "Revoke {count}?",
                    p { "Runners with them stop at once. What they already fetched stays known to them. This cannot be undone." }
                }
                DialogBody {
                    RenewChoice {}
                    TextField {
                        id: "revoke-words",
                        label: "Type “{wanted}” to confirm",
                        value: typed,
                        autofocus: true,
                        oninput: move |text| typed.set(text),
                    }
                }
                DialogActions {
                    Button { label: "Cancel", onclick: move |()| state.dialog.close() }
                    Button {
                        kind: ButtonKind::Danger,
                        label: "Revoke {count}",
                        submit: true,
                        disabled: !allowed,
                    }
                }
            }
        }
    }
}

fn words(chosen: usize) -> String {
    format!("revoke {}", plural(chosen, "token"))
}

fn is_confirmed(typed: &str, chosen: usize) -> bool {
    let plain = |text: &str| text.trim().to_lowercase().replace(',', "");
    plain(typed) == plain(&words(chosen))
}
