//! One thing for all chosen tokens: the question before it, and then what becomes of each.

mod lines;
mod question;
mod words;

use dioxus::prelude::*;

use crate::state::{AppState, BulkKind};
use crate::ui::elements::Dialog;
use lines::Lines;
use question::Question;

const ID: &str = "bulk";

/// The dialog.
#[component]
pub(super) fn BulkDialog(kind: BulkKind) -> Element {
    let state = use_context::<AppState>();
    let run = state.chosen.run.read().clone();
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            match run {
                None => rsx! {
                    Question { kind }
                },
                Some(run) => rsx! {
                    Lines { kind, run }
                },
            }
        }
    }
}
