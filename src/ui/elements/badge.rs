//! A word with a dot: a status.

use dioxus::prelude::*;

/// What a colour says. It never says it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// In order.
    Ok,
    /// Worth a look.
    Warn,
    /// Wrong, or dangerous.
    Danger,
    /// Neither.
    Neutral,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Danger => "danger",
            Self::Neutral => "neutral",
        }
    }
}

/// A status badge.
#[component]
pub fn Badge(tone: Tone, text: String) -> Element {
    rsx! {
        span { class: "badge", "data-tone": tone.name(), title: "{text}",
            span { class: "dot", "aria-hidden": "true" }
            span { class: "cut", "{text}" }
        }
    }
}
