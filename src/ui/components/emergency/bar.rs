//! The bar that stays in reach: how many are chosen, and the button that is held.

use dioxus::prelude::*;

use crate::messages::plural;
use crate::state::{AppState, Dialog};
use crate::ui::elements::{HoldButton, Icon};
use crate::ui::intent::{EmergencyWish, Intent, use_send};

/// The bar; empty as long as nothing is chosen.
#[component]
pub fn EmergencyBar() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let count = state.emergency.selected.read().len();
    if count == 0 {
        return rsx! {};
    }
    rsx! {
        div { class: "emergency-bar",
            HoldButton {
                icon: Icon::Ban,
                label: "Hold to revoke {plural(count, \"token\")}",
                onheld: move |()| send.call(Intent::Emergency(EmergencyWish::Revoke)),
                onpressed: move |()| state.dialog.show(Dialog::RevokeChosen),
            }
        }
    }
}
