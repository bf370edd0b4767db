//! The bar that stays in reach: how many are chosen, and the button that is held.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use dioxus::prelude::*;

use crate::state::{AppState, Dialog};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Button, ButtonKind, HoldButton, Icon};
use crate::ui::intent::{EmergencyIntent, use_send};
use text::{grouped, plural};

use super::RenewChoice;

/// The bar; empty as long as nothing is chosen.
#[component]
pub fn EmergencyBar() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let clock = use_clock();
    let selected = state.emergency.selected.read();
    let count = selected.len();
    if count == 0 {
        return rsx! {};
    }
    let hidden = state.emergency.hidden();
    let used = state.emergency.used_since(clock.now.read().plus_seconds(-3600));
    let facts = text::emergency::chosen(count, hidden.len(), used);
    let shown = count - hidden.len();
    let mut subject = DefaultHasher::new();
    selected.hash(&mut subject);
    rsx! {
        div { class: "emergency-bar",
            if let Some(facts) = facts {
                p { class: "emergency-chosen", role: "status",
                    span { "{facts}" }
                    if !hidden.is_empty() {
                        Button {
                            kind: ButtonKind::Link,
                            label: if shown == 0 { "Unselect them".to_owned() } else { format!("Only the {} shown", grouped(shown)) },
                            onclick: move |()| state.emergency.choose(hidden.iter().cloned(), false),
                        }
                    }
                }
            }
            RenewChoice {}
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
