//! What stands above the list: what was cut off, what leaked, what could not be looked at.

use dioxus::prelude::*;

use super::leak::LeakNotice;
use crate::state::AppState;
use crate::ui::components::MessageText;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{EmergencyIntent, use_send};
use text::plural;

/// All that apply.
#[component]
pub fn EmergencyNotices() -> Element {
    let store = use_context::<AppState>().emergency;
    let send = use_send();
    let stale = store.stale.read().clone();
    rsx! {
        div { class: "notices",
            UnfinishedNotice {}
            LeakNotice {}
            if let Some(problem) = stale {
                Notice {
                    tone: Tone::Warn,
                    icon: Icon::Offline,
                    actions: rsx! {
                        Button {
                            kind: ButtonKind::Link,
                            label: "Look again",
                            onclick: move |()| send.call(EmergencyIntent::Look.into()),
                        }
                    },
                    MessageText { message: text::explain(&problem) }
                }
            }
            for message in store.unlisted.read().iter().map(text::emergency::unlisted) {
                Notice { key: "{message.what}", tone: Tone::Warn, assertive: true,
                    MessageText { message }
                }
            }
        }
    }
}

/// Revocations of an earlier run that were cut off.
#[component]
fn UnfinishedNotice() -> Element {
    let store = use_context::<AppState>().emergency;
    let send = use_send();
    let (tokens, environments) = *store.unfinished.read();
    if environments == 0 {
        return rsx! {};
    }
    let (what, label) = if tokens > 0 {
        let waits = plural(tokens, "token");
        (
            format!("A revocation was cut off: {waits} may still work."),
            format!("Go on revoking {waits}"),
        )
    } else {
        let places = plural(environments, "environment");
        (
            format!("Tokens of {places} are revoked, but the key was not sealed again for those who remain."),
            text::RESHARE_KEY.to_owned(),
        )
    };
    rsx! {
        Notice {
            tone: Tone::Danger,
            assertive: true,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Danger,
                    label,
                    onclick: move |()| send.call(EmergencyIntent::GoOn.into()),
                }
            },
            strong { "{what}" }
        }
    }
}
