//! When a token that is replaced is to be revoked.

use dioxus::prelude::*;

use crate::ui::elements::{Segment, Segmented};
use model::Grace;

const LABEL: &str = "Revoke the old one";

/// The choice, and what it means.
#[component]
pub(super) fn WhenToRevoke(mut grace: Signal<Grace>) -> Element {
    let segment = |value, label: &str| Segment {
        value,
        label: label.to_owned(),
        count: None,
    };
    let chosen = *grace.read();
    rsx! {
        div { class: "field",
            span { class: "field-label", "aria-hidden": "true", "{LABEL}" }
            Segmented {
                label: LABEL,
                segments: vec![
                    segment(Grace::Asked, "When I say so"),
                    segment(Grace::QuarterHour, "After 15 min"),
                    segment(Grace::Hour, "1 h"),
                    segment(Grace::Day, "1 day"),
                    segment(Grace::Week, "1 week"),
                ],
                value: chosen,
                onchange: move |value| grace.set(value),
            }
            if chosen != Grace::Asked {
                p { class: "field-note",
                    "Counted from when you close the sheet. If this app is closed before, the old one stays until you finish."
                }
            }
        }
    }
}
