//! Done and copy; or, when nothing was taken yet, the question before closing. The focus stays inside the sheet.

use dioxus::prelude::*;

use super::{CiToken, SheetSummary, use_focus};
use crate::state::{AppState, Copied, SheetPage};
use crate::ui::elements::{Button, ButtonKind, DialogActions, Glyph, Icon};
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
        Actions { only_seed: outline.ci_token != CiToken::Issued }
    }
}

#[component]
fn Actions(only_seed: bool) -> Element {
    use_focus("#sheet > .dialog-actions [autofocus]");
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let saved = sheet
        .saved
        .read()
        .as_ref()
        .map(|path| format!("Saved to {}, readable by you alone.", path.display()));
    let copied = match (*sheet.copied.read(), only_seed) {
        (None, _) => None,
        (Some(Copied::Block), false) => Some("Copied the block with both values."),
        (Some(Copied::Block), true) => Some("Copied the block."),
        (Some(Copied::CiToken), _) => Some("Copied GHOSTABLE_CI_TOKEN."),
        (Some(Copied::Seed), _) => Some("Copied GHOSTABLE_DEPLOY_SEED."),
        (Some(Copied::Cleared), _) => Some("The clipboard is cleared."),
    };
    let done = copied.map(str::to_owned).or(saved);
    rsx! {
        DialogActions {
            status: done.map(|text| rsx! {
                Glyph { icon: Icon::ClipboardCheck }
                "{text}"
            }),
            Button { label: "Done", onclick: move |()| sheet.ask_to_close() }
            if sheet.folder.read().is_some() {
                Button {
                    label: "Save to file…",
                    onclick: move |()| sheet.turn_to(SheetPage::Save),
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
                kind: ButtonKind::Primary,
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
    let lost = if outline.ci_token == CiToken::Issued {
        "Both values are gone then."
    } else {
        "The seed is gone then."
    };
    rsx! {
        div {
            class: "close-question",
            role: "alertdialog",
            "aria-labelledby": "close-title",
            "aria-describedby": "close-text",
            h3 { id: "close-title", "Close without copying?" }
            p { id: "close-text",
                "{lost} Nobody can show them again; you would have to rotate {outline.name} to get new ones."
            }
            div { class: "dialog-buttons",
                Button {
                    kind: ButtonKind::Danger,
                    label: "Close without copying",
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
