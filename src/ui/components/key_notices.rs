//! The lines above the table about this device and the environment's key.

use dioxus::prelude::*;

use super::MessageText;
use super::way_out::WayOutNotice;
use crate::state::{AppState, KeyState, OwnDevice};
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{AccessIntent, use_send};
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

/// Key access pending: who can help, and that nobody has to press anything here.
#[component]
fn PendingNotice(message: Message, helpers: Vec<String>) -> Element {
    let is_without_tokens = use_context::<AppState>().tokens.are_hidden();
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
        Notice { tone: Tone::Warn, icon: Icon::Key,
            strong { "Key access pending." }
            " {message.what} {who} This page notices by itself."
            if !is_without_tokens {
                " Meanwhile tokens can be listed and revoked."
            }
        }
    }
}
