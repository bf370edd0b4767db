//! What stops working when a token is rotated, revoked or deleted.

use dioxus::prelude::*;

use crate::domain::DeployToken;
use crate::state::ConfirmKind;
use crate::ui::clock::use_clock;

/// What stops working.
#[component]
pub(super) fn Consequence(kind: ConfirmKind, token: DeployToken) -> Element {
    let clock = use_clock();
    let used = token.last_used_at.map(|at| clock.past(at));
    let (stops, unused) = match kind {
        ConfirmKind::Rotate => (
            "that runner fails until its CI has the new values",
            "No runner has used it yet.",
        ),
        ConfirmKind::Revoke => (
            "that runner stops",
            "No runner has used it yet, so none should stop.",
        ),
        ConfirmKind::Delete if token.is_active() => {
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
            match used {
                Some(used) => rsx! {
                    strong { "Last used {used}" }
                    " by a runner: {stops}."
                },
                None => rsx! { "{unused}" },
            }
        }
        if kind == ConfirmKind::Rotate {
            p { "It gets a new seed, shown once right after this. The old seed stops working at once; there is no overlap." }
        } else {
            p { "It can no longer fetch variables of {token.environment_name}. What it already fetched stays known to it. This cannot be undone." }
        }
    }
}
