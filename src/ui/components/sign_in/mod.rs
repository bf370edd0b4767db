//! A sign-in under way: the browser's page, or e-mail address and password. Used by the welcome view and by the dialog
//! of a session that has ended.

mod password;

use dioxus::prelude::*;

use crate::state::{AppState, SignInStage};
use crate::ui::clock::use_clock;
use crate::ui::components::MessageText;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Spinner, Tone};
use crate::ui::intent::{ProgramIntent, SessionIntent, use_send};
use model::{PublicText, Waiting};
use protocol::Moment;

use password::PasswordForm;

/// What went wrong last, if anything.
#[component]
pub fn SignInProblem() -> Element {
    let (problem, send) = (use_context::<AppState>().session.problem, use_send());
    match &*problem.read() {
        Some(message) => rsx! {
            Notice {
                tone: Tone::Danger,
                assertive: true,
                actions: rsx! {
                    if message.is_of_keychain() {
                        Button {
                            kind: ButtonKind::Link,
                            label: "Use a key file instead",
                            onclick: move |()| send.call(SessionIntent::UseKeyFile.into()),
                        }
                    }
                },
                MessageText { message: text::explain(message) }
            }
        },
        None => rsx! {},
    }
}

/// How far the sign-in is; nothing before it has begun.
#[component]
pub fn SignInProgress() -> Element {
    let stage = use_context::<AppState>().session.stage.read().clone();
    match stage {
        SignInStage::Idle => rsx! {},
        SignInStage::Working(work) => rsx! {
            p { class: "working", role: "status",
                Spinner {}
                {text::sign_in_work(work)}
                "…"
            }
        },
        SignInStage::Browser {
            page,
            opened,
            waiting,
            expires_at,
        } => rsx! {
            BrowserWait { page, opened, waiting, expires_at }
        },
        SignInStage::Password { code, busy } => rsx! {
            PasswordForm { key: "{code}", code, busy }
        },
    }
}

#[component]
fn BrowserWait(page: String, opened: bool, waiting: Waiting, expires_at: Option<Moment>) -> Element {
    let send = use_send();
    let clock = use_clock();
    let copy = page.clone();
    rsx! {
        section { class: "browser-wait", "aria-labelledby": "browser-wait",
            h2 { id: "browser-wait", "Confirm in your browser" }
            if opened {
                p { class: "selectable", "A page was opened there. If it was not, open this address yourself:" }
            } else {
                p { class: "selectable", role: "alert", "No browser could be opened. Open this address in one:" }
            }
            div { class: "page-address",
                p { class: "mono selectable", "{page}" }
                Button {
                    icon: Icon::Copy,
                    label: "Copy address",
                    onclick: move |()| send.call(ProgramIntent::CopyText(PublicText::Address, copy.clone()).into()),
                }
            }
            p { class: "working", role: "status",
                Spinner {}
                match waiting {
                    Waiting::ForPerson => "Waiting for you. It continues on its own.",
                    Waiting::ForServer => "The server does not answer. It is asked again until the sign-in ends.",
                }
            }
            if let Some(end) = expires_at {
                p { class: "fine-print", "It can be confirmed {text::for_another(end, *clock.now.read())}." }
            }
            div { class: "sign-in-buttons",
                Button { label: "Cancel", onclick: move |()| send.call(SessionIntent::CancelSignIn.into()) }
                Button { label: "Open again", onclick: move |()| send.call(SessionIntent::OpenSignInPage.into()) }
                Button {
                    kind: ButtonKind::Link,
                    label: "Use e-mail and password",
                    onclick: move |()| send.call(SessionIntent::AskForPassword.into()),
                }
            }
        }
    }
}
