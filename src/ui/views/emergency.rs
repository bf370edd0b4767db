//! The emergency page.

use dioxus::prelude::*;

use super::blank::Failed;
use crate::state::{AppState, Connection, Load, Ticket, groups};
use crate::ui::components::{EmergencyBar, EmergencyList, EmergencyNotices, EmergencyRunPage};
use crate::ui::elements::{Button, Icon, IconButton, SearchField};
use crate::ui::intent::{EmergencyIntent, use_send};
use protocol::DeployTokenId;
use text::{grouped, plural};

/// The page: a run if there is one, else what there is to revoke.
#[component]
pub(super) fn EmergencyView() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    use_effect(move || {
        // Also when the page was open before the connection was.
        if *state.place.connection.read() == Connection::Open {
            send.call(EmergencyIntent::Look.into());
        }
    });
    let mut shown = use_signal(|| number(state));
    use_effect(move || {
        // A run begins or is closed: what had the focus is gone.
        let number = number(state);
        if *shown.peek() != number {
            shown.set(number);
            document::eval(r#"document.getElementById("page-title")?.focus()"#);
        }
    });
    let run = state.emergency.run.read().clone();
    rsx! {
        main { class: "main emergency", "aria-labelledby": "page-title",
            match run {
                Some(run) => rsx! {
                    EmergencyRunPage { run }
                },
                None => rsx! {
                    Choose {}
                },
            }
        }
    }
}

/// The number of the run that is shown.
fn number(state: AppState) -> Option<Ticket> {
    state.emergency.run.read().as_ref().map(|run| run.number)
}

#[component]
fn Choose() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let active = state.emergency.active.read();
    let counts = match &*active {
        Load::Ready(all) => {
            let projects = plural(*state.emergency.projects.read(), "project");
            let is_whole = state
                .emergency
                .unlisted
                .read()
                .iter()
                .all(|it| it.for_admins().is_none());
            match is_whole {
                true => format!("{} active tokens in {projects}", grouped(all.len())),
                false => format!("{} active tokens that you can see", grouped(all.len())),
            }
        }
        Load::Loading => "Looking into all projects".to_owned(),
        Load::Failed(_) => String::new(),
    };
    rsx! {
        header { class: "page-top emergency-top",
            div { class: "page-words",
                h1 { id: "page-title", class: "page-title", tabindex: "-1", "Emergency" }
                p { class: "emergency-counts", role: "status", "{counts}" }
            }
            Button {
                icon: Icon::ClipboardCheck,
                label: "Paste leak",
                title: "Find the token of a leaked block in the clipboard",
                onclick: move |()| send.call(EmergencyIntent::PasteLeak.into()),
            }
        }
        Tools {}
        EmergencyNotices {}
        match &*active {
            Load::Failed(message) => rsx! {
                Failed { problem: message.clone(), message: text::explain(message) }
            },
            Load::Loading => rsx! {
                div { class: "active-bones", "aria-hidden": "true",
                    for index in 0..5 {
                        span { key: "{index}", class: "bone" }
                    }
                }
            },
            Load::Ready(_) => rsx! {
                EmergencyList {}
                EmergencyBar {}
            },
        }
    }
}

#[component]
fn Tools() -> Element {
    let store = use_context::<AppState>().emergency;
    let send = use_send();
    let mut search = store.search;
    let refreshing = *store.refreshing.read();
    let shown: Vec<DeployTokenId> = match &*store.active.read() {
        Load::Ready(all) => groups(all, &search.read())
            .into_iter()
            .flat_map(|group| group.tokens)
            .map(|it| it.token.id)
            .collect(),
        _ => Vec::new(),
    };
    let all = shown.iter().all(|id| store.selected.read().contains(id));
    let verb = if all && !shown.is_empty() {
        "Unselect"
    } else {
        "Select"
    };
    let count = shown.len();
    rsx! {
        div { class: "toolbar emergency-tools",
            SearchField {
                id: "search",
                label: "Search active tokens",
                placeholder: "Search name, project, environment",
                value: search,
                oninput: move |text| search.set(text),
            }
            Button {
                label: "{verb} all {grouped(count)} tokens",
                disabled: count == 0,
                onclick: move |()| store.choose(shown.iter().cloned(), !all),
            }
            div { class: "toolbar-end",
                IconButton {
                    icon: Icon::Refresh,
                    name: if refreshing { "Refreshing" } else { "Refresh" },
                    title: if refreshing { "Refreshing" } else { "Refresh (R)" },
                    busy: refreshing,
                    onclick: move |()| send.call(EmergencyIntent::Look.into()),
                }
            }
        }
    }
}
