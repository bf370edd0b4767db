//! The badge of a token.

use dioxus::prelude::*;

use crate::state::{AppState, Standing, standing};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Badge, Tone};
use protocol::DeployToken;

/// What a token's standing is, in a word.
#[component]
pub fn StandingBadge(token: DeployToken) -> Element {
    let clock = use_clock();
    if use_context::<AppState>().tokens.is_being_replaced(&token) {
        return rsx! {
            Badge { tone: Tone::Warn, text: "Being replaced" }
        };
    }
    let (tone, text) = match standing(&token, *clock.now.read()) {
        Standing::Active => (Tone::Ok, "Active".to_owned()),
        Standing::Expiring(0) => (Tone::Warn, "Expires within a day".to_owned()),
        Standing::Expiring(1) => (Tone::Warn, "Expires in 1 day".to_owned()),
        Standing::Expiring(days) => (Tone::Warn, format!("Expires in {days} days")),
        Standing::Expired => (Tone::Danger, "Expired".to_owned()),
        Standing::Unused(days) => (Tone::Warn, format!("Unused {days} days")),
        Standing::Revoked => (Tone::Neutral, "Revoked".to_owned()),
        Standing::Other(text) => (Tone::Neutral, text),
    };
    rsx! {
        Badge { tone, text }
    }
}
