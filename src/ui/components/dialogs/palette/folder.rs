//! Opens the project of a folder by its manifest.

use dioxus::prelude::*;

use super::super::Failure;
use crate::state::AppState;
use crate::ui::elements::{Button, TextField};
use crate::ui::intent::{PlaceIntent, use_send};

#[component]
pub(super) fn FolderLine() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let mut folder = use_signal(String::new);
    let empty = folder.read().trim().is_empty();
    rsx! {
        Failure { operation: state.dialog.operation.read().clone() }
        form {
            class: "folder",
            onsubmit: move |event| {
                event.prevent_default();
                if !folder.read().trim().is_empty() {
                    send.call(PlaceIntent::OpenFolder(folder.read().clone()).into());
                }
            },
            TextField {
                id: "project-folder",
                label: "Or the folder of a project, with .ghostable in it",
                value: folder,
                mono: true,
                oninput: move |text| folder.set(text),
            }
            Button { label: "Browse…", onclick: move |()| send.call(PlaceIntent::BrowseFolder.into()) }
            Button { label: "Open folder", submit: true, disabled: empty }
        }
    }
}
