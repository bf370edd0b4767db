//! The badge of a token.

use dioxus::prelude::*;

use crate::state::{AppState, TokenHealth};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Badge, Tone};
use protocol::DeployToken;

/// How it stands with a token, in a word.
#[component]
pub fn HealthBadge(token: DeployToken) -> Element {
    let (clock, tokens) = (use_clock(), use_context::<AppState>().tokens);
    let (tone, text) = match tokens.health_of(&token, *clock.now.read()) {
        TokenHealth::NotShared => (Tone::Danger, "Not shared".to_owned()),
        TokenHealth::NotHandedOver => (Tone::Warn, "Not handed over".to_owned()),
        TokenHealth::BeingReplaced => (Tone::Warn, "Being replaced".to_owned()),
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
