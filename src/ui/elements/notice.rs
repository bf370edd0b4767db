//! A line above the content that says what is the matter, with an action beside it.

use dioxus::prelude::*;

use super::{Glyph, Icon, Tone};

/// A notice. `assertive` ones are read out at once.
#[component]
pub fn Notice(
    tone: Tone,
    #[props(default = Icon::Warning)] icon: Icon,
    #[props(default)] assertive: bool,
    #[props(default)] actions: Option<Element>,
    children: Element,
) -> Element {
    rsx! {
        div {
            class: "notice",
            "data-tone": tone.name(),
            role: if assertive { "alert" } else { "status" },
            Glyph { icon }
            div { class: "notice-text selectable", {children} }
            if let Some(actions) = actions {
                div { class: "notice-actions", {actions} }
            }
        }
    }
}
