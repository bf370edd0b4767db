//! The lines above the table about this device and the environment's key.

use dioxus::prelude::*;

use super::way_out::WayOutNotice;
use super::{MessageText, seen};
use crate::state::{AppState, KeyState, OwnDevice};
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{AccessIntent, ProgramIntent, use_send};
use model::PublicText;
use text::Message;

/// A device that the server has ended; else what this device can do with the key.
#[component]
pub fn DeviceNotice() -> Element {
    let device = use_context::<AppState>().access.device;
    let send = use_send();
    let ended = match &*device.read() {
        OwnDevice::Linked(state) => text::device_status(&state.remote),
        _ => None,
    };
    let Some(message) = ended else {
        return rsx! {
            KeyNotice {}
        };
    };
    rsx! {
        Notice {
            tone: Tone::Danger,
            icon: Icon::Laptop,
            assertive: true,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: "Link again",
                    onclick: move |()| send.call(AccessIntent::AskToLink.into()),
                }
            },
            MessageText { message }
        }
    }
}

#[component]
fn KeyNotice() -> Element {
    let state = use_context::<AppState>();
    let key = state.place.key;
    let send = use_send();
    if let Some(way) = key.read().way_out() {
        return rsx! {
            WayOutNotice { way }
        };
    }
    let is_without_tokens = state.tokens.are_hidden();
    let is_stale = state.tokens.is_stale();
    match &*key.read() {
        KeyState::NoDevice => rsx! {
            Notice {
                tone: Tone::Warn,
                icon: Icon::Laptop,
                actions: rsx! {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Link this machine",
                        onclick: move |()| send.call(AccessIntent::AskToLink.into()),
                    }
                },
                strong { "This machine is not linked as a device." }
                if is_without_tokens {
                    " Getting keys, and sharing them, needs a device."
                } else {
                    " Listing, revoking and deleting work; creating and rotating need a device that holds the key."
                }
            }
        },
        KeyState::Pending { message, helpers } => rsx! {
            PendingNotice { message: text::explain(message), helpers: helpers.clone() }
        },
        // The list says so already.
        KeyState::Failed(message) if message.may_pass() && is_stale => rsx! {},
        KeyState::Failed(message) => rsx! {
            Notice { tone: Tone::Danger, icon: Icon::Key, assertive: true,
                MessageText { message: text::explain(message) }
            }
        },
        _ => rsx! {},
    }
}

/// What to send to somebody who can share the key: which one, and for whom, with what to compare. Nothing secret is in it.
fn asking(state: AppState) -> Option<String> {
    let (project, environment) = (state.place.project.read(), state.place.environment.read());
    let (project, environment) = (&project.as_ref()?.name, &environment.as_ref()?.name);
    let device = state.access.device.read();
    let OwnDevice::Linked(device) = &*device else {
        return None;
    };
    let name = device.name.as_deref().unwrap_or("my new device");
    Some(format!(
        "Please share the key of {} with {}. Its fingerprint is {}: compare it before you share. In Deploy Tokens it is under “Key requests”; the command is: deploy-tokens fulfil",
        seen(&text::place(project, environment)),
        seen(name),
        device.encryption.to_hex()
    ))
}

/// Key access pending: who can help, and that nobody has to press anything here.
#[component]
fn PendingNotice(message: Message, helpers: Vec<String>) -> Element {
    let (state, send) = (use_context::<AppState>(), use_send());
    let is_without_tokens = state.tokens.are_hidden();
    let asking = asking(state);
    const HOW: &str = "to re-share the key, or to answer the request.";
    let who = match helpers.as_slice() {
        [] => message.next,
        [one] => format!("{one} can share it: ask whoever works with it {HOW}"),
        [one, two] => format!("{one} or {two} can share it: ask whoever works with one of them {HOW}"),
        [one, two, rest @ ..] => format!(
            "{one}, {two} or {} more can share it: ask whoever works with one of them {HOW}",
            rest.len()
        ),
    };
    rsx! {
        Notice {
            tone: Tone::Warn,
            icon: Icon::Key,
            actions: rsx! {
                if let Some(asking) = asking {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Copy a message for them",
                        onclick: move |()| send.call(ProgramIntent::CopyText(PublicText::Message, asking.clone()).into()),
                    }
                }
            },
            strong { "Key access pending." }
            " {message.what} {who} This page notices by itself."
            if !is_without_tokens {
                " Meanwhile tokens can be listed and revoked."
            }
        }
    }
}
