//! What was interrupted in an earlier run: what became of each, and what can be done.

use dioxus::prelude::*;

use super::{Failure, Progress};
use crate::state::{AppState, Load, Operation};
use crate::ui::clock::use_clock;
use crate::ui::components::MessageText;
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, DialogSize, Icon, Notice, Tone,
};
use crate::ui::intent::{TokenIntent, use_send};
use model::{Pending, Remedy};

const ID: &str = "interrupted";
const TITLE: &str = "Interrupted operations";

/// The dialog.
#[component]
pub fn InterruptedDialog() -> Element {
    let state = use_context::<AppState>();
    let operation = state.dialog.operation.read().clone();
    let running = operation.is_running();
    rsx! {
        Dialog { id: ID, size: DialogSize::Wide, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, icon: Icon::Warning, tone: Tone::Warn, title: TITLE,
                p { "The app ended before these did. What can be done about each:" }
            }
            DialogBody {
                if let Operation::Running(step) = operation {
                    Progress { label: "Progress", plan: Vec::new(), step }
                } else {
                    Failure { operation }
                }
                match &*state.place.found.read() {
                    Load::Loading => rsx! {
                        p { role: "status", "Comparing with the server…" }
                    },
                    Load::Failed(message) => rsx! {
                        Notice { tone: Tone::Danger, assertive: true,
                            MessageText { message: text::explain(message) }
                        }
                    },
                    Load::Ready(all) if all.is_empty() => rsx! {
                        p { role: "status", "Nothing is left to be done." }
                    },
                    Load::Ready(all) => rsx! {
                        ul { class: "interrupted", "aria-label": TITLE,
                            for it in all.iter().cloned() {
                                Line { key: "{it.id}", it, running }
                            }
                        }
                    },
                }
            }
            DialogActions {
                Button { label: "Close", disabled: running, onclick: move |()| state.dialog.close() }
            }
        }
    }
}

#[component]
fn Line(it: Pending, running: bool) -> Element {
    let send = use_send();
    let clock = use_clock();
    let begun = it.about.as_ref().map(|about| clock.past(about.started));
    let title = text::operation(it.about.as_ref());
    let says = text::pending(&it, *clock.now.read());
    let until = it.shown.map(|shown| shown.until);
    use_effect(use_reactive!(|until| {
        // What can be done is something else when its time is over.
        let is_over = until.is_some_and(|until| until <= *clock.now.read());
        if is_over && !running {
            send.call(TokenIntent::ShowInterrupted.into());
        }
    }));
    rsx! {
        li {
            div { class: "interrupted-words selectable",
                strong { "{title}" }
                if let Some(begun) = begun {
                    span { class: "absent", " begun {begun}" }
                }
                p { "{says}" }
            }
            div { class: "notice-buttons",
                for (at , remedy) in it.finding.remedies().iter().copied().enumerate() {
                    Button {
                        key: "{remedy:?}",
                        kind: kind(remedy, at == 0),
                        label: word(remedy),
                        title: "{word(remedy)}: {title}",
                        disabled: running,
                        onclick: {
                            let id = it.id.clone();
                            move |()| send.call(TokenIntent::Resume { id: id.clone(), remedy }.into())
                        },
                    }
                }
            }
        }
    }
}

fn word(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Show => "Show the values",
        Remedy::Finish => "Finish",
        Remedy::Rotate => "Rotate",
        Remedy::Revoke => "Revoke",
        Remedy::Discard => "Forget",
    }
}

fn kind(remedy: Remedy, first: bool) -> ButtonKind {
    match remedy {
        Remedy::Show | Remedy::Finish | Remedy::Rotate if first => ButtonKind::Primary,
        Remedy::Revoke => ButtonKind::Danger,
        _ => ButtonKind::Plain,
    }
}
