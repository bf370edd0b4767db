//! One of a few: a row of buttons of which one is pressed.

use dioxus::prelude::*;

/// One choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment<T> {
    /// What it stands for.
    pub value: T,
    /// Its word.
    pub label: String,
    /// A number after it, as it is read.
    pub count: Option<String>,
}

/// The row of choices.
#[component]
pub fn Segmented<T: Clone + Copy + PartialEq + 'static>(
    label: String,
    segments: Vec<Segment<T>>,
    value: T,
    onchange: Callback<T>,
) -> Element {
    rsx! {
        div { class: "segmented", role: "group", "aria-label": label,
            for segment in segments {
                button {
                    key: "{segment.label}",
                    r#type: "button",
                    "aria-pressed": segment.value == value,
                    onclick: move |_| onchange.call(segment.value),
                    "{segment.label}"
                    if let Some(count) = segment.count {
                        span { class: "count", " {count}" }
                    }
                }
            }
        }
    }
}
