//! The ways in: what the command line has, a server, or the local workspace.

mod ways;

use dioxus::prelude::*;

use crate::state::{AppState, Gate, SignInStage, Typed};
use crate::ui::components::{SignInProblem, SignInProgress};
use crate::ui::elements::{Button, ButtonKind, Glyph, Icon, SecretField};
use crate::ui::intent::{SessionIntent, use_send};

use ways::Ways;

/// The whole view.
#[component]
pub fn WelcomeView() -> Element {
    let session = use_context::<AppState>().session;
    let begun = *session.stage.read() != SignInStage::Idle;
    let passphrase = match *session.gate.read() {
        Gate::Passphrase { new } => Some(new),
        _ => None,
    };
    rsx! {
        main { class: "welcome", "aria-labelledby": "page-title",
            div { class: "welcome-inner",
                header { class: "welcome-head",
                    span { class: "welcome-mark", "aria-hidden": "true", Glyph { icon: Icon::Key, size: 22 } }
                    h1 { id: "page-title", tabindex: "-1", "Deploy Tokens" }
                    p { "Give a CI runner the variables of one environment, and take them away again." }
                }
                SignInProblem {}
                if let Some(new) = passphrase {
                    PassphraseForm { new, busy: begun }
                } else if begun {
                    div { class: "welcome-card", SignInProgress {} }
                } else {
                    Ways {}
                }
            }
        }
    }
}

/// For machines without a keychain: a file, encrypted with a passphrase.
#[component]
fn PassphraseForm(new: bool, busy: bool) -> Element {
    let session = use_context::<AppState>().session;
    let send = use_send();
    let purpose = match new {
        true => "new-password",
        false => "current-password",
    };
    let same = session.passphrases_match();
    let is_ready =
        move || !session.passphrase.read().is_blank() && (!new || session.passphrases_match() == Some(true));
    let ready = is_ready();
    rsx! {
        form {
            class: "welcome-card sign-in-form",
            onsubmit: move |event| {
                event.prevent_default();
                if is_ready() && !busy {
                    send.call(SessionIntent::Unlock.into());
                }
            },
            if new {
                h2 { "This machine has no keychain" }
                p {
                    "The session and this device's keys go into a file instead, encrypted with a passphrase of yours. It is asked for once each time the app starts; nobody can recover it."
                }
            } else {
                h2 { "Open the key file" }
                p { "This machine has no keychain. The session and this device's keys are in a file that your passphrase opens." }
            }
            SecretField {
                id: "passphrase",
                label: "Passphrase",
                autocomplete: purpose,
                autofocus: true,
                oninput: move |text| session.typed(Typed::Passphrase, text),
            }
            if new {
                SecretField {
                    id: "passphrase-again",
                    label: "The same passphrase again",
                    autocomplete: "new-password",
                    oninput: move |text| session.typed(Typed::PassphraseAgain, text),
                }
                p { class: "fine-print", role: "status",
                    if same == Some(false) {
                        "The two are not the same yet."
                    } else {
                        "At least 12 characters; several words are easy to remember."
                    }
                }
            }
            div { class: "sign-in-buttons",
                Button {
                    label: "Back",
                    disabled: busy,
                    onclick: move |()| send.call(SessionIntent::Leave.into()),
                }
                Button {
                    kind: ButtonKind::Primary,
                    label: if new { "Create key file" } else { "Open the key file" },
                    submit: true,
                    busy,
                    disabled: !ready,
                }
            }
        }
    }
}
