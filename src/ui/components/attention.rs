//! The line that names the tokens worth a look.

use dioxus::prelude::*;

use super::{Name, Review};
use crate::state::{AppState, Attention, Load, StatusFilter, attention};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Button, ButtonKind, Notice, Tone};
use text::grouped;

/// Names the first, counts the rest, and narrows the table to them.
#[component]
pub(super) fn AttentionNotice() -> Element {
    let tokens = use_context::<AppState>().tokens;
    let Review(mut review) = use_context::<Review>();
    let (mut filter, mut search) = (tokens.filter, tokens.search);
    let clock = use_clock();
    let found = use_memo(move || match &*tokens.entries.read() {
        Load::Ready(entries) => {
            let now = *clock.now.read();
            attention(entries, |it| tokens.health_of(it, now))
        }
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
                    ", and {grouped(rest.len())} more tokens need attention."
                },
                [] => rsx! {},
            }
        }
    }
}

#[component]
fn Reason(it: Attention) -> Element {
    let why = text::health(&it.health);
    rsx! {
        strong { Name { text: it.name.clone() } }
        " {why}"
    }
}
