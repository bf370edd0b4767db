//! This machine as a device: names, fingerprints, and what the server says about it.

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, OwnDevice, SessionKind};
use crate::ui::components::{CopiedFact, Fact, Happened, MessageText};
use crate::ui::elements::{Badge, Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{AccessIntent, use_send};
use model::PublicText;
use protocol::{DeviceState, Occurrence, RemoteStatus};

#[component]
pub(super) fn DeviceCard() -> Element {
    let state = use_context::<AppState>();
    let device = state.access.device.read().clone();
    rsx! {
        section { class: "settings-card", "aria-labelledby": "this-device",
            h2 { id: "this-device", "This device" }
            match device {
                OwnDevice::Unknown => rsx! {
                    p { class: "working", role: "status", "Asking the server…" }
                },
                OwnDevice::None => rsx! {
                    NotLinked {}
                },
                OwnDevice::Failed(message) => rsx! {
                    Notice { tone: Tone::Warn, icon: Icon::Offline,
                        MessageText { message: text::explain(&message) }
                    }
                },
                OwnDevice::Damaged(message) => rsx! {
                    Notice { tone: Tone::Danger, assertive: true,
                        MessageText { message: text::explain(&message) }
                    }
                    NotLinked {}
                },
                OwnDevice::Linked(device) => rsx! {
                    Linked { device }
                },
            }
        }
    }
}

#[component]
fn NotLinked() -> Element {
    let send = use_send();
    rsx! {
        p { "This machine is not linked. Tokens can be listed, revoked and deleted; to create and rotate them it needs to hold keys." }
        div { class: "settings-buttons",
            Button {
                kind: ButtonKind::Primary,
                label: "Link this machine…",
                onclick: move |()| send.call(AccessIntent::AskToLink.into()),
            }
        }
    }
}

#[component]
fn Linked(device: DeviceState) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let kept = *state.session.kind.read() == SessionKind::Kept;
    let ended = device.remote != RemoteStatus::Active;
    let (tone, word) = match device.remote {
        RemoteStatus::Active => (Tone::Ok, "Active"),
        RemoteStatus::Revoked { .. } => (Tone::Danger, "Revoked"),
        RemoteStatus::Unknown => (Tone::Danger, "Unknown to the server"),
    };
    let trouble = text::device_status(&device.remote);
    rsx! {
        if let Some(message) = trouble {
            Notice { tone: Tone::Danger, assertive: true,
                MessageText { message }
            }
        }
        dl { class: "facts",
            Fact { name: "Name", "{device.name.clone().unwrap_or_else(|| \"not told by the server\".to_owned())}" }
            Fact { name: "Status", Badge { tone, text: word } }
            Fact { name: "Id", span { class: "mono", "{device.id}" } }
            if let Some(platform) = &device.platform {
                Fact { name: "System", "{platform}" }
            }
            if let Some(at) = device.last_seen_at {
                Fact { name: "Last seen", Happened { what: Occurrence::At(at) } }
            }
            CopiedFact {
                name: "Encryption key",
                what: PublicText::Fingerprint,
                label: "the fingerprint of the encryption key",
                text: device.encryption.to_hex(),
            }
            CopiedFact {
                name: "Signing key",
                what: PublicText::Fingerprint,
                label: "the fingerprint of the signing key",
                text: device.signing.to_hex(),
            }
        }
        if kept {
            div { class: "settings-buttons",
                if ended {
                    Button {
                        kind: ButtonKind::Primary,
                        label: "Link this machine again…",
                        onclick: move |()| send.call(AccessIntent::AskToLink.into()),
                    }
                }
                Button {
                    label: if ended { "Forget the keys…" } else { "Unlink this machine…" },
                    onclick: move |()| state.dialog.show(Dialog::UnlinkDevice),
                }
            }
        }
    }
}
