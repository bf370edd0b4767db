//! What stands where the content would be: nothing there, nothing found, or it could not be had.

use dioxus::prelude::*;

use super::{Glyph, Icon, Tone};

/// A calm block with an icon, a heading, a sentence and what to do.
#[component]
pub fn StateBlock(
    icon: Icon,
    #[props(default = Tone::Neutral)] tone: Tone,
    title: String,
    text: String,
    children: Element,
) -> Element {
    rsx! {
        section { class: "state-block", "data-tone": tone.name(), role: if tone == Tone::Danger { "alert" },
            span { class: "state-icon", Glyph { icon, size: 20 } }
            h2 { class: "selectable", "{title}" }
            p { class: "selectable", "{text}" }
            div { class: "state-actions", {children} }
        }
    }
}
