//! The lines above the table: not up to date, no key, tokens worth a look.

use dioxus::prelude::*;

use super::attention::AttentionNotice;
use crate::domain::Message;
use crate::state::{AppState, Connection, KeyState, Load};
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{Intent, use_send};

/// A message: what happened, and what to do.
#[component]
pub fn Words(message: Message) -> Element {
    rsx! {
        strong { "{message.what}" }
        " {message.next}"
    }
}

/// All notices that apply.
#[component]
pub fn Notices() -> Element {
    rsx! {
        div { class: "notices",
            StaleNotice {}
            KeyNotice {}
            UnsharedNotice {}
            InterruptedNotice {}
            AttentionNotice {}
        }
    }
}

#[component]
fn StaleNotice() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let listed = matches!(&*state.tokens.entries.read(), Load::Ready(_));
    let lost = match &*state.place.connection.read() {
        Connection::Failed(message) if listed => Some(message.clone()),
        _ => None,
    };
    let Some(message) = lost.or_else(|| state.tokens.stale.read().clone()) else {
        return rsx! {};
    };
    let busy = *state.tokens.refreshing.read();
    rsx! {
        Notice {
            tone: Tone::Warn,
            icon: Icon::Offline,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: "Retry",
                    busy,
                    onclick: move |()| send.call(Intent::Retry),
                }
            },
            Words { message }
        }
    }
}

#[component]
fn KeyNotice() -> Element {
    let key = use_context::<AppState>().place.key;
    let send = use_send();
    match &*key.read() {
        KeyState::NoDevice => rsx! {
            Notice {
                tone: Tone::Warn,
                icon: Icon::Laptop,
                actions: rsx! {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Link this machine",
                        onclick: move |()| send.call(Intent::AskToLink),
                    }
                },
                strong { "This machine is not linked as a device." }
                " Listing, revoking and deleting work; creating and rotating need a device that holds the key."
            }
        },
        KeyState::Pending { message, helpers } => rsx! {
            PendingNotice { message: message.clone(), helpers: helpers.clone() }
        },
        KeyState::Failed(message) => rsx! {
            Notice { tone: Tone::Danger, icon: Icon::Key, assertive: true,
                Words { message: message.clone() }
            }
        },
        _ => rsx! {},
    }
}

/// Key access pending: who can help, and that nobody has to press anything here.
#[component]
fn PendingNotice(message: Message, helpers: Vec<String>) -> Element {
    let who = match helpers.as_slice() {
        [] => message.next,
        [one] => format!("{one} can share it: ask its owner to re-share the key, or to answer the request."),
        [one, two] => format!(
            "{one} or {two} can share it: ask an owner to re-share the key, or to answer the request."
        ),
        [one, two, rest @ ..] => format!(
            "{one}, {two} or {} more can share it: ask an owner to re-share the key, or to answer the request.",
            rest.len()
        ),
    };
    rsx! {
        Notice { tone: Tone::Warn, icon: Icon::Key,
            strong { "Key access pending." }
            " {message.what} {who} This page notices by itself. Meanwhile tokens can be listed and revoked."
        }
    }
}

#[component]
fn UnsharedNotice() -> Element {
    let place = use_context::<AppState>().place;
    let send = use_send();
    let Some(message) = place.unshared.read().clone() else {
        return rsx! {};
    };
    rsx! {
        Notice {
            tone: Tone::Warn,
            icon: Icon::Key,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: "Re-share key",
                    onclick: move |()| send.call(Intent::Reshare),
                }
            },
            Words { message }
        }
    }
}

#[component]
fn InterruptedNotice() -> Element {
    let place = use_context::<AppState>().place;
    let count = *place.interrupted.read();
    if count == 0 {
        return rsx! {};
    }
    let what = if count == 1 {
        "An operation was".to_owned()
    } else {
        format!("{count} operations were")
    };
    rsx! {
        Notice { tone: Tone::Warn,
            strong { "{what} interrupted before the secrets were handed over." }
            " They are kept. Run deploy-tokens pending in a terminal to see them, and resume to finish."
        }
    }
}
