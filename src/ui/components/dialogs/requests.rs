//! Who waits for a key: those that this device can share it with, and those that only others can.

use dioxus::prelude::*;

use super::{Failure, Progress, SHARING};
use crate::state::{AppState, Operation, OwnDevice};
use crate::ui::components::TimeAgo;
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, Icon, Notice, Tone,
};
use crate::ui::intent::{AccessIntent, use_send};
use protocol::KeyRequest;
use text::plural;

const ID: &str = "requests";

/// The dialog.
#[component]
pub fn RequestsDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let requests = state.access.requests.read().clone();
    let operation = state.access.sharing.read().clone();
    let running = operation.is_running();
    let lacking = state.access.lacking.read().clone();
    let linked = !matches!(&*state.access.device.read(), OwnDevice::None);
    let count = requests.count();
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, icon: Icon::Key, title: "Key requests",
                if count == 0 && !lacking.is_empty() {
                    "These devices wait for keys that only others can share."
                } else if count == 0 {
                    "No device waits for a key that this one can share."
                } else {
                    "These devices wait for a key that this one holds. Sharing lets them read the environment's variables: share only with machines you know."
                }
            }
            DialogBody {
                if let Operation::Running(step) = operation {
                    Progress {
                        label: "Progress",
                        plan: SHARING.to_vec(),
                        step,
                    }
                } else {
                    Failure { operation }
                }
                if requests.unreadable > 0 {
                    Notice { tone: Tone::Warn,
                        "{plural(requests.unreadable, \"entry\")} of the server's list cannot be read."
                    }
                }
                ul { class: "requests", role: "list", "aria-label": "Requests",
                    for request in requests.list.iter().cloned() {
                        RequestLine { key: "{request.id}", request, running: Some(running) }
                    }
                }
                if !lacking.is_empty() {
                    section { class: "lacking", "aria-labelledby": "lacking",
                        h3 { id: "lacking",
                            if linked { "You lack the key yourself" } else { "This machine is not linked, so it has no key" }
                        }
                        p { "Somebody else has to share it: with you, too, where you wait for it." }
                        ul { class: "requests", role: "list", "aria-labelledby": "lacking",
                            for request in lacking {
                                RequestLine { key: "{request.id}", request, running: None }
                            }
                        }
                    }
                }
            }
            DialogActions {
                Button {
                    label: "Close",
                    autofocus: true,
                    onclick: move |()| state.dialog.close(),
                }
                if count > 1 {
                    Button {
                        kind: ButtonKind::Primary,
                        label: "Share with all {count}",
                        busy: running,
                        onclick: move |()| send.call(AccessIntent::Fulfil(None).into()),
                    }
                }
            }
        }
    }
}

/// One that waits; `running` is `None` where there is nothing to press.
#[component]
fn RequestLine(request: KeyRequest, running: Option<bool>) -> Element {
    let send = use_send();
    let device = request
        .device_label
        .clone()
        .unwrap_or_else(|| request.device.to_string());
    let environment = request
        .environment_name
        .as_ref()
        .map_or_else(|| request.environment.to_string(), ToString::to_string);
    let project = request.project_name.clone().unwrap_or_default();
    let id = request.id.clone();
    rsx! {
        li { class: "request",
            div { class: "request-words",
                p { class: "request-name cut selectable", title: "{device}", "{device}" }
                p { class: "request-about",
                    if let Some(person) = &request.person {
                        "{person} · "
                    }
                    "{project} {environment} · "
                    TimeAgo { at: request.created_at, absent: "some time ago" }
                    if let Some(reason) = &request.reason {
                        " · {text::request_reason(reason)}"
                    }
                }
            }
            if let Some(running) = running {
                Button {
                    label: "Share key",
                    disabled: running,
                    onclick: move |()| send.call(AccessIntent::Fulfil(Some(id.clone())).into()),
                }
            }
        }
    }
}
