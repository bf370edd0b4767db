//! A closed sheet that is being shown again: the server is asked how its token stands by now.

use dioxus::prelude::*;

use super::Failure;
use crate::state::AppState;
use crate::ui::components::seen;
use crate::ui::elements::{Button, Dialog, DialogActions, DialogBody, DialogHead, Icon};
use model::ClosedSheet;

const ID: &str = "show-again";

/// The dialog; the sheet takes its place.
#[component]
pub fn ShowAgainDialog(sheet: ClosedSheet) -> Element {
    let dialog = use_context::<AppState>().dialog;
    let operation = dialog.operation.read().clone();
    let running = operation.is_running();
    rsx! {
        Dialog { id: ID, on_cancel: move |()| dialog.close(),
            DialogHead { id: ID, icon: Icon::Key, title: "The values of {seen(&sheet.name)}",
                if running {
                    "Comparing with the server…"
                }
            }
            DialogBody {
                Failure { operation }
            }
            DialogActions {
                Button {
                    label: "Close",
                    autofocus: true,
                    disabled: running,
                    onclick: move |()| dialog.close(),
                }
            }
        }
    }
}
