//! The values that may have been read, each with what became of it.

use dioxus::prelude::*;

use super::Sharing;
use crate::state::{AppState, Operation};
use crate::ui::clock::use_clock;
use crate::ui::components::{MessageText, seen};
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, DialogSize, Icon, Notice, Tone,
};
use crate::ui::intent::{ChecklistIntent, Intent, use_send};
use model::{CheckedPlace, CheckedValue, Checklist, Step, ValueState};
use text::checklist as words;

const ID: &str = "checklist";

/// The dialog: of the checklist with this name, or while one is begun.
#[component]
pub(super) fn ChecklistDialog(id: Option<String>) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let operation = state.dialog.operation.read().clone();
    let running = operation.is_running();
    let found = id.as_deref().and_then(|id| state.checklists.find(id));
    let wish = move |wish| send.call(Intent::Checklist(wish));
    rsx! {
        Dialog { id: ID, size: DialogSize::Wide, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, icon: Icon::ClipboardCheck, title: "Values to change",
                match &found {
                    Some(list) => rsx! {
                        Summary { list: list.clone() }
                    },
                    None => rsx! { "Whoever held the key may have read them. They are compared in memory; no value is shown or kept." },
                }
            }
            DialogBody {
                match found {
                    Some(list) => rsx! {
                        if let Operation::Failed(problem) = operation {
                            Notice { tone: Tone::Warn, assertive: true, MessageText { message: text::explain(&problem) } }
                        }
                        Values { list }
                    },
                    None => rsx! {
                        Sharing { operation, plan: vec![Step::Check, Step::Open], "" }
                    },
                }
            }
            DialogActions {
                if let Some(id) = id {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Forget this list",
                        onclick: {
                            let id = id.clone();
                            move |()| wish(ChecklistIntent::Forget(id.clone()))
                        },
                    }
                    Button {
                        icon: Icon::Copy,
                        label: "Copy",
                        title: "Copy it as text, without any value",
                        onclick: {
                            let id = id.clone();
                            move |()| wish(ChecklistIntent::Copy(id.clone()))
                        },
                    }
                    Button {
                        icon: Icon::Refresh,
                        label: "Look again",
                        busy: *state.checklists.looking.read(),
                        onclick: move |()| wish(ChecklistIntent::Show(id.clone())),
                    }
                }
                Button { label: "Close", kind: ButtonKind::Primary, autofocus: true, disabled: running, onclick: move |()| state.dialog.close() }
            }
        }
    }
}

#[component]
fn Summary(list: Checklist) -> Element {
    let clock = use_clock();
    let because = seen(&list.because.join(", "));
    let begun = clock.past(list.begun);
    rsx! {
        p { role: "status", {words::summary(&list)} }
        p {
            if because.is_empty() {
                "Begun {begun}."
            } else {
                "Begun {begun}, because of {because}."
            }
            " A value counts as changed when the server has another one."
        }
    }
}

#[component]
fn Values(list: Checklist) -> Element {
    let is_unknown = list
        .places
        .iter()
        .flat_map(|it| &it.values)
        .any(|it| it.state == ValueState::NotKnown);
    rsx! {
        if is_unknown {
            Notice { tone: Tone::Warn, {words::WHY_NOT_KNOWN} }
        }
        for place in list.not_compared.iter() {
            Notice { key: "{place}", tone: Tone::Neutral, {seen(&words::not_compared(place))} }
        }
        for place in list.places.iter().cloned() {
            PlaceValues { key: "{place.environment.id}", list: list.clone(), place }
        }
    }
}

#[component]
fn PlaceValues(list: Checklist, place: CheckedPlace) -> Element {
    let name = text::place(&place.project_name, &place.environment.name);
    let heading = format!("checklist-{}", place.environment.id);
    rsx! {
        section { class: "checklist-place", "aria-labelledby": "{heading}",
            h3 { id: "{heading}",
                {seen(&name)}
                if !place.is_exposed {
                    span { class: "checklist-why", " has the same values" }
                }
            }
            if let Some(problem) = &place.problem {
                Notice { tone: Tone::Warn, MessageText { message: text::explain(problem) } }
            }
            ul { class: "checklist", "aria-labelledby": "{heading}",
                for value in place.values.iter().cloned() {
                    ValueLine { key: "{value.name}", list: list.clone(), place: place.clone(), value }
                }
            }
        }
    }
}

#[component]
fn ValueLine(list: Checklist, place: CheckedPlace, value: CheckedValue) -> Element {
    let (send, clock) = (use_send(), use_clock());
    let same = words::same(&list, &place, &value);
    let state = words::state(&value.state, *clock.now.read(), &clock.zone);
    let is_proven = matches!(value.state, ValueState::Changed { .. } | ValueState::Deleted);
    let (id, environment, name) = (list.id.clone(), place.environment.id.clone(), value.name.clone());
    rsx! {
        li { "data-done": if value.state.is_done() { "true" },
            label { class: "check",
                input {
                    r#type: "checkbox",
                    checked: value.state.is_done(),
                    // What the server says is not for the user to say otherwise.
                    disabled: is_proven,
                    onchange: move |event| send.call(Intent::Checklist(ChecklistIntent::Settle {
                        id: id.clone(),
                        environment: environment.clone(),
                        name: name.clone(),
                        settled: event.checked(),
                    })),
                }
                span { class: "checklist-words",
                    code { {seen(&value.name)} }
                    if !same.is_empty() {
                        span { class: "checklist-same", "The same value: {seen(&same)}" }
                    }
                }
                span { class: "checklist-state", "{state}" }
            }
        }
    }
}
