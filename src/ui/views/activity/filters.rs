//! Which part of the activity is shown: where, of what kind, about which token.

use dioxus::prelude::*;

use crate::state::{AppState, Load};
use crate::ui::elements::{Segment, Segmented};
use protocol::{ActivityKind, DeployTokenId, TokenEntry};

#[component]
pub(super) fn Filters() -> Element {
    let state = use_context::<AppState>();
    let mut whole_project = state.activity.whole_project;
    let environment = state.place.environment.read();
    let environment = environment
        .as_ref()
        .map_or_else(String::new, |it| it.name.to_string());
    let segment = |value, label: &str| Segment {
        value,
        label: label.to_owned(),
        count: None,
    };
    rsx! {
        div { class: "activity-filters",
            Segmented {
                label: "Where",
                segments: vec![segment(false, &environment), segment(true, "Whole project")],
                value: *whole_project.read(),
                onchange: move |chosen| whole_project.set(chosen),
            }
            TokenChoice {}
            Kinds {}
        }
    }
}

/// One chip a kind.
#[component]
fn Kinds() -> Element {
    let mut kind = use_context::<AppState>().activity.kind;
    let all = std::iter::once(None).chain(ActivityKind::ALL.map(Some));
    rsx! {
        div { class: "chips", role: "group", "aria-label": "Kind",
            for it in all {
                button {
                    key: "{label(it)}",
                    r#type: "button",
                    class: "chip",
                    "aria-pressed": *kind.read() == it,
                    onclick: move |_| kind.set(it),
                    "{label(it)}"
                }
            }
        }
    }
}

fn label(kind: Option<ActivityKind>) -> &'static str {
    match kind {
        None => "All",
        Some(ActivityKind::Created) => "Created",
        Some(ActivityKind::Rotated) => "Rotated",
        Some(ActivityKind::Revoked) => "Revoked",
        Some(ActivityKind::Deleted) => "Deleted",
        Some(ActivityKind::Fetched) => "Fetches",
        Some(ActivityKind::Shared) => "Keys",
        Some(ActivityKind::Other) => "Other",
    }
}

/// The tokens of the open environment; nothing where they cannot be listed.
#[component]
fn TokenChoice() -> Element {
    let state = use_context::<AppState>();
    let mut token = state.activity.token;
    let entries = state.tokens.entries.read();
    let Load::Ready(entries) = &*entries else {
        return rsx! {};
    };
    let tokens: Vec<(DeployTokenId, String)> = entries
        .iter()
        .filter_map(TokenEntry::token)
        .map(|it| (it.id.clone(), it.name.clone()))
        .collect();
    if tokens.is_empty() {
        return rsx! {};
    }
    let chosen = token.read().as_ref().map(|(id, _)| id.clone());
    let offered = tokens.clone();
    rsx! {
        label { class: "activity-token",
            span { class: "spoken", "Token" }
            select {
                onchange: move |event| {
                    let wanted = event.value();
                    token.set(offered.iter().find(|(id, _)| id.as_str() == wanted).cloned());
                },
                option { value: "", selected: chosen.is_none(), "Any token" }
                for (id , name) in tokens {
                    option { key: "{id}", value: "{id}", selected: chosen.as_ref() == Some(&id), "{name}" }
                }
            }
        }
    }
}
