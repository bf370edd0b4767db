//! What stops working when a token is rotated, replaced, revoked or deleted.

use dioxus::prelude::*;

use crate::state::{AppState, ConfirmKind, Load};
use crate::ui::clock::use_clock;
use crate::ui::components::{Name, ask, seen};
use crate::ui::elements::{Button, ButtonKind};
use model::ReplacementState;
use protocol::{DeployToken, Occurrence};

/// What stops working.
#[component]
pub(super) fn Consequence(kind: ConfirmKind, token: DeployToken) -> Element {
    let clock = use_clock();
    let uses = use_context::<AppState>().tokens.uses;
    let fetched = uses.read().of(&token.id);
    let fetched = fetched.map_or_else(String::new, |it| format!(" ({})", text::activity::fetches(it)));
    let (stops, unused) = match kind {
        ConfirmKind::Rotate => (
            "that runner fails until its CI has the new values",
            "No runner has used it yet.",
        ),
        ConfirmKind::Revoke => (
            "that runner stops",
            "No runner has used it yet, so none should stop.",
        ),
        ConfirmKind::Replace => {
            return rsx! {
                p { "It gets a successor of the same name, whose values are shown once right after this." }
                p {
                    strong { Name { text: token.name.clone() } " keeps working" }
                    " until you say that CI has the new values. No runner fails meanwhile."
                }
            };
        }
        ConfirmKind::Finish => {
            return rsx! {
                Succession { token }
            };
        }
        ConfirmKind::Delete if token.may_be_active() => {
            return rsx! {
                p { "Only the record of a revoked token can be deleted, so that no runner stops by surprise." }
            };
        }
        ConfirmKind::Delete => {
            return rsx! {
                p { "Its record goes away for everybody. No runner stops: the token is revoked already." }
                p { "This cannot be undone." }
            };
        }
    };
    rsx! {
        p {
            match token.last_use {
                Occurrence::At(at) => rsx! {
                    strong { "Last used {clock.past(at)}" }
                    " by a runner{fetched}: {stops}."
                },
                Occurrence::Never => rsx! { "{unused}" },
                Occurrence::NotKnown(_) => rsx! {
                    strong { "It is not known whether a runner uses it." }
                    " If one does, {stops}."
                },
            }
        }
        if kind == ConfirmKind::Rotate {
            p { "It gets new values, shown right after this. The old ones stop working at once; there is no overlap. " ReplaceInstead { token } }
        } else {
            p { "It can no longer fetch variables of {seen(token.environment_name.as_str())}. What it already fetched stays known to it. This cannot be undone." }
        }
    }
}

/// What most want who rotate a token that is used.
#[component]
fn ReplaceInstead(token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    if state.tokens.is_being_replaced(&token) || state.dialog.operation.read().is_running() {
        return rsx! {};
    }
    rsx! {
        Button {
            kind: ButtonKind::Link,
            label: "Replace it without downtime…",
            onclick: move |()| ask(state, ConfirmKind::Replace, token.clone()),
        }
    }
}

/// Whether CI uses the successor, before the old one is ended.
#[component]
fn Succession(token: DeployToken) -> Element {
    let tokens = use_context::<AppState>().tokens;
    let clock = use_clock();
    let progress = match &*tokens.entries.read() {
        Load::Ready(entries) => {
            let replacements = tokens.replacements.read();
            let it = replacements.iter().find(|it| it.old == token.id);
            it.map(|it| it.progress(entries))
        }
        _ => None,
    };
    let environment = seen(token.environment_name.as_str());
    if progress == Some(ReplacementState::OldGone) {
        return rsx! {
            p { "The old {seen(&token.name)} is not active any more. The key of {environment} is sealed again for those who remain." }
        };
    }
    rsx! {
        p {
            match progress {
                Some(ReplacementState::Used(at)) => rsx! {
                    "The successor was "
                    strong { "last used {clock.past(at)}" }
                    " by a runner."
                },
                Some(ReplacementState::UseNotKnown) => rsx! {
                    strong { "It is not known whether a runner has used the successor." }
                    " A CI that still has the old values stops."
                },
                _ => rsx! {
                    strong { "No runner has used the successor yet." }
                    " A CI that still has the old values stops."
                },
            }
        }
        p { "The old " Name { text: token.name.clone() } " is revoked: it can no longer fetch variables of {environment}. This cannot be undone." }
    }
}
