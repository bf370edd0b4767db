//! The lines of the sidebar that open a page.

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, Load, Section};
use crate::ui::components::{Name, seen};
use crate::ui::elements::{Glyph, Icon};
use crate::ui::intent::{PlaceIntent, use_send};
use text::grouped;

/// What there is to see of the open environment.
#[component]
pub(super) fn Pages() -> Element {
    let state = use_context::<AppState>();
    let environment = state.place.environment.read();
    let Some(environment) = environment.as_ref() else {
        return rsx! {};
    };
    let known = matches!(&*state.tokens.entries.read(), Load::Ready(_));
    let active = known.then(|| state.tokens.counts().active);
    let holders = match &*state.access.holders.read() {
        Load::Ready(holders) => Some(holders.list.len()),
        _ => None,
    };
    rsx! {
        h2 { class: "sidebar-head cut", id: "section", title: "{seen(environment.name.as_str())}", Name { text: environment.name.as_str() } }
        ul { class: "sidebar-list", "aria-labelledby": "section",
            PageLine {
                page: Section::Tokens,
                icon: Icon::Key,
                label: "Deploy tokens",
                count: active,
                counted: "active",
            }
            PageLine {
                page: Section::Access,
                icon: Icon::Shield,
                label: "Access",
                count: holders,
                counted: "listed",
            }
            PageLine { page: Section::Activity, icon: Icon::Activity, label: "Activity" }
        }
    }
}

/// A line that opens a page.
#[component]
pub(super) fn PageLine(
    page: Section,
    icon: Icon,
    label: &'static str,
    #[props(default)] count: Option<usize>,
    #[props(default)] counted: &'static str,
) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let current = *state.section.read() == page;
    rsx! {
        li {
            button {
                r#type: "button",
                class: "sidebar-line",
                "aria-current": if current { "page" },
                onclick: move |_| send.call(PlaceIntent::Show(page).into()),
                Glyph { icon }
                span { class: "cut", "{label}" }
                if let Some(count) = count {
                    span { class: "sidebar-count",
                        "{grouped(count)}"
                        span { class: "spoken", " {counted}" }
                    }
                }
            }
        }
    }
}

/// Who waits for a key, while somebody does.
#[component]
pub(super) fn RequestsLine() -> Element {
    let state = use_context::<AppState>();
    let count = state.access.requests.read().count() + state.access.lacking.read().len();
    if count == 0 {
        return rsx! {};
    }
    rsx! {
        li {
            button {
                r#type: "button",
                class: "sidebar-line",
                "data-tone": "warn",
                onclick: move |_| state.dialog.show(Dialog::Requests),
                Glyph { icon: Icon::ClipboardCheck }
                span { class: "cut", "Key requests" }
                span { class: "sidebar-count", "{grouped(count)}" }
            }
        }
    }
}
