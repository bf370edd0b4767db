//! What came of a leaked block.

use dioxus::prelude::*;

use crate::state::{AppState, LeakSearch, LeakedToken};
use crate::ui::components::Words;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Spinner, Tone};
use crate::ui::intent::{EmergencyWish, Intent, use_send};

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
                Words { message }
            }
        },
        LeakSearch::Found(found) => rsx! {
            Notice { tone: if found.iter().any(|it| it.active) { Tone::Danger } else { Tone::Ok }, icon: Icon::Siren,
                actions: rsx! {
                    Forget {}
                },
                for it in found {
                    FoundLine { key: "{it.target.token}", found: it }
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
            label: "Forget",
            title: "Forget what was pasted",
            onclick: move |()| send.call(Intent::Emergency(EmergencyWish::ForgetLeak)),
        }
    }
}

#[component]
fn FoundLine(found: LeakedToken) -> Element {
    let LeakedToken {
        target,
        active,
        by_seed,
        by_suffix,
    } = found;
    let how = match (by_seed, by_suffix) {
        (true, true) => "Its seed and its CI token fit.",
        (true, false) => "Its seed fits.",
        (false, _) => "Its CI token ends alike.",
    };
    let state = if active {
        "It works, and is selected: hold to revoke it."
    } else {
        "It is revoked already: runners with it are refused."
    };
    rsx! {
        p {
            strong { "This is {target.name} in {target.project_name} / {target.environment.name}." }
            " {how} {state}"
        }
    }
}
