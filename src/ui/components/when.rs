//! Moments in words, with the exact time for the pointer and for screen readers.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use dioxus::prelude::*;

use crate::ui::clock::use_clock;
use protocol::{Moment, Occurrence};

/// A moment in the past, or what stands for one that is not told.
#[component]
pub fn TimeAgo(at: Option<Moment>, absent: String) -> Element {
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

/// When something happened, as far as that is known.
#[component]
pub fn Happened(what: Occurrence) -> Element {
    let clock = use_clock();
    match what {
        Occurrence::At(at) => rsx! {
            Time { at, words: clock.past(at), exact: clock.exact(at) }
        },
        absent => rsx! {
            Absent { absent }
        },
    }
}

/// When something ends, as far as that is known. An end that is close, or past, shows its date: the badge beside it has
/// the words.
#[component]
pub fn Ends(what: Occurrence, #[props(default)] close: bool) -> Element {
    let clock = use_clock();
    match what {
        Occurrence::At(at) => {
            let words = if close {
                at.date(&clock.zone)
            } else {
                at.ahead(*clock.now.read())
            };
            rsx! {
                Time { at, words, exact: clock.exact(at) }
            }
        }
        absent => rsx! {
            Absent { absent }
        },
    }
}

/// *Never*, or *not known* with the reason.
#[component]
fn Absent(absent: Occurrence) -> Element {
    match absent {
        Occurrence::NotKnown(why) => rsx! {
            span { class: "absent", title: text::not_known(why), "not known" }
        },
        _ => rsx! {
            span { class: "absent", "never" }
        },
    }
}

#[component]
fn Time(at: Moment, words: String, exact: String) -> Element {
    // Words that are the date already are not said twice.
    let rest = exact
        .strip_prefix(&*words)
        .map_or_else(|| format!(", {exact}"), str::to_owned);
    rsx! {
        time { datetime: at.to_wire(),
            span { title: "{exact}", "aria-hidden": "true", "{words}" }
            span { class: "spoken", "{words}{rest}" }
        }
    }
}
