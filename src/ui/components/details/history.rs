//! What was done with a token, newest first.

use dioxus::prelude::*;

use crate::state::{AppState, Load};
use crate::ui::components::{ActivityFoot, ActivityLine, MessageText};
use model::ActivityFilter;
use protocol::{ActivityEntry, DeployToken};

#[component]
pub(super) fn History(token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    rsx! {
        section { class: "details-history", "aria-labelledby": "details-history",
            h3 { id: "details-history", "Activity" }
            match &*state.activity.entries.read() {
                Load::Loading => rsx! {
                    p { class: "working", role: "status", "Fetching the activity…" }
                },
                Load::Failed(problem) => rsx! {
                    p { class: "absent", MessageText { message: text::explain(problem) } }
                },
                Load::Ready(entries) => rsx! {
                    Lines { shown: about(&entries.list, &token), has_more: entries.has_more }
                    ActivityFoot {}
                },
            }
        }
    }
}

fn about(entries: &[ActivityEntry], token: &DeployToken) -> Vec<ActivityEntry> {
    let filter = ActivityFilter::about(token);
    entries.iter().filter(|it| filter.fits(it)).cloned().collect()
}

#[component]
fn Lines(shown: Vec<ActivityEntry>, has_more: bool) -> Element {
    if shown.is_empty() {
        return rsx! {
            p { class: "activity-none", role: "status",
                if has_more {
                    "Nothing of it in what was fetched so far."
                } else {
                    "Nothing is told of it."
                }
            }
        };
    }
    rsx! {
        ul { class: "activity-list", role: "list",
            for (number , entry) in shown.into_iter().enumerate() {
                ActivityLine { key: "{number}", entry }
            }
        }
    }
}
