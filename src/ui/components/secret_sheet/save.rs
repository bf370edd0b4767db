//! Where the block is saved to: a new file, whose path is typed.

use dioxus::prelude::*;

use super::{ID, use_focus};
use crate::state::{AppState, SheetPage};
use crate::ui::components::MessageText;
use crate::ui::elements::{
    Button, ButtonKind, DialogActions, DialogBody, DialogHead, Icon, Notice, TextField, Tone,
};
use crate::ui::intent::{SheetIntent, use_send};

#[component]
pub(super) fn Save(name: String) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let format = *sheet.format.read();
    use_focus("#save-path");
    let mut path = use_signal(|| proposed(sheet));
    rsx! {
        form {
            onsubmit: move |event| {
                event.prevent_default();
                send.call(SheetIntent::Save(path.peek().clone()).into());
            },
            DialogHead { id: ID, icon: Icon::Key, title: "Save the secrets of {name}",
                "A new file, readable by you alone, with the values in clear as {format.label}. What exists already is left as it is."
            }
            DialogBody {
                if let Some(problem) = sheet.copy_failed.read().as_ref() {
                    Notice { tone: Tone::Danger, icon: Icon::Warning, assertive: true,
                        MessageText { message: text::explain(problem) }
                    }
                }
                TextField {
                    id: "save-path",
                    label: "File",
                    value: path,
                    mono: true,
                    autofocus: true,
                    select: true,
                    oninput: move |text| path.set(text),
                }
            }
            DialogActions {
                Button {
                    label: "Back",
                    onclick: move |()| sheet.turn_to(SheetPage::Values),
                }
                Button {
                    kind: ButtonKind::Primary,
                    label: "Save",
                    submit: true,
                    disabled: path.read().trim().is_empty(),
                }
            }
        }
    }
}

/// A file in the folder where people look for what they have saved.
fn proposed(sheet: crate::state::SheetStore) -> String {
    let folder = sheet.folder.peek().clone().unwrap_or_default();
    let issuance = sheet.issuance.peek();
    let name = issuance.as_ref().map(|it| it.file_name(*sheet.format.peek()));
    folder.join(name.unwrap_or_default()).display().to_string()
}
