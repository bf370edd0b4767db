//! Whether a runner with the sheet's values works, in a line.

use dioxus::prelude::*;

use crate::state::{AppState, Operation, Verification};
use crate::ui::components::MessageText;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{SheetIntent, use_send};

#[component]
pub(super) fn Verified() -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let verification = sheet.verification.read().clone();
    match verification {
        Verification::Off => rsx! {},
        Verification::TurnedOff => rsx! {
            Notice { tone: Tone::Neutral, icon: Icon::Shield, "Not checked: this is turned off in Settings." }
        },
        Verification::NotHere => rsx! {
            Notice { tone: Tone::Neutral, icon: Icon::Shield, "Not checked: the CI token is the one CI has." }
        },
        Verification::Running => rsx! {
            Notice { tone: Tone::Neutral, icon: Icon::Shield, "Checking as a runner…" }
        },
        Verification::Verified { decrypted, total } => rsx! {
            Notice { tone: Tone::Ok, icon: Icon::Shield,
                "Verified: a runner with these values decrypts {decrypted} of {total} variables"
            }
        },
        Verification::Failed(message) => {
            let sharing = sheet.sharing.read().clone();
            let busy = sharing.is_running();
            rsx! {
                Notice { tone: Tone::Danger, assertive: true,
                    p {
                        MessageText { message: text::explain(&message) }
                    }
                    if let Operation::Failed(message) = &sharing {
                        p {
                            MessageText { message: text::explain(message) }
                        }
                    }
                    div { class: "notice-buttons",
                        Button { label: text::RESHARE_KEY, busy, onclick: move |()| send.call(SheetIntent::ShareAgain.into()) }
                        Button {
                            kind: ButtonKind::Link,
                            label: "Check again",
                            disabled: busy,
                            onclick: move |()| send.call(SheetIntent::VerifyAgain.into()),
                        }
                    }
                }
            }
        }
    }
}
