//! What came of a leaked block.

use dioxus::prelude::*;
use model::LeakMatch;

use crate::state::{AppState, LeakSearch};
use crate::ui::components::{MessageText, Name, seen};
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Spinner, Tone};
use crate::ui::intent::{EmergencyIntent, use_send};

/// Whose it is.
#[component]
pub(super) fn LeakNotice() -> Element {
    let store = use_context::<AppState>().emergency;
    let leak = store.leak.read().clone();
    match leak {
        LeakSearch::None => rsx! {},
        LeakSearch::Searching => rsx! {
            Notice { tone: Tone::Neutral, icon: Icon::Search,
                span { class: "leak-looking",
                    Spinner {}
                    "Looking for the token of the pasted block"
                }
            }
        },
        LeakSearch::Nothing(message) => rsx! {
            Notice { tone: Tone::Warn, icon: Icon::Search, assertive: true, actions: rsx! {
                    Forget {}
                },
                MessageText { message: text::explain(&message) }
            }
        },
        LeakSearch::Found(found) => rsx! {
            Notice { tone: if found.iter().any(|it| it.placed.token.may_be_active()) { Tone::Danger } else { Tone::Ok }, icon: Icon::Siren,
                actions: rsx! {
                    Forget {}
                },
                for it in found {
                    FoundLine { key: "{it.placed.token.id}", found: it }
                }
            }
        },
    }
}

#[component]
fn Forget() -> Element {
    let send = use_send();
    rsx! {
        Button {
            kind: ButtonKind::Link,
            label: "Dismiss",
            title: "Forget what was pasted",
            onclick: move |()| send.call(EmergencyIntent::ForgetLeak.into()),
        }
    }
}

#[component]
fn FoundLine(found: LeakMatch) -> Element {
    let LeakMatch {
        placed,
        by_seed,
        by_suffix,
    } = found;
    let how = match (by_seed, by_suffix) {
        (true, true) => "Its seed and its CI token fit.",
        (true, false) => "Its seed fits.",
        (false, _) => "Its CI token ends alike.",
    };
    let state = if placed.token.may_be_active() {
        "It works, and is selected: hold to revoke it."
    } else {
        "It is revoked already: runners with it are refused."
    };
    let place = seen(&text::place(&placed.project_name, &placed.environment.name));
    rsx! {
        p {
            strong { "This is " Name { text: placed.token.name.clone() } " in {place}." }
            " {how} {state}"
        }
    }
}
