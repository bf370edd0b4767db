//! The dialogs that ask before something happens, and the lists to choose from.

mod confirm;
mod consequence;
mod create;
mod keys;
mod progress;
mod projects;
mod revoke_chosen;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog};

pub use confirm::ConfirmDialog;
pub use create::CreateDialog;
pub use keys::KeysDialog;
use progress::{Failure, Progress};
pub use projects::ProjectsDialog;
use revoke_chosen::RevokeChosenDialog;

/// The dialog that is open, if any.
#[component]
pub fn Dialogs() -> Element {
    let dialog = use_context::<AppState>().dialog;
    let open = dialog.open.read().clone();
    match open {
        Dialog::Closed => rsx! {},
        Dialog::Create => rsx! {
            CreateDialog {}
        },
        Dialog::Confirm(confirm) => rsx! {
            ConfirmDialog { key: "{confirm.kind:?}", confirm }
        },
        Dialog::RevokeChosen => rsx! {
            RevokeChosenDialog {}
        },
        Dialog::Keys => rsx! {
            KeysDialog {}
        },
        Dialog::Projects => rsx! {
            ProjectsDialog {}
        },
    }
}
