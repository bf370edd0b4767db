//! A list of steps with check marks as they pass.

use dioxus::prelude::*;

use super::{Glyph, Icon, Spinner};

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It is over.
    Passed,
    /// It runs.
    Current,
    /// It comes later.
    Later,
}

/// The steps, first to last.
#[component]
pub fn Steps(label: String, steps: Vec<(String, StepState)>) -> Element {
    let current = steps
        .iter()
        .find(|(_, state)| *state == StepState::Current)
        .map(|(text, _)| text.clone())
        .unwrap_or_default();
    rsx! {
        ol { class: "steps", "aria-label": label,
            for (text , state) in steps {
                li {
                    key: "{text}",
                    "data-state": match state {
                        StepState::Passed => "passed",
                        StepState::Current => "current",
                        StepState::Later => "later",
                    },
                    "aria-current": if state == StepState::Current { "step" },
                    span { class: "step-mark",
                        match state {
                            StepState::Passed => rsx! { Glyph { icon: Icon::Check, size: 14 } },
                            StepState::Current => rsx! { Spinner {} },
                            StepState::Later => rsx! { span { class: "dot" } },
                        }
                    }
                    "{text}"
                    if state == StepState::Passed {
                        span { class: "spoken", ", done" }
                    }
                }
            }
        }
        p { class: "spoken", role: "status", "{current}" }
    }
}
