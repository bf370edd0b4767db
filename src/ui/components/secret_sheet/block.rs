//! The block with both values, as CI reads it.

use dioxus::prelude::*;

use super::field::{CI_TOKEN, SEED, use_suffix};
use model::formats::DOTENV;

const MASK: &str = "••••••••••••••••••••••••";

/// What "Copy block" copies, always masked. Other formats will stand beside it.
#[component]
pub(super) fn Block(with_ci_token: bool) -> Element {
    let suffix = use_suffix();
    rsx! {
        figure { class: "block",
            figcaption { {DOTENV.name} }
            div { class: "block-lines mono",
                if with_ci_token {
                    BlockLine { name: CI_TOKEN, suffix }
                }
                BlockLine { name: SEED, suffix: "" }
            }
        }
    }
}

#[component]
fn BlockLine(name: &'static str, suffix: String) -> Element {
    rsx! {
        div { class: "block-line",
            span { class: "block-name", "{name}" }
            "="
            span { class: "mask-dots", "aria-hidden": "true", "{MASK}" }
            "{suffix}"
        }
    }
}
