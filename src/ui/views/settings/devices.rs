//! The user's own devices: which there are, and the end of those that are not used any more.

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, Load, OwnDevice};
use crate::ui::components::{MessageText, TimeAgo, seen};
use crate::ui::elements::{Badge, Button, Icon, Notice, Tone};
use model::{ListOf, Unlisted};
use protocol::{DeviceId, DeviceStatus, UserDevice};

#[component]
pub(super) fn DevicesCard() -> Element {
    let access = use_context::<AppState>().access;
    let this = match &*access.device.read() {
        OwnDevice::Linked(state) => Some(state.id.clone()),
        _ => None,
    };
    rsx! {
        section { class: "settings-card", "aria-labelledby": "own-devices",
            h2 { id: "own-devices", "Your devices" }
            match &*access.own.read() {
                Load::Loading => rsx! {
                    p { class: "working", role: "status", "Asking the server…" }
                },
                Load::Failed(problem) => rsx! {
                    Notice { tone: Tone::Warn, icon: Icon::Offline,
                        MessageText { message: text::explain(problem) }
                    }
                },
                Load::Ready(listed) if listed.list.is_empty() && listed.unreadable.is_empty() => rsx! {
                    p { "You have no device at this server." }
                },
                Load::Ready(listed) => rsx! {
                    if let Some(unread) = Unlisted::entries(ListOf::Devices, listed.unreadable.clone()) {
                        Notice { tone: Tone::Warn, icon: Icon::Warning,
                            MessageText { message: text::emergency::unlisted(&unread) }
                        }
                    }
                    // This one first, then those that may still hold keys.
                    ul { class: "own-devices", role: "list", "aria-labelledby": "own-devices",
                        for device in in_order(&listed.list, this.as_ref()) {
                            DeviceLine {
                                key: "{device.device.id}",
                                this: this.as_ref() == Some(&device.device.id),
                                device,
                            }
                        }
                    }
                },
            }
        }
    }
}

fn in_order(list: &[UserDevice], this: Option<&DeviceId>) -> Vec<UserDevice> {
    let mut list = list.to_vec();
    list.sort_by_key(|it| (this != Some(&it.device.id), !it.device.may_be_active()));
    list
}

#[component]
fn DeviceLine(device: UserDevice, this: bool) -> Element {
    let dialog = use_context::<AppState>().dialog;
    let name = seen(device.device.label());
    let platform = match device.device.platform.as_str() {
        "" => "System not told",
        platform => platform,
    };
    let client = match device.client.as_deref() {
        Some("cli") => " · command line",
        Some("desktop") => " · desktop app",
        _ => "",
    };
    let revoked = match &device.device.status {
        DeviceStatus::Active | DeviceStatus::NotKnown => None,
        DeviceStatus::Revoked { at } => Some(*at),
    };
    let asked = device.clone();
    rsx! {
        li { class: "own-device",
            div { class: "own-device-words",
                p { class: "own-device-name cut selectable", title: "{name}\n{device.device.id}", bdi { "{name}" } }
                p { class: "own-device-about",
                    "{platform}{client} · "
                    match revoked {
                        None => rsx! {
                            "linked "
                            TimeAgo { at: device.device.created_at, absent: "at a time that is not told" }
                        },
                        Some(at) => rsx! {
                            "revoked "
                            TimeAgo { at, absent: "at a time that is not told" }
                        },
                    }
                }
            }
            div { class: "own-device-side",
                if this {
                    Badge { tone: Tone::Neutral, text: "This machine" }
                }
                Badge {
                    tone: if revoked.is_some() { Tone::Neutral } else { Tone::Ok },
                    text: if revoked.is_some() { "Revoked" } else { "Active" },
                }
                if !this {
                    Button {
                        label: if revoked.is_some() { "Delete record of {name}…" } else { "Revoke {name}…" },
                        short: if revoked.is_some() { "Delete record…" } else { "Revoke…" },
                        onclick: move |()| dialog.show(Dialog::EndDevice(asked.clone())),
                    }
                }
            }
        }
    }
}
