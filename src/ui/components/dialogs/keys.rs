//! The list of keys.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{Button, Dialog, DialogActions, DialogBody, DialogHead};

const ID: &str = "keys";
const COMMAND: &str = if cfg!(target_os = "macos") { "⌘" } else { "Ctrl" };

const SHIFT: &str = if cfg!(target_os = "macos") { "⇧" } else { "Shift" };

/// The dialog.
#[component]
pub fn KeysDialog() -> Element {
    let dialog = use_context::<AppState>().dialog;
    let lines: [(&[&str], &str); 14] = [
        (&[COMMAND, "N"], "Create a token"),
        (&[COMMAND, SHIFT, "E"], "Emergency: revoke many tokens"),
        (&[COMMAND, "K"], "Go to a place, or do something with a token"),
        (&["1", "…", "9"], "Open an environment"),
        (&["/"], "Search"),
        (&["R"], "Refresh"),
        (&["↑", "↓"], "Move between tokens"),
        (&["Home", "End", "Page ↑", "Page ↓"], "Move further"),
        (&["Space"], "Choose a token"),
        (&[SHIFT, "↑", "↓"], "Choose several"),
        (&[COMMAND, "A"], "Choose all that are shown"),
        (&["Enter"], "Open the actions of a token"),
        (&["Esc"], "Close what is open"),
        (&["?"], "Show these keys"),
    ];
    rsx! {
        Dialog { id: ID, on_cancel: move |()| dialog.close(),
            DialogHead { id: ID, title: "Keyboard shortcuts" }
            DialogBody {
                dl { class: "keys",
                    for (keys , does) in lines {
                        div { key: "{does}",
                            dt { "{does}" }
                            dd {
                                for key in keys {
                                    kbd { key: "{key}", "{key}" }
                                }
                            }
                        }
                    }
                }
            }
            DialogActions {
                Button { label: "Close", autofocus: true, onclick: move |()| dialog.close() }
            }
        }
    }
}
