//! A line of what is known of a thing; it stands in a `dl` of the class `facts`.

use dioxus::prelude::*;

use crate::ui::elements::{Icon, IconButton};
use crate::ui::intent::{ProgramIntent, use_send};
use model::PublicText;

/// What it is, and what it says.
#[component]
pub fn Fact(name: &'static str, children: Element) -> Element {
    rsx! {
        div {
            dt { "{name}" }
            dd { class: "selectable", {children} }
        }
    }
}

/// A public text that is copied elsewhere; `label` says which, for the button.
#[component]
pub fn CopiedFact(name: &'static str, what: PublicText, label: &'static str, text: String) -> Element {
    let send = use_send();
    let copied = text.clone();
    rsx! {
        div {
            dt { "{name}" }
            dd { class: "print",
                span { class: "mono selectable", "{text}" }
                IconButton {
                    icon: Icon::Copy,
                    name: "Copy {label}",
                    onclick: move |()| send.call(ProgramIntent::CopyText(what, copied.clone()).into()),
                }
            }
        }
    }
}
