//! Who waits for a key: those that this device can share it with, and those that only others can.

mod device;

use dioxus::prelude::*;

use super::Sharing;
use crate::state::{AppState, OwnDevice};
use crate::ui::elements::{
    Button, Dialog, DialogActions, DialogBody, DialogHead, DialogSize, Icon, Notice, Tone,
};
use crate::ui::intent::{AccessIntent, use_send};
use text::plural;

use device::{DeviceRequests, by_device};

const ID: &str = "requests";

/// The dialog.
#[component]
pub fn RequestsDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let requests = state.access.requests.read().clone();
    let operation = state.access.sharing.read().clone();
    let running = operation.is_running();
    let lacking = state.access.lacking.read().clone();
    let linked = !matches!(&*state.access.device.read(), OwnDevice::None);
    let count = requests.count();
    use_hook(|| send.call(AccessIntent::LookWhoAsks.into()));
    rsx! {
        Dialog { id: ID, size: DialogSize::Wide, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, icon: Icon::Key, title: "Key requests",
                if count == 0 && !lacking.is_empty() {
                    "These devices wait for keys that only others can share."
                } else if count == 0 {
                    "No device waits for a key that this one can share."
                } else {
                    "These devices wait for keys that this one holds. Who gets one reads the environment's variables: share only with machines you know. Whoever should not wait is ended by revoking the device; the server has no way to decline."
                }
            }
            DialogBody {
                Sharing { operation }
                if requests.unreadable > 0 {
                    Notice { tone: Tone::Warn,
                        "{plural(requests.unreadable, \"entry\")} of the server's list cannot be read."
                    }
                }
                ul { class: "asking-list", role: "list", "aria-label": "Devices that wait",
                    for waiting in by_device(&requests.list) {
                        DeviceRequests { key: "{waiting.requests[0].device}", waiting, running: Some(running) }
                    }
                }
                if !lacking.is_empty() {
                    section { class: "lacking", "aria-labelledby": "lacking",
                        h3 { id: "lacking",
                            if linked { "You lack the key yourself" } else { "This machine is not linked, so it has no key" }
                        }
                        p { "Somebody else has to share it: with you, too, where you wait for it." }
                        ul { class: "asking-list", role: "list", "aria-labelledby": "lacking",
                            for waiting in by_device(&lacking) {
                                DeviceRequests { key: "{waiting.requests[0].device}", waiting, running: None }
                            }
                        }
                    }
                }
            }
            DialogActions {
                Button {
                    label: "Close",
                    autofocus: true,
                    onclick: move |()| state.dialog.close(),
                }
            }
        }
    }
}
