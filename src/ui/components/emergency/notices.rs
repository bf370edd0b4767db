//! What stands above the list: what was cut off, what leaked, what could not be looked at.

use dioxus::prelude::*;

use super::leak::LeakNotice;
use crate::state::AppState;
use crate::ui::clock::use_clock;
use crate::ui::components::{MessageText, use_ask_admin};
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{ChecklistIntent, EmergencyIntent, use_send};
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
            ChecklistNotices {}
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
            ForAdminsNotice {}
            for message in store.unlisted.read().iter().filter(|it| it.for_admins().is_none()).map(text::emergency::unlisted) {
                Notice { key: "{message.what}", tone: Tone::Warn, assertive: true,
                    MessageText { message }
                }
            }
        }
    }
}

/// Values that are still to be changed, after earlier leaks.
#[component]
fn ChecklistNotices() -> Element {
    let store = use_context::<AppState>().checklists;
    let (send, clock) = (use_send(), use_clock());
    rsx! {
        for list in store.all.read().iter().cloned() {
            Notice {
                key: "{list.id}",
                tone: if list.is_done() { Tone::Ok } else { Tone::Neutral },
                icon: Icon::ClipboardCheck,
                actions: rsx! {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Show values to change",
                        short: "Show",
                        onclick: {
                            let id = list.id.clone();
                            move |()| send.call(ChecklistIntent::Show(id.clone()).into())
                        },
                    }
                },
                strong { {text::checklist::summary(&list)} }
                " Begun {clock.past(list.begun)}, after a leak or a new key."
            }
        }
    }
}

/// Projects whose tokens are not for the user: said once for all of them.
#[component]
fn ForAdminsNotice() -> Element {
    let state = use_context::<AppState>();
    let ask = use_ask_admin("to look into it");
    let unlisted = state.emergency.unlisted.read();
    let projects: Vec<&str> = unlisted.iter().filter_map(model::Unlisted::for_admins).collect();
    let of = match projects.as_slice() {
        [] => return rsx! {},
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {}", plural(rest.len(), "more project")),
    };
    // Which organisation a project is of is known where there is only one.
    let ask = if state.place.organizations.read().len() == 1 {
        ask
    } else {
        "Ask an admin of their organisation to look into it.".to_owned()
    };
    rsx! {
        Notice { tone: Tone::Neutral, icon: Icon::Shield,
            strong { "Deploy tokens of {of} are shown to admins alone." }
            " {ask} With a leaked block in the clipboard, “Paste leak” still tells whether the server accepts it."
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
