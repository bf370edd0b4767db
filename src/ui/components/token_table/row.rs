//! A row of the table; below 640 px the style sheet makes a card of it.

use dioxus::prelude::*;

use super::{OpenMenu, TabStop};
use crate::state::{AppState, ConfirmKind, TokenHealth, health};
use crate::ui::clock::use_clock;
use crate::ui::components::{Ends, Happened, HealthBadge, ask};
use crate::ui::elements::{Badge, Icon, IconButton, Tone};
use protocol::{DeployToken, DeployTokenId, Occurrence, TokenKey};

#[component]
pub(super) fn TokenRow(token: DeployToken, index: usize, tab_stop: bool) -> Element {
    let state = use_context::<AppState>();
    let mut stop = use_context::<TabStop>().0;
    let mut menu = use_context::<OpenMenu>().0;
    let clock = use_clock();
    let close = matches!(
        health(&token, *clock.now.read()),
        TokenHealth::Expiring(_) | TokenHealth::Expired
    );
    let active = token.is_active();
    let opened = menu.read().as_ref().is_some_and(|it| it.id == token.id);
    let highlighted = state.tokens.highlighted.read().as_ref() == Some(&token.id);
    let for_menu = token.clone();
    rsx! {
        tr {
            class: "token",
            role: "row",
            "data-row": "{index}",
            "data-dim": if !active { "true" },
            "data-open": if opened { "true" },
            "data-highlighted": if highlighted { "true" },
            "aria-rowindex": "{index + 2}",
            tabindex: if tab_stop { "0" } else { "-1" },
            onfocusin: move |_| {
                if *stop.peek() != index {
                    stop.set(index);
                }
            },
            th { class: "col-name", role: "rowheader", scope: "row",
                div { class: "token-name cut", title: "{token.name}", "{token.name}" }
                div { class: "token-id mono cut", title: "{token.id}", "{token.id}" }
            }
            td { class: "col-status", role: "cell",
                HealthBadge { token: token.clone() }
            }
            td { class: "col-used", role: "cell",
                match token.last_use {
                    Occurrence::At(_) => rsx! { span { class: "card-word", "Used " } },
                    Occurrence::NotKnown(_) => rsx! { span { class: "card-word", "Use " } },
                    Occurrence::Never => rsx! {},
                }
                Happened { what: token.last_use }
                if token.last_use == Occurrence::Never {
                    span { class: "card-word", " used" }
                }
            }
            td { class: "col-created", role: "cell",
                Happened { what: token.created }
            }
            td { class: "col-expires", role: "cell",
                if active {
                    Ends { what: token.end, close }
                } else {
                    span { class: "absent", "aria-label": "does not apply", "–" }
                }
            }
            td { class: "col-print mono", role: "cell",
                FingerprintText { key_of: token.key.clone() }
            }
            td { class: "col-actions", role: "cell",
                if active {
                    QuickAction { icon: Icon::Rotate, verb: "Rotate", kind: ConfirmKind::Rotate, token: token.clone() }
                    QuickAction { icon: Icon::Ban, verb: "Revoke", kind: ConfirmKind::Revoke, token: token.clone() }
                }
                IconButton {
                    icon: Icon::Dots,
                    name: "More actions for {token.name}",
                    title: "More actions",
                    expanded: opened,
                    onclick: move |()| menu.set(Some(for_menu.clone())),
                }
            }
        }
    }
}

#[component]
fn QuickAction(icon: Icon, verb: &'static str, kind: ConfirmKind, token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    rsx! {
        span { class: "quick",
            IconButton {
                icon,
                name: "{verb} {token.name}",
                title: "{verb}…",
                onclick: move |()| ask(state, kind, token.clone()),
            }
        }
    }
}

#[component]
fn FingerprintText(key_of: TokenKey) -> Element {
    match key_of {
        TokenKey::Usable(key) => {
            let print = key.fingerprint();
            rsx! {
                span { title: "{print.to_hex()}", "{print.short()}" }
            }
        }
        TokenKey::Unusable => rsx! {
            span {
                class: "absent",
                title: "The server's record has no usable public key: this token can never decrypt. Rotate it.",
                "unusable key"
            }
        },
    }
}

/// An entry that could not be read: shown with what is missing, and in nobody's way.
#[component]
pub(super) fn BrokenRow(
    id: Option<DeployTokenId>,
    name: Option<String>,
    missing: &'static str,
    index: usize,
) -> Element {
    let id = id.map_or_else(|| "no id".to_owned(), |id| id.to_string());
    let name = name.unwrap_or_else(|| "Unnamed entry".to_owned());
    rsx! {
        tr {
            class: "token broken",
            role: "row",
            "data-row": "{index}",
            "data-dim": "true",
            "aria-rowindex": "{index + 2}",
            tabindex: "-1",
            th { class: "col-name", role: "rowheader", scope: "row",
                div { class: "token-name cut", title: "{name}", "{name}" }
                div { class: "token-id mono cut", title: "{id}", "{id}" }
            }
            td { class: "col-status", role: "cell",
                Badge { tone: Tone::Warn, text: "Unreadable" }
            }
            td { class: "col-used col-broken", role: "cell",
                span {
                    class: "broken-words cut",
                    title: "The server's record of this token cannot be read: {missing} is missing or wrong.",
                    "{missing} is missing or wrong"
                }
            }
            td { class: "col-created" }
            td { class: "col-expires" }
            td { class: "col-print" }
            td { class: "col-actions" }
        }
    }
}
