//! The end of what was fetched, and the way further back.

use dioxus::prelude::*;

use crate::state::{AppState, Load, Operation};
use crate::ui::components::MessageText;
use crate::ui::elements::{Button, Icon, Notice, Tone};
use crate::ui::intent::{ActivityIntent, use_send};

/// The foot, below the entries.
#[component]
pub fn ActivityFoot() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let has_more = match &*state.activity.entries.read() {
        Load::Ready(entries) => entries.has_more,
        _ => return rsx! {},
    };
    if !has_more {
        return rsx! {
            p { class: "activity-end", "That is everything that the server tells." }
        };
    }
    let older = state.activity.older.read();
    rsx! {
        if let Operation::Failed(problem) = &*older {
            div { class: "notices",
                Notice { tone: Tone::Danger, icon: Icon::Offline, assertive: true,
                    MessageText { message: text::explain(problem) }
                }
            }
        }
        div { class: "activity-more",
            Button {
                label: if older.is_running() { "Fetching…" } else { "Show older" },
                disabled: older.is_running(),
                onclick: move |()| send.call(ActivityIntent::Older.into()),
            }
        }
    }
}
