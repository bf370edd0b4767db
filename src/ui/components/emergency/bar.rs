//! The bar that stays in reach: how many are chosen, and the button that is held.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use dioxus::prelude::*;

use crate::state::{AppState, Dialog};
use crate::ui::elements::{HoldButton, Icon};
use crate::ui::intent::{EmergencyIntent, use_send};
use text::plural;

/// The bar; empty as long as nothing is chosen.
#[component]
pub fn EmergencyBar() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let selected = state.emergency.selected.read();
    let count = selected.len();
    if count == 0 {
        return rsx! {};
    }
    let mut subject = DefaultHasher::new();
    selected.hash(&mut subject);
    rsx! {
        div { class: "emergency-bar",
            HoldButton {
                icon: Icon::Ban,
                label: "Hold to revoke {plural(count, \"token\")}",
                subject: subject.finish(),
                onheld: move |()| send.call(EmergencyIntent::Revoke.into()),
                onpressed: move |()| state.dialog.show(Dialog::RevokeChosen),
            }
        }
    }
}
