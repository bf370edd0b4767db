//! What the columns show of a token.

use dioxus::prelude::*;

use crate::state::{TokenHealth, health};
use crate::ui::clock::use_clock;
use crate::ui::components::{HealthBadge, TimeAgo, TimeUntil};
use model::TokenColumn;
use protocol::{DeployToken, TokenKey};

/// The content of a token's cell.
pub(super) fn content(column: TokenColumn, token: &DeployToken) -> Element {
    match column {
        TokenColumn::Name => name_and_id(&token.name, token.id.as_str()),
        TokenColumn::Status => rsx! {
            HealthBadge { token: token.clone() }
        },
        TokenColumn::LastUsed => rsx! {
            if token.last_used_at.is_some() {
                span { class: "card-word", "Used " }
            }
            TimeAgo { at: token.last_used_at }
            if token.last_used_at.is_none() {
                span { class: "card-word", " used" }
            }
        },
        TokenColumn::Created => rsx! {
            TimeAgo { at: token.created_at }
        },
        TokenColumn::Expires => rsx! {
            Expiry { token: token.clone() }
        },
        TokenColumn::Fingerprint => rsx! {
            FingerprintText { key_of: token.key.clone() }
        },
        // Below the name.
        TokenColumn::Id => rsx! {},
    }
}

/// The name and, below it, the id.
pub(super) fn name_and_id(name: &str, id: &str) -> Element {
    rsx! {
        div { class: "token-name cut", title: "{name}", "{name}" }
        div { class: "token-id mono cut", title: "{id}", "{id}" }
    }
}

#[component]
fn Expiry(token: DeployToken) -> Element {
    let clock = use_clock();
    let close = matches!(
        health(&token, *clock.now.read()),
        TokenHealth::Expiring(_) | TokenHealth::Expired
    );
    if token.is_active() {
        rsx! {
            TimeUntil { at: token.expires_at, close }
        }
    } else {
        rsx! {
            span { class: "absent", "aria-label": "does not apply", "–" }
        }
    }
}

#[component]
fn FingerprintText(key_of: TokenKey) -> Element {
    match key_of {
        TokenKey::Usable(key) => {
            let print = key.fingerprint();
            rsx! {
                span { class: "mono", title: "{print.to_hex()}", "{print.short()}" }
            }
        }
        TokenKey::Unusable => rsx! {
            span {
                class: "mono absent",
                title: "The server's record has no usable public key: this token can never decrypt. Rotate it.",
                "unusable key"
            }
        },
    }
}
