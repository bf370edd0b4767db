//! Linking and unlinking this machine, and using the command line's device.

use dioxus::prelude::*;

use super::{Failure, RunningActions};
use crate::state::{AppState, OwnDevice};
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, Icon, TextField, Tone,
};
use crate::ui::intent::{AccessIntent, SessionIntent, use_send};
use protocol::RemoteStatus;

const LINK: &str = "link-device";
const UNLINK: &str = "unlink-device";
const COMMAND_LINE: &str = "command-line-device";

/// Link this machine under a name.
#[component]
pub fn LinkDialog(proposed: String) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let mut name = use_signal(|| proposed.clone());
    let operation = state.dialog.operation.read().clone();
    let running = operation.is_running();
    let empty = name.read().trim().is_empty();
    rsx! {
        Dialog { id: LINK, on_cancel: move |()| state.dialog.close(),
            form {
                onsubmit: move |event| {
                    event.prevent_default();
                    if !name.read().trim().is_empty() {
                        send.call(AccessIntent::LinkDevice { name: name.read().clone() }.into());
                    }
                },
                DialogHead { id: LINK, icon: Icon::Laptop, title: "Link this machine",
                    "As a device it can hold environment keys, which creating and rotating tokens needs. Two key pairs are made here; their private halves stay in this machine's keychain."
                }
                DialogBody {
                    Failure { operation }
                    TextField {
                        id: "device-name",
                        label: "Name, as colleagues see it",
                        value: name,
                        autofocus: true,
                        select: true,
                        error: empty.then(|| "Give the device a name.".to_owned()),
                        oninput: move |text| name.set(text),
                    }
                }
                DialogActions {
                    Button {
                        label: "Not now",
                        disabled: running,
                        onclick: move |()| state.dialog.close(),
                    }
                    Button {
                        kind: ButtonKind::Primary,
                        label: if running { "Linking" } else { "Link this machine" },
                        submit: true,
                        busy: running,
                        disabled: empty,
                    }
                }
            }
        }
    }
}

/// Asks before this machine's device is ended.
#[component]
pub fn UnlinkDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let operation = state.dialog.operation.read().clone();
    let ended = matches!(
        &*state.access.device.read(),
        OwnDevice::Linked(it) if it.remote != RemoteStatus::Active
    );
    let borrowed = *state.access.borrowed.read();
    rsx! {
        Dialog { id: UNLINK, on_cancel: move |()| state.dialog.close(),
            DialogHead {
                id: UNLINK,
                icon: Icon::Laptop,
                tone: Tone::Danger,
                title: if ended { "Forget this device's keys?" } else { "Unlink this machine?" },
                if ended {
                    "The server has ended this device already. Its keys are removed from this machine."
                } else if borrowed {
                    "The command line goes on with this device; only the copy of its keys that this app keeps is removed."
                } else {
                    "The device is revoked at the server and its keys are removed from this machine. Tokens go on working; creating and rotating needs a device again."
                }
            }
            DialogBody {
                Failure { operation: operation.clone() }
            }
            RunningActions {
                label: if ended { "Forget the keys" } else { "Unlink this machine" },
                running: operation.is_running(),
                onclick: move |()| send.call(AccessIntent::UnlinkDevice.into()),
            }
        }
    }
}

/// Asks before the command line's own device is used: its signing key is as good as public.
#[component]
pub fn CommandLineDeviceDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    rsx! {
        Dialog { id: COMMAND_LINE, on_cancel: move |()| state.dialog.close(),
            DialogHead {
                id: COMMAND_LINE,
                icon: Icon::Warning,
                tone: Tone::Warn,
                title: "Use the command line's own device?",
                p {
                    strong { "Treat its signing key as disclosed." }
                    " The command line signs every message with the same nonce. From two of its signatures the server, and everybody who received keys from it, can compute the signing key and sign in its name."
                }
                p { "Its encryption key is not affected: what is sealed for it stays closed to others. A new device has neither problem." }
            }
            DialogBody {}
            DialogActions {
                Button {
                    label: "Cancel",
                    autofocus: true,
                    onclick: move |()| state.dialog.close(),
                }
                Button {
                    kind: ButtonKind::Danger,
                    label: "Use it all the same",
                    onclick: move |()| send.call(SessionIntent::ContinueWithItsDevice.into()),
                }
            }
        }
    }
}
