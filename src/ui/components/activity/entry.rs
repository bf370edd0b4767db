//! One thing that was done: what, by whom, when.

use dioxus::prelude::*;

use crate::ui::components::{Happened, seen};
use crate::ui::elements::{Glyph, Icon};
use protocol::{ActivityAuthor, ActivityEntry, ActivityKind};

/// The line, inside a list.
#[component]
pub fn ActivityLine(entry: ActivityEntry) -> Element {
    let what = seen(&text::activity::happened(&entry));
    let who = seen(&text::activity::author(&entry.author));
    let runner = match &entry.author {
        ActivityAuthor::Token { .. } => "token ",
        _ => "",
    };
    let place = seen(&entry.subject.name.clone().unwrap_or_default());
    rsx! {
        li { class: "activity-line", "data-kind": text::activity::word(entry.kind),
            span { class: "activity-icon",
                Glyph { icon: icon(entry.kind) }
            }
            div { class: "activity-words",
                div { class: "activity-what selectable",
                    span { class: "activity-kind", "{what}" }
                    span { class: "activity-who", " · {runner}" bdi { "{who}" } }
                    if !place.is_empty() && place != who {
                        span { class: "activity-who", " · " bdi { "{place}" } }
                    }
                }
                if !entry.description.is_empty() {
                    div { class: "activity-told selectable", "{seen(&entry.description)}" }
                }
            }
            span { class: "activity-when",
                Happened { what: entry.at }
            }
        }
    }
}

fn icon(kind: ActivityKind) -> Icon {
    match kind {
        ActivityKind::Created => Icon::Plus,
        ActivityKind::Rotated => Icon::Rotate,
        ActivityKind::Revoked => Icon::Ban,
        ActivityKind::Deleted => Icon::Trash,
        ActivityKind::Fetched => Icon::ArrowDown,
        ActivityKind::Shared => Icon::Key,
        ActivityKind::Other => Icon::Activity,
    }
}
