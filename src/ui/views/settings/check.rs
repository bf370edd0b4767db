//! Whether what was issued is checked as its runner.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{Segment, Segmented};
use crate::ui::intent::{PlaceIntent, use_send};

const TITLE: &str = "Check new values as a runner";

#[component]
pub(super) fn CheckCard() -> Element {
    let checks = use_context::<AppState>().place.checks;
    let send = use_send();
    let segment = |value, label: &str| Segment {
        value,
        label: label.to_owned(),
        count: None,
    };
    rsx! {
        section { class: "settings-card", "aria-labelledby": "check",
            h2 { id: "check", "{TITLE}" }
            p {
                "After a token is created, rotated or replaced, the app fetches and decrypts with its values, so that you leave knowing that they work. The server counts that as a use of the token. Applies to this server only."
            }
            div { class: "settings-buttons",
                Segmented {
                    label: TITLE,
                    segments: vec![segment(true, "On"), segment(false, "Off")],
                    value: *checks.read(),
                    onchange: move |on| send.call(PlaceIntent::CheckIssued(on).into()),
                }
            }
        }
    }
}
