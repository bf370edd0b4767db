//! Moments in words, with the exact time for the pointer and for screen readers.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use dioxus::prelude::*;

use crate::ui::clock::use_clock;
use protocol::Moment;

/// A moment in the past.
#[component]
pub fn TimeAgo(at: Option<Moment>, #[props(default = "never".to_owned())] absent: String) -> Element {
    let clock = use_clock();
    match at {
        Some(at) => rsx! {
            Time { at, words: clock.past(at), exact: clock.exact(at) }
        },
        None => rsx! {
            span { class: "absent", "{absent}" }
        },
    }
}

/// A moment ahead. One that is close, or past, shows its date: the badge beside it has the words.
#[component]
pub fn TimeUntil(
    at: Option<Moment>,
    #[props(default)] close: bool,
    #[props(default = "never".to_owned())] absent: String,
) -> Element {
    let clock = use_clock();
    match at {
        Some(at) => {
            let words = if close {
                at.date(&clock.zone)
            } else {
                at.ahead(*clock.now.read())
            };
            rsx! {
                Time { at, words, exact: clock.exact(at) }
            }
        }
        None => rsx! {
            span { class: "absent", "{absent}" }
        },
    }
}

#[component]
fn Time(at: Moment, words: String, exact: String) -> Element {
    rsx! {
        time { datetime: at.to_wire(), title: "{exact}",
            "{words}"
            span { class: "spoken", ", {exact}" }
        }
    }
}
