//! The end of all chosen tokens, confirmed by typing: for the keyboard and for screen readers, which cannot hold.

use dioxus::prelude::*;

use crate::state::AppState;
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
    let wanted = format!("revoke {count}");
    let allowed = !chosen.is_empty() && typed.read().trim().to_lowercase() == wanted;
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            form {
                onsubmit: move |event| {
                    event.prevent_default();
                    if allowed {
                        send.call(EmergencyIntent::Revoke.into());
                    }
                },
                DialogHead { id: ID, icon: Icon::Ban, tone: Tone::Danger, title: "Revoke {count}?",
                    p { "Runners with them stop at once. What they already fetched stays known to them. This cannot be undone." }
                }
                DialogBody {
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
