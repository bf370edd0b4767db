//! The question before a key is made, or sealed anew, where it cannot be shared as it is.

use dioxus::prelude::*;

use super::{RunningActions, Sharing};
use crate::state::AppState;
use crate::ui::elements::{ButtonKind, Dialog, DialogBody, DialogHead, Icon, Notice, Tone};
use crate::ui::intent::{AccessIntent, use_send};
use model::WayOut;

const ID: &str = "way-out";

/// The dialog.
#[component]
pub fn WayOutDialog(way: WayOut) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let operation = state.dialog.operation.read().clone();
    let running = operation.is_running();
    let environment = state.place.environment_name();
    let title = match &way {
        WayOut::FirstKey => format!("Make the first key of {environment}?"),
        WayOut::FurtherKey => format!("Make a new key for {environment}?"),
        WayOut::FormerName(name) => format!("Was {environment} called “{name}” before?"),
        WayOut::Unnamed => format!("Seal the key of {environment} anew?"),
    };
    let verb = match &way {
        WayOut::FirstKey => "Make the key",
        WayOut::FurtherKey => "Make a new key",
        WayOut::FormerName(_) => "It was: re-share the key",
        WayOut::Unnamed => "Seal the key anew",
    };
    let asked = way.clone();
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead {
                id: ID,
                icon: Icon::Key,
                tone: if way == WayOut::FirstKey { Tone::Neutral } else { Tone::Warn },
                title,
                What { way: way.clone() }
            }
            DialogBody {
                Sharing { operation,
                    if way == WayOut::FurtherKey {
                        Notice { tone: Tone::Warn,
                            strong { "Push the variables of {environment} again afterwards." }
                            " The new key does not open what was pushed before, so runners decrypt nothing until then."
                        }
                    }
                }
            }
            RunningActions {
                kind: ButtonKind::Primary,
                label: verb,
                running,
                onclick: move |()| send.call(AccessIntent::TakeWayOut(asked.clone()).into()),
            }
        }
    }
}

/// What happens, and what speaks against it.
#[component]
fn What(way: WayOut) -> Element {
    let membership = use_context::<AppState>().place.membership;
    let is_without_tokens = membership
        .read()
        .as_ref()
        .is_some_and(|it| it.is_without_tokens());
    let whom = if is_without_tokens {
        "for every active device. What deploy tokens have stays as it is"
    } else {
        "for every active device and deploy token"
    };
    match way {
        WayOut::FirstKey => rsx! {
            p { "A key is made on this machine and sealed {whom}. Whoever pushes variables next uses it." }
        },
        WayOut::FurtherKey => rsx! {
            p { "Nobody has the newest key. Another one is made on this machine and sealed {whom}." }
        },
        WayOut::FormerName(name) => rsx! {
            p { "Its key was sealed under that name. It is sealed anew under the name of today, {whom}." }
            p { "If it was never called “{name}”, the key may be another environment's, and somebody may be tampering with it. Then leave it, and ask a colleague." }
        },
        WayOut::Unnamed => rsx! {
            p { "Another client sealed it without saying for which environment, for whom, or by whom. It has the fingerprint that the server announces; nothing else says that it is the right one." }
            p { "The key is sealed anew {whom}, and then says what it is for." }
        },
    }
}
