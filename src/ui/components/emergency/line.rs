//! A line of a run.

use dioxus::prelude::*;

use crate::ui::components::{Name, seen};
use crate::ui::elements::{Glyph, Icon, Spinner};

/// How far something of a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Queued,
    Running,
    /// Runners are refused; something is left to do.
    Refused,
    /// All is done.
    Gone,
    /// What remains is not worse than before.
    Unsealed,
    Failed,
}

/// One line of a run.
#[component]
pub(super) fn Line(
    mark: Mark,
    name: String,
    #[props(default)] title: Option<String>,
    #[props(default)] place: Option<String>,
    detail: Option<String>,
    status: String,
) -> Element {
    let (state, icon) = match mark {
        Mark::Queued => ("queued", None),
        Mark::Running => ("running", None),
        Mark::Refused => ("refused", Some(Icon::Ban)),
        Mark::Gone => ("gone", Some(Icon::Check)),
        Mark::Unsealed => ("unsealed", Some(Icon::Warning)),
        Mark::Failed => ("failed", Some(Icon::Warning)),
    };
    rsx! {
        li { class: "run-line", "data-state": state,
            span { class: "run-mark", "aria-hidden": "true",
                match icon {
                    Some(icon) => rsx! { Glyph { icon, size: 18 } },
                    None if mark == Mark::Running => rsx! { Spinner {} },
                    None => rsx! { span { class: "dot" } },
                }
            }
            div { class: "run-words",
                p { class: "run-name cut", title: title.unwrap_or_else(|| seen(&name)), Name { text: name.clone() } }
                if let Some(place) = place {
                    p { class: "run-place cut", {seen(&place)} }
                }
                if let Some(detail) = detail {
                    p { class: "run-trouble selectable", "{detail}" }
                }
            }
            p { class: "run-status", "{status}" }
        }
    }
}
