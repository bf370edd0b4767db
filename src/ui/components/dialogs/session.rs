//! Signing out, and signing in again when the session has ended.

use dioxus::prelude::*;

use super::{Failure, RunningActions};
use crate::state::{AppState, OwnDevice, SignInStage};
use crate::ui::components::{SignInProblem, SignInProgress};
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, Icon, Notice, Tone,
};
use crate::ui::intent::{SessionIntent, use_send};

const SIGN_OUT: &str = "sign-out";
const EXPIRED: &str = "expired";

/// Asks before the session and this machine's device are ended.
#[component]
pub fn SignOutDialog(failed: bool) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let operation = state.dialog.operation.read().clone();
    let linked = !matches!(&*state.access.device.read(), OwnDevice::None);
    let borrowed = *state.access.borrowed.read();
    let has_unfinished = !state.place.interrupted.read().is_empty();
    rsx! {
        Dialog { id: SIGN_OUT, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: SIGN_OUT, icon: Icon::Laptop, tone: Tone::Warn, title: "Sign out?",
                if linked && borrowed {
                    "The session and this app's copy of the command line's device are forgotten. The command line goes on with its device."
                } else if linked {
                    "The session is forgotten, this machine's device is revoked, and its keys are removed. Nothing of them stays on this machine. Tokens go on working."
                } else {
                    "The session is forgotten. Nothing of it stays on this machine."
                }
            }
            DialogBody {
                Failure { operation: operation.clone() }
                if failed {
                    p { "You can sign out all the same: everything is forgotten here, and the server goes on listing this machine's device until somebody revokes it." }
                }
                if has_unfinished {
                    Notice { tone: Tone::Warn,
                        strong { "Secrets of an interrupted operation are still kept." }
                        " After signing out they cannot be had any more."
                    }
                }
            }
            RunningActions {
                label: if failed { "Sign out anyway" } else { "Sign out" },
                running: operation.is_running(),
                onclick: move |()| send.call(SessionIntent::SignOut { anyway: failed }.into()),
            }
        }
    }
}

/// The session has ended while something was open.
#[component]
pub fn ExpiredDialog() -> Element {
    let session = use_context::<AppState>().session;
    let send = use_send();
    let begun = *session.stage.read() != SignInStage::Idle;
    let leave = move |()| send.call(SessionIntent::StaySignedOut.into());
    rsx! {
        Dialog { id: EXPIRED, on_cancel: leave,
            DialogHead { id: EXPIRED, icon: Icon::Shield, title: "Sign in again",
                "The server does not accept this session any more. What you were doing is kept, and goes on when you are back."
            }
            DialogBody {
                SignInProblem {}
                SignInProgress {}
            }
            if !begun {
                DialogActions {
                    Button { label: "Not now", onclick: leave }
                    Button {
                        kind: ButtonKind::Primary,
                        label: "Sign in",
                        autofocus: true,
                        onclick: move |()| send.call(SessionIntent::SignIn.into()),
                    }
                }
            }
        }
    }
}
