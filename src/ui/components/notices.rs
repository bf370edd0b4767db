//! The lines above the table: not up to date, no key, tokens worth a look.

use dioxus::prelude::*;

use super::attention::AttentionNotice;
use super::key_notices::DeviceNotice;
use super::replacing::ReplacingNotices;
use super::seen;
use crate::state::{AppState, Connection, Load};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{AccessIntent, PlaceIntent, TokenIntent, use_send};
use model::CallError;
use text::Message;

/// A message: what happened, and what to do.
#[component]
pub fn MessageText(message: Message) -> Element {
    rsx! {
        strong { "{seen(&message.what)}" }
        " {seen(&message.next)}"
    }
}

/// All notices that apply.
#[component]
pub fn Notices() -> Element {
    rsx! {
        div { class: "notices",
            StaleNotice {}
            ClockNotice {}
            DeviceNotice {}
            UnsharedNotice {}
            InterruptedNotice {}
            ReplacingNotices {}
            AttentionNotice {}
        }
    }
}

#[component]
fn StaleNotice() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let clock = use_clock();
    let listed = matches!(&*state.tokens.entries.read(), Load::Ready(_));
    let lost = match &*state.place.connection.read() {
        Connection::Failed(message) if listed => Some(message.clone()),
        _ => None,
    };
    let Some(message) = lost.or_else(|| state.tokens.stale.read().clone()) else {
        return rsx! {};
    };
    let busy = *state.tokens.refreshing.read();
    let listed_at = *state.tokens.listed_at.read();
    let since = listed_at.map(|at| clock.past(at));
    rsx! {
        Notice {
            tone: Tone::Warn,
            icon: if message.call().is_some_and(CallError::is_network) { Icon::Offline } else { Icon::Warning },
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: "Retry",
                    busy,
                    onclick: move |()| send.call(PlaceIntent::Retry.into()),
                }
            },
            MessageText { message: text::not_fetched(&message, since.as_deref()) }
        }
    }
}

/// A server whose clock is not this machine's, beside the times that are counted by the one and told by the other.
#[component]
fn ClockNotice() -> Element {
    let ahead = *use_context::<AppState>().tokens.clock_ahead.read();
    let Some(message) = ahead.and_then(text::clocks_differ) else {
        return rsx! {};
    };
    rsx! {
        Notice { tone: Tone::Warn,
            MessageText { message }
        }
    }
}

#[component]
fn UnsharedNotice() -> Element {
    let AppState { place, tokens, .. } = use_context();
    let send = use_send();
    let message = match &*place.unshared.read() {
        Some(problem) => text::not_resealed(problem),
        None => match text::keys::lacking(&tokens.lacking_key()) {
            Some(message) => message,
            None => return rsx! {},
        },
    };
    rsx! {
        Notice {
            tone: Tone::Warn,
            icon: Icon::Key,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: text::RESHARE_KEY,
                    onclick: move |()| send.call(AccessIntent::Reshare.into()),
                }
            },
            MessageText { message }
        }
    }
}

#[component]
fn InterruptedNotice() -> Element {
    let place = use_context::<AppState>().place;
    let send = use_send();
    let clock = use_clock();
    let all = place.interrupted.read();
    if all.is_empty() {
        return rsx! {};
    }
    rsx! {
        Notice {
            tone: Tone::Warn,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: "See what can be done",
                    onclick: move |()| send.call(TokenIntent::ShowInterrupted.into()),
                }
            },
            MessageText { message: text::unfinished(&all, *clock.now.read()) }
        }
    }
}
