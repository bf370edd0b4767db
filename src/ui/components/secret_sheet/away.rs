//! What stands where the values were when nobody was here for a while.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{DialogActions, DialogBody, DialogHead, Icon};

use super::ID;

#[component]
pub(super) fn Away(name: String) -> Element {
    let sheet = use_context::<AppState>().sheet;
    rsx! {
        DialogHead { id: ID, icon: Icon::EyeOff, title: "Hidden because nobody was here",
            "The secrets of {name} are still there until you close the sheet."
        }
        DialogBody {
            p { class: "sheet-expiry", "Shown again, both stay masked until you reveal them." }
        }
        DialogActions {
            button {
                r#type: "button",
                class: "button",
                "data-kind": "primary",
                onmounted: move |event| async move {
                    // What had the focus is gone.
                    let _ = event.set_focus(true).await;
                },
                onclick: move |_| sheet.come_back(),
                "Show the sheet"
            }
        }
    }
}
