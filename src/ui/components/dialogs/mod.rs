//! The dialogs that ask before something happens, and the lists to choose from.

mod confirm;
mod consequence;
mod create;
mod grace;
mod interrupted;
mod keys;
mod manner;
mod progress;
mod projects;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog};

pub use confirm::ConfirmDialog;
pub use create::CreateDialog;
use grace::WhenToRevoke;
pub use interrupted::InterruptedDialog;
pub use keys::KeysDialog;
use progress::{Failure, Progress};
pub use projects::ProjectsDialog;

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
        Dialog::Keys => rsx! {
            KeysDialog {}
        },
        Dialog::Interrupted => rsx! {
            InterruptedDialog {}
        },
        Dialog::Projects => rsx! {
            ProjectsDialog {}
        },
    }
}
