//! Create a token: its name, what will happen, and how far it is.

use dioxus::prelude::*;

use super::{EndChoice, Failure, Progress};
use crate::state::{AppState, Load, Operation};
use crate::ui::components::seen;
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, Glyph, Icon, TextField,
};
use crate::ui::intent::{TokenIntent, use_send};
use model::Step;
use protocol::{TokenEntry, TokenName};

const ID: &str = "create";
const PLAN: [Step; 4] = [Step::Check, Step::Mint, Step::Register, Step::ReadBack];

/// The dialog.
#[component]
pub fn CreateDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let environment = state.place.environment.read().clone();
    let mut name = use_signal(|| {
        let is_taken = |name: &str| is_taken(state, name);
        environment
            .as_ref()
            .map_or(String::new(), |it| TokenName::suggestion(&it.name, is_taken))
    });
    let end = use_signal(|| Ok(*state.tokens.lifetime.peek()));
    let mut touched = use_signal(|| false);
    let parsed = use_memo(move || TokenName::parse(&name.read()));
    let taken = use_memo(move || match &*parsed.read() {
        Ok(name) => is_taken(state, name.as_str()),
        Err(_) => false,
    });
    let operation = state.dialog.operation.read().clone();
    let place = environment.map_or(String::new(), |it| seen(it.name.as_str()));
    let running = operation.is_running();
    let failed = matches!(operation, Operation::Failed(_));
    let error = parsed.read().as_ref().err().copied();
    let label = match (failed, *taken.read()) {
        (true, _) => "Try again",
        (false, true) => "Create anyway",
        (false, false) => "Create token",
    };
    let submit = move |event: FormEvent| {
        event.prevent_default();
        touched.set(true);
        if let (Ok(name), Ok(lifetime)) = (&*parsed.read(), &*end.read()) {
            send.call(
                TokenIntent::Create {
                    name: name.as_str().to_owned(),
                    lifetime: *lifetime,
                }
                .into(),
            );
        }
    };
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            form { onsubmit: submit,
                DialogHead { id: ID, title: "Create a deploy token",
                    if running {
                        "“{name.read().trim()}” for {place}. Leave this open until it is done."
                    } else {
                        "It lets a runner read the variables of {place}, and nothing else."
                    }
                }
                DialogBody {
                    if let Operation::Running(step) = operation {
                        Progress { label: "Progress", plan: PLAN.to_vec(), step }
                    } else {
                        Failure { operation }
                        TextField {
                            id: "token-name",
                            label: "Name",
                            value: name,
                            autofocus: true,
                            select: true,
                            error: error.filter(|_| *touched.read()).map(|it| text::explain(&it.into()).to_string()),
                            caution: taken.read().then(|| {
                                format!("An active token in {place} already has this name. They will be told apart by their ids only.")
                            }),
                            oninput: move |text| {
                                touched.set(true);
                                name.set(text);
                            },
                        }
                        EndChoice { chosen: end }
                        Explanation {}
                    }
                }
                DialogActions {
                    Button {
                        label: "Cancel",
                        disabled: running,
                        onclick: move |()| state.dialog.close(),
                    }
                    Button {
                        kind: ButtonKind::Primary,
                        label: if running { "Creating token" } else { label },
                        submit: true,
                        busy: running,
                        disabled: error.is_some() || end.read().is_err(),
                    }
                }
            }
        }
    }
}

/// Whether an active token of the open environment has this name.
fn is_taken(state: AppState, name: &str) -> bool {
    match &*state.tokens.entries.read() {
        Load::Ready(entries) => entries
            .iter()
            .filter_map(TokenEntry::token)
            .any(|token| token.may_be_active() && token.name == name),
        _ => false,
    }
}

#[component]
fn Explanation() -> Element {
    rsx! {
        section { class: "what-happens",
            h3 { "What will happen" }
            ol {
                li {
                    Glyph { icon: Icon::Key }
                    "A key pair is made on this machine. The server gets only its public half."
                }
                li {
                    Glyph { icon: Icon::Shield }
                    "The environment key is sealed for the new token."
                }
                li {
                    Glyph { icon: Icon::Eye }
                    span {
                        "Two values for your CI are "
                        strong { "shown once" }
                        ". Have the place to put them ready."
                    }
                }
            }
        }
    }
}
