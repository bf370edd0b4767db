//! What somebody should look at, in every environment of every project that the user can see.

mod list;
mod notices;
mod tools;

use dioxus::prelude::*;

use crate::state::{AppState, Audited, Connection};
use crate::ui::clock::{Clock, use_clock};
use crate::ui::elements::{Button, Icon, IconButton, StateBlock, Tone};
use crate::ui::intent::{AuditIntent, use_send};
use list::Findings;
use model::Problem;
use notices::AuditNotices;
use text::{grouped, plural};
use tools::Tools;

/// The page.
#[component]
pub(super) fn EverywhereView() -> Element {
    let state = use_context::<AppState>();
    let shown = use_memo(move || state.audit.shown());
    rsx! {
        main { class: "main emergency everywhere", "aria-labelledby": "page-title",
            Top { shown }
            AuditNotices { shown }
            Content { shown }
        }
    }
}

#[component]
fn Top(shown: ReadSignal<Option<Audited>>) -> Element {
    let state = use_context::<AppState>();
    let (send, clock) = (use_send(), use_clock());
    let under_way = state.audit.under_way.read();
    let is_open = *state.place.connection.read() == Connection::Open;
    let shown = shown.read();
    rsx! {
        header { class: "page-top emergency-top",
            div { class: "page-words",
                h1 { id: "page-title", class: "page-title", tabindex: "-1", "All environments" }
                p { class: "emergency-counts",
                    match under_way.as_ref() {
                        // Not announced: it changes all the time.
                        Some(looking) => rsx! { "{progress(looking)}" },
                        None => rsx! {
                            if let Some(audited) = shown.as_ref() {
                                span { title: clock.exact(audited.at), {summary(audited, &clock)} }
                            }
                        },
                    }
                }
                p { class: "spoken", role: "status",
                    match (under_way.is_some(), shown.as_ref()) {
                        (true, _) => "Looking into all projects".to_owned(),
                        (false, Some(audited)) => summary(audited, &clock),
                        (false, None) => String::new(),
                    }
                }
                if let Some(looking) = under_way.as_ref() {
                    progress {
                        class: "run-bar",
                        "aria-label": "Projects that were looked into",
                        max: "{looking.audit.projects.max(1)}",
                        value: "{looking.audit.done}",
                    }
                }
            }
            if under_way.is_some() {
                Button { label: "Stop", onclick: move |()| send.call(AuditIntent::Stop.into()) }
            } else {
                IconButton {
                    icon: Icon::Refresh,
                    name: "Refresh",
                    title: "Refresh (R)",
                    disabled: !is_open,
                    onclick: move |()| send.call(AuditIntent::Look.into()),
                }
            }
        }
    }
}

fn progress(looking: &Audited) -> String {
    let audit = &looking.audit;
    if audit.projects == 0 {
        "Looking for projects…".to_owned()
    } else {
        let next = (audit.done + 1).min(audit.projects);
        format!(
            "Looking into project {} of {}…",
            grouped(next),
            grouped(audit.projects)
        )
    }
}

/// What was looked at, and when.
fn summary(audited: &Audited, clock: &Clock) -> String {
    let audit = &audited.audit;
    format!(
        "{} of {} in {}, as of {}",
        plural(audit.tokens, "active token"),
        plural(audit.environments, "environment"),
        plural(audit.done, "project"),
        clock.past(audited.at),
    )
}

#[component]
fn Content(shown: ReadSignal<Option<Audited>>) -> Element {
    let state = use_context::<AppState>();
    let failed = state.audit.failed.read().clone();
    let is_running = state.audit.under_way.read().is_some();
    let shown_now = shown.read();
    match (shown_now.as_ref(), failed) {
        (Some(audited), _) if !audited.audit.findings.is_empty() => rsx! {
            Tools { shown }
            Findings { shown }
        },
        (_, _) if is_running => rsx! {
            div { class: "active-bones", "aria-hidden": "true",
                for index in 0..5 {
                    span { key: "{index}", class: "bone" }
                }
            }
        },
        (None, Some(problem)) => rsx! {
            Failed { problem }
        },
        (None, None) => rsx! {},
        (Some(audited), _) => {
            let is_all = audited.audit.is_whole() && audited.audit.unlisted.is_empty();
            rsx! {
                StateBlock {
                    icon: Icon::Check,
                    title: if is_all { "Nothing to do" } else { "Nothing found in what was looked at" },
                    text: "Tokens that end soon, are not used or lack the key are named here, and keys that somebody has who should not.",
                }
            }
        }
    }
}

/// Nothing could be looked at.
#[component]
fn Failed(problem: Problem) -> Element {
    let send = use_send();
    let message = text::explain(&problem);
    rsx! {
        StateBlock {
            icon: Icon::Offline,
            tone: Tone::Danger,
            title: message.what.trim_end_matches('.').to_owned(),
            text: message.next,
            Button {
                icon: Icon::Refresh,
                label: "Retry",
                onclick: move |()| send.call(AuditIntent::Look.into()),
            }
        }
    }
}
