//! A destination, and how it stands.

use dioxus::prelude::*;

use crate::state::{SendLine, SendState};
use crate::ui::components::MessageText;
use crate::ui::elements::{Button, Glyph, Icon, Spinner};
use crate::ui::intent::{SheetIntent, use_send};
use model::Destination;

#[component]
pub(super) fn Line(line: SendLine) -> Element {
    let SendLine { destination, state } = line;
    let tone = match &state {
        SendState::Sent(_) => "ok",
        SendState::Failed(_) => "danger",
        SendState::Waiting | SendState::Running => "neutral",
    };
    rsx! {
        li { class: "destination", "data-tone": tone,
            span { class: "destination-mark",
                match &state {
                    SendState::Running => rsx! {
                        Spinner {}
                    },
                    SendState::Sent(_) => rsx! {
                        Glyph { icon: Icon::Check }
                    },
                    SendState::Failed(_) => rsx! {
                        Glyph { icon: Icon::Warning }
                    },
                    SendState::Waiting => rsx! {
                        Glyph { icon: Icon::Send }
                    },
                }
            }
            div { class: "destination-words",
                p { class: "destination-title", {destination.title()} }
                p { class: "destination-state", role: "status",
                    match &state {
                        SendState::Waiting => rsx! { "Its values were sent there before." },
                        SendState::Running => rsx! { "Sending…" },
                        SendState::Sent(sent) => rsx! { {text::destinations::seen(sent)} },
                        SendState::Failed(problem) => rsx! {
                            MessageText { message: text::explain(problem) }
                        },
                    }
                }
            }
            Act { destination, state }
        }
    }
}

/// What can be done about it.
#[component]
fn Act(destination: Destination, state: SendState) -> Element {
    let send = use_send();
    let title = destination.title();
    let (verb, stops) = match state {
        SendState::Waiting => ("Send again", false),
        SendState::Failed(_) => ("Try again", false),
        SendState::Running => ("Cancel", true),
        SendState::Sent(_) => return rsx! {},
    };
    rsx! {
        Button {
            label: verb,
            spoken: "{verb}: {title}",
            onclick: move |()| {
                let destination = destination.clone();
                let intent = if stops {
                    SheetIntent::StopSending(destination)
                } else {
                    SheetIntent::SendTo(destination)
                };
                send.call(intent.into());
            },
        }
    }
}
