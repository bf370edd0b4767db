//! The badge of a token.

use dioxus::prelude::*;

use crate::state::{AppState, TokenHealth, health};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Badge, Tone};
use protocol::DeployToken;

/// How it stands with a token, in a word.
#[component]
pub fn HealthBadge(token: DeployToken) -> Element {
    let clock = use_clock();
    if use_context::<AppState>().tokens.is_being_replaced(&token) {
        return rsx! {
            Badge { tone: Tone::Warn, text: "Being replaced" }
        };
    }
    let (tone, text) = match health(&token, *clock.now.read()) {
        TokenHealth::Active => (Tone::Ok, "Active".to_owned()),
        TokenHealth::Expiring(0) => (Tone::Warn, "Expires within a day".to_owned()),
        TokenHealth::Expiring(1) => (Tone::Warn, "Expires in 1 day".to_owned()),
        TokenHealth::Expiring(days) => (Tone::Warn, format!("Expires in {days} days")),
        TokenHealth::Expired => (Tone::Danger, "Expired".to_owned()),
        TokenHealth::Unused(days) => (Tone::Warn, format!("Unused {days} days")),
        TokenHealth::Revoked => (Tone::Neutral, "Revoked".to_owned()),
        TokenHealth::Other(text) => (Tone::Neutral, text),
        TokenHealth::Unreadable => (Tone::Warn, "Unreadable".to_owned()),
    };
    rsx! {
        Badge { tone, text }
    }
}
