//! Which part of the activity is shown: where, of what kind, about which token.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::components::seen;
use crate::ui::elements::{SearchField, Segment, Segmented};
use protocol::ActivityKind;

#[component]
pub(super) fn Filters() -> Element {
    let state = use_context::<AppState>();
    let (mut whole_project, mut token) = (state.activity.whole_project, state.activity.token);
    let environment = state.place.environment.read();
    let environment = environment
        .as_ref()
        .map_or_else(String::new, |it| seen(it.name.as_str()));
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
            SearchField {
                id: "activity-token",
                label: "Token",
                placeholder: "Token, by name or id",
                value: token,
                oninput: move |text| token.set(text),
            }
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
