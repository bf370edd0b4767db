//! The two values.
//!
//! Security: the only place of the interface that calls `expose`, and only for a value that is revealed.

use dioxus::prelude::*;

use super::CiToken;
use crate::state::AppState;
use crate::ui::elements::{Icon, IconButton};
use crate::ui::intent::{SheetIntent, use_send};
use model::CiTokenOutcome;

pub(super) use model::{CI_TOKEN_VARIABLE as CI_TOKEN, SEED_VARIABLE as SEED};
/// A mask has always the same length, so that it tells nothing.
const MASK: &str = "••••••••••••••••••••••••••••••••••••••••";

/// The last characters of the CI token, which the server's list shows as well.
pub(super) fn use_suffix() -> String {
    let sheet = use_context::<AppState>().sheet;
    let issuance = sheet.issuance.read();
    issuance
        .as_ref()
        .and_then(|it| it.token.ci_token_suffix.clone())
        .unwrap_or_default()
}

/// `GHOSTABLE_CI_TOKEN`, or what there is to say instead of it.
#[component]
pub(super) fn CiTokenField(outcome: CiToken) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let suffix = use_suffix();
    let revealed = *sheet.ci_token_revealed.read();
    let instead = match outcome {
        CiToken::Issued => None,
        CiToken::Kept => Some("GHOSTABLE_CI_TOKEN has not changed: keep the value CI has."),
        CiToken::Missing => Some(
            "The server issued no CI token, so no runner can sign in with this one. Rotate it to get a CI token, or revoke it.",
        ),
    };
    rsx! {
        Frame { name: CI_TOKEN,
            if let Some(instead) = instead {
                p { class: "value value-words selectable", "{instead}" }
            } else {
                div { class: "value",
                    if revealed {
                        ShownCiToken {}
                    } else {
                        Masked { suffix }
                    }
                    Tools {
                        name: CI_TOKEN,
                        revealed,
                        on_reveal: move |show| send.call(SheetIntent::RevealCiToken(show).into()),
                        on_copy: move |()| send.call(SheetIntent::CopyCiToken.into()),
                    }
                }
            }
        }
    }
}

/// What stands for a hidden value: dots, and what the server shows of it anyway.
#[component]
fn Masked(suffix: String) -> Element {
    rsx! {
        span { class: "mono mask", role: "img", "aria-label": "Hidden {suffix}",
            span { class: "mask-dots", "{MASK}" }
            "{suffix}"
        }
    }
}

#[component]
fn ShownCiToken() -> Element {
    let sheet = use_context::<AppState>().sheet;
    match sheet.issuance.read().as_ref().map(|it| &it.ci_token) {
        Some(CiTokenOutcome::Issued(token)) => rsx! {
            // Exposed because the user asked to see it; hiding it takes it out of the document.
            p { class: "mono selectable shown", {token.expose()} }
        },
        _ => rsx! {},
    }
}

/// `GHOSTABLE_DEPLOY_SEED`.
#[component]
pub(super) fn SeedField() -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let revealed = *sheet.seed_revealed.read();
    rsx! {
        Frame { name: SEED,
            div { class: "value",
                if revealed {
                    ShownSeed {}
                } else {
                    Masked { suffix: "" }
                }
                Tools {
                    name: SEED,
                    revealed,
                    on_reveal: move |show| send.call(SheetIntent::RevealSeed(show).into()),
                    on_copy: move |()| send.call(SheetIntent::CopySeed.into()),
                }
            }
        }
    }
}

#[component]
fn ShownSeed() -> Element {
    let sheet = use_context::<AppState>().sheet;
    match sheet.issuance.read().as_ref() {
        Some(issuance) => {
            let seed = issuance.seed.to_base64();
            rsx! {
                // Exposed because the user asked to see it; hiding it takes it out of the document.
                p { class: "mono selectable shown", {seed.expose()} }
            }
        }
        None => rsx! {},
    }
}

/// A value below its name.
#[component]
fn Frame(name: &'static str, children: Element) -> Element {
    rsx! {
        section { class: "secret", "aria-label": name,
            h3 { class: "secret-name mono", "{name}" }
            {children}
        }
    }
}

#[component]
fn Tools(name: &'static str, revealed: bool, on_reveal: Callback<bool>, on_copy: Callback<()>) -> Element {
    let verb = if revealed { "Hide" } else { "Reveal" };
    rsx! {
        span { class: "value-tools",
            IconButton {
                icon: if revealed { Icon::EyeOff } else { Icon::Eye },
                name: "{verb} {name}",
                title: verb,
                onclick: move |()| on_reveal.call(!revealed),
            }
            IconButton {
                icon: Icon::Copy,
                name: "Copy {name}",
                title: "Copy",
                onclick: move |()| on_copy.call(()),
            }
        }
    }
}
