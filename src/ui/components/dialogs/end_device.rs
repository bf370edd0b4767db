//! The question before another device of the user's own is revoked, or the record of a revoked one deleted.

use dioxus::prelude::*;

use super::{Failure, RunningActions};
use crate::state::AppState;
use crate::ui::components::seen;
use crate::ui::elements::{Dialog, DialogBody, DialogHead, Icon, Tone};
use crate::ui::intent::{AccessIntent, use_send};
use protocol::UserDevice;

const ID: &str = "end-device";

/// The dialog.
#[component]
pub fn EndDeviceDialog(device: UserDevice) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let operation = state.dialog.operation.read().clone();
    let name = seen(device.device.label());
    let active = device.device.may_be_active();
    let verb = if active { "Revoke" } else { "Delete the record of" };
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead {
                id: ID,
                icon: if active { Icon::Laptop } else { Icon::Trash },
                tone: Tone::Danger,
                title: "{verb} {name}?",
                if active {
                    p { "It gets no keys any more, and its requests for keys end. What it has fetched stays known to it. This cannot be undone: it would have to be linked again." }
                    p { "What is sealed for it already stays until the key is shared again: Access points it out in each environment." }
                } else {
                    "The server forgets it. Nothing else changes: it is revoked already. This cannot be undone."
                }
            }
            DialogBody {
                Failure { operation: operation.clone() }
            }
            RunningActions {
                label: "{verb} {name}",
                running: operation.is_running(),
                onclick: move |()| {
                    let device = device.clone();
                    let intent = if active {
                        AccessIntent::RevokeDevice(device)
                    } else {
                        AccessIntent::DeleteDevice(device)
                    };
                    send.call(intent.into());
                },
            }
        }
    }
}
