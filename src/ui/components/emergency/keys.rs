//! New keys for the environments whose tokens leaked: the choice before, and how far they are.

use dioxus::prelude::*;

use super::line::{Line, Mark};
use crate::state::AppState;
use crate::ui::elements::Button;
use crate::ui::intent::{EmergencyIntent, use_send};
use model::{KeyStatus, KeyToRenew};
use text::emergency as words;

/// Whether the keys are renewed when the chosen tokens are revoked.
#[component]
pub fn RenewChoice() -> Element {
    let store = use_context::<AppState>().emergency;
    let mut renews = store.renews;
    let environments = store.chosen_environments();
    rsx! {
        label { class: "check renew-choice",
            input {
                r#type: "checkbox",
                checked: *renews.read(),
                onchange: move |event| renews.set(event.checked()),
            }
            span { class: "renew-words",
                span { {words::renew_keys(environments)} }
                span { class: "renew-why", {words::WHY_RENEW} }
            }
        }
    }
}

/// How far the keys are that are renewed when the tokens are revoked; nothing where none is.
#[component]
pub(super) fn RunKeys(keys: Vec<KeyToRenew>, over: bool) -> Element {
    let send = use_send();
    if keys.is_empty() {
        return rsx! {};
    }
    let is_left = |it: &KeyToRenew| matches!(it.status, KeyStatus::NotRenewed(_));
    let can_retry = over && !keys.iter().any(KeyToRenew::is_under_way) && keys.iter().any(is_left);
    rsx! {
        section { class: "run-keys", "aria-labelledby": "run-keys",
            header { class: "active-head",
                h2 { id: "run-keys", "Environment keys" }
                if can_retry {
                    Button {
                        label: "Try again to renew them",
                        short: "Try again",
                        onclick: move |()| send.call(EmergencyIntent::RenewKeys.into()),
                    }
                }
            }
            ul { class: "run-list", "aria-labelledby": "run-keys",
                for key in keys {
                    KeyLine { key: "{key.project}/{key.environment.id}", renewal: key }
                }
            }
        }
    }
}

#[component]
fn KeyLine(renewal: KeyToRenew) -> Element {
    let place = text::place(&renewal.project_name, &renewal.environment.name);
    let said = words::key_status(&renewal.status);
    let (mark, detail) = match &renewal.status {
        KeyStatus::Queued => (Mark::Queued, None),
        KeyStatus::Renewing => (Mark::Running, None),
        KeyStatus::Renewed(done) => (Mark::Gone, text::renewal::kept_out(done)),
        KeyStatus::NotRenewed(problem) => (Mark::Unsealed, Some(text::explain(problem).to_string())),
    };
    rsx! {
        Line { mark, name: place, detail, status: said }
    }
}
