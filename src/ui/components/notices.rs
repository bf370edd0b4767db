//! The lines above the table: not up to date, no key, tokens worth a look.

use dioxus::prelude::*;

use super::Review;
use crate::domain::Message;
use crate::state::{AppState, Attention, Connection, KeyState, Load, Standing, StatusFilter, attention};
use crate::ui::clock::use_clock;
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
    match &*key.read() {
        KeyState::Pending(message) => rsx! {
            Notice { tone: Tone::Warn, icon: Icon::Key,
                Words { message: message.clone() }
            }
        },
        KeyState::Failed(message) => rsx! {
            Notice { tone: Tone::Danger, icon: Icon::Key, assertive: true,
                Words { message: message.clone() }
            }
        },
        _ => rsx! {},
    }
}

#[component]
fn AttentionNotice() -> Element {
    let tokens = use_context::<AppState>().tokens;
    let Review(mut review) = use_context::<Review>();
    let (mut filter, mut search) = (tokens.filter, tokens.search);
    let clock = use_clock();
    let found = use_memo(move || match &*tokens.entries.read() {
        Load::Ready(entries) => attention(entries, *clock.now.read()),
        _ => Vec::new(),
    });
    let found = found.read();
    if found.is_empty() {
        return rsx! {};
    }
    let on = *review.read();
    rsx! {
        Notice {
            tone: Tone::Warn,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: if on { "Show all" } else { "Review" },
                    onclick: move |()| {
                        filter.set(StatusFilter::Active);
                        search.set(String::new());
                        review.toggle();
                    },
                }
            },
            match found.as_slice() {
                [one] => rsx! {
                    Reason { it: one.clone() }
                    "."
                },
                [first, second] => rsx! {
                    Reason { it: first.clone() }
                    ", and "
                    Reason { it: second.clone() }
                    "."
                },
                [first, rest @ ..] => rsx! {
                    Reason { it: first.clone() }
                    ", and {rest.len()} more tokens need a look."
                },
                [] => rsx! {},
            }
        }
    }
}

#[component]
fn Reason(it: Attention) -> Element {
    let why = match it.standing {
        Standing::Expired => "has expired".to_owned(),
        Standing::Expiring(0) => "expires within a day".to_owned(),
        Standing::Expiring(1) => "expires in 1 day".to_owned(),
        Standing::Expiring(days) => format!("expires in {days} days"),
        Standing::Unused(days) => format!("has not been used for {days} days"),
        _ => String::new(),
    };
    rsx! {
        strong { "{it.name}" }
        " {why}"
    }
}
