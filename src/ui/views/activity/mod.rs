//! Who did what in the open environment, or in its whole project.

mod filters;

use dioxus::prelude::*;

use crate::state::{AppState, Entries, Load};
use crate::ui::clock::{Clock, use_clock};
use crate::ui::components::{ActivityFoot, ActivityLine, PageTop};
use crate::ui::elements::{Button, Icon, IconButton, Notice, StateBlock, Tone};
use crate::ui::intent::{ActivityIntent, use_send};
use filters::Filters;
use model::Problem;
use protocol::ActivityEntry;
use text::plural;

/// The page.
#[component]
pub fn ActivityView() -> Element {
    let send = use_send();
    rsx! {
        main { class: "main", "aria-labelledby": "page-title",
            PageTop { title: "Activity",
                IconButton {
                    icon: Icon::Refresh,
                    name: "Refresh",
                    onclick: move |()| send.call(ActivityIntent::Refresh.into()),
                }
            }
            Content {}
        }
    }
}

#[component]
fn Content() -> Element {
    let state = use_context::<AppState>();
    match &*state.activity.entries.read() {
        Load::Loading => rsx! {
            p { class: "working", role: "status", "Fetching the activity…" }
        },
        Load::Failed(problem) => rsx! {
            Failed { problem: problem.clone() }
        },
        Load::Ready(entries) => rsx! {
            Filters {}
            if entries.unreadable > 0 {
                div { class: "notices",
                    Notice { tone: Tone::Warn,
                        "{plural(entries.unreadable, \"entry\")} cannot be read and is left out."
                    }
                }
            }
            Days { entries: entries.clone() }
            ActivityFoot {}
        },
    }
}

/// It may not be read, or could not be.
#[component]
fn Failed(problem: Problem) -> Element {
    let send = use_send();
    let is_refused = problem == Problem::ActivityNotShown;
    let message = text::explain(&problem);
    rsx! {
        StateBlock {
            icon: if is_refused { Icon::Activity } else { Icon::Offline },
            tone: if is_refused { Tone::Neutral } else { Tone::Danger },
            title: message.what.trim_end_matches('.').to_owned(),
            text: message.next,
            if !is_refused {
                Button {
                    icon: Icon::Refresh,
                    label: "Retry",
                    onclick: move |()| send.call(ActivityIntent::Refresh.into()),
                }
            }
        }
    }
}

/// The entries that are wanted, a heading a day.
#[component]
fn Days(entries: Entries) -> Element {
    let state = use_context::<AppState>();
    let clock = use_clock();
    let environment = state.place.environment.read().as_ref().map(|it| it.id.clone());
    let shown = state.activity.shown(&entries.list, environment);
    if shown.is_empty() {
        return rsx! {
            p { class: "activity-none", role: "status",
                if entries.has_more {
                    "Nothing of that in what was fetched so far."
                } else {
                    "Nothing of that happened."
                }
            }
        };
    }
    rsx! {
        for (number , (day , entries)) in by_day(shown, &clock).into_iter().enumerate() {
            section { key: "{number}", class: "activity-day", "aria-label": "{day}",
                h2 { "{day}" }
                ul { class: "activity-list", role: "list",
                    for (index , entry) in entries.into_iter().enumerate() {
                        ActivityLine { key: "{index}", entry }
                    }
                }
            }
        }
    }
}

/// Entries that follow each other on one day, with its name.
fn by_day(entries: Vec<ActivityEntry>, clock: &Clock) -> Vec<(String, Vec<ActivityEntry>)> {
    let mut days: Vec<(String, Vec<ActivityEntry>)> = Vec::new();
    let today = clock.now.read().date(&clock.zone);
    for entry in entries {
        let day = match entry.at.known().map(|at| at.date(&clock.zone)) {
            Some(day) if day == today => "Today".to_owned(),
            Some(day) => day,
            None => "Time not known".to_owned(),
        };
        match days.last_mut() {
            Some((last, list)) if *last == day => list.push(entry),
            _ => days.push((day, vec![entry])),
        }
    }
    days
}
