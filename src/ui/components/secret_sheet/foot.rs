//! Done and copy; or, when something was not taken yet, the question before closing. The focus stays inside the sheet.

use dioxus::prelude::*;

use super::{SheetSummary, use_focus};
use crate::state::{AppState, Left};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Button, ButtonKind, DialogActions, Icon};
use crate::ui::intent::{SheetIntent, use_send};

#[component]
pub(super) fn Footer(outline: SheetSummary) -> Element {
    let sheet = use_context::<AppState>().sheet;
    if *sheet.asking_to_close.read() {
        return rsx! {
            CloseQuestion { outline }
        };
    }
    rsx! {
        Actions {}
    }
}

#[component]
fn Actions() -> Element {
    use_focus("#sheet > .dialog-actions [autofocus]");
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    // The one main action of the sheet is to share the key, as long as it is not shared.
    let is_shared = sheet.issuance.read().as_ref().is_none_or(|it| it.share.is_ok());
    let copy = if is_shared {
        ButtonKind::Primary
    } else {
        ButtonKind::Plain
    };
    rsx! {
        DialogActions {
            Button { label: "Done", onclick: move |()| sheet.ask_to_close() }
            if *sheet.can_save.read() {
                Button {
                    label: "Save to file…",
                    onclick: move |()| send.call(SheetIntent::Save.into()),
                }
            }
            if *sheet.can_send.read() {
                Button {
                    icon: Icon::Send,
                    label: "Send to…",
                    onclick: move |()| send.call(SheetIntent::AskToSend.into()),
                }
            }
            Button {
                kind: copy,
                icon: Icon::Copy,
                label: "Copy block",
                autofocus: true,
                onclick: move |()| send.call(SheetIntent::CopyBlock.into()),
            }
        }
    }
}

#[component]
fn CloseQuestion(outline: SheetSummary) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let mut asking = sheet.asking_to_close;
    let clock = use_clock();
    let question = Question::of(sheet.left());
    let kept_until = sheet.kept_until.read().filter(|until| *until > *clock.now.read());
    let then = match kept_until {
        Some(until) => format!(
            "{them} can be had again from the token's menu {}, and never after that.",
            text::for_another(until, *clock.now.read()),
            them = question.them
        ),
        None => format!(
            "Nobody can show {} again; you would have to rotate {} to get new values.",
            question.whom, outline.name
        ),
    };
    rsx! {
        div {
            class: "close-question",
            role: "alertdialog",
            "aria-labelledby": "close-title",
            "aria-describedby": "close-text",
            h3 { id: "close-title", "{question.close}?" }
            p { id: "close-text", "{question.has} {then}" }
            div { class: "dialog-buttons",
                Button {
                    kind: ButtonKind::Danger,
                    label: question.close,
                    onclick: move |()| sheet.drop_secrets(),
                }
                button {
                    r#type: "button",
                    class: "button",
                    "data-kind": "plain",
                    onmounted: move |event| async move {
                        // The buttons that had the focus are gone; the safe answer gets it.
                        let _ = event.set_focus(true).await;
                    },
                    onclick: move |_| asking.set(false),
                    "Keep it open"
                }
            }
        }
    }
}

/// What is asked before closing, by what was not taken.
struct Question {
    /// What closing would be.
    close: &'static str,
    /// What the user has.
    has: &'static str,
    /// What is left, at the beginning of a sentence and after a verb.
    them: &'static str,
    whom: &'static str,
}

impl Question {
    fn of(left: Left) -> Self {
        let (close, has, is_one) = match left {
            Left::CiToken => (
                "Close without the CI token",
                "You have the seed, not the CI token.",
                true,
            ),
            Left::Seed => (
                "Close without the seed",
                "You have the CI token, not the seed.",
                true,
            ),
            Left::OnlySeed => ("Close without the seed", "The seed was not copied.", true),
            Left::Both | Left::Nothing => ("Close without copying", "Neither value was copied.", false),
        };
        let (them, whom) = if is_one { ("It", "it") } else { ("They", "them") };
        Self {
            close,
            has,
            them,
            whom,
        }
    }
}
