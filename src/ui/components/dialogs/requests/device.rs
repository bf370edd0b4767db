//! A device that waits: whose it is, how to tell that it is the right one, and the keys that it waits for.

use dioxus::prelude::*;

use crate::state::{AccessStore, AppState, Load};
use crate::ui::components::{LookAlike, Name, TimeAgo, seen};
use crate::ui::elements::Button;
use crate::ui::intent::{AccessIntent, use_send};
use model::look_alike;
use protocol::{Device, DeviceId, DeviceStatus, KeyRequest, RequestId};
use text::plural;

/// The requests of one device, those for production last.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Waiting {
    pub(super) requests: Vec<KeyRequest>,
}

/// The requests by device, in the order in which the devices came.
pub(super) fn by_device(requests: &[KeyRequest]) -> Vec<Waiting> {
    let mut found: Vec<Waiting> = Vec::new();
    for request in requests {
        let is_its = |it: &&mut Waiting| it.requests.iter().any(|one| one.device == request.device);
        match found.iter_mut().find(is_its) {
            Some(waiting) => waiting.requests.push(request.clone()),
            None => found.push(Waiting {
                requests: vec![request.clone()],
            }),
        }
    }
    for waiting in &mut found {
        waiting.requests.sort_by_key(KeyRequest::is_for_production);
    }
    found
}

/// The names of other devices, that wait or hold the key, which look like this one's.
fn like_this(access: AccessStore, name: &str, device: &DeviceId) -> Vec<String> {
    let (asking, holders) = (access.asking.read(), access.holders.read());
    let others = asking.iter().filter(|it| it.id != *device).map(Device::label);
    let holders = match &*holders {
        Load::Ready(holders) => holders.list.as_slice(),
        Load::Loading | Load::Failed(_) => &[],
    };
    let all = others.chain(holders.iter().map(|it| it.name.as_str()));
    let found = look_alike::like(name, all);
    found.into_iter().map(str::to_owned).collect()
}

/// One device; `running` is `None` where there is nothing to press.
#[component]
pub(super) fn DeviceRequests(waiting: Waiting, running: Option<bool>) -> Element {
    let send = use_send();
    let access = use_context::<AppState>().access;
    let Waiting { requests } = waiting;
    let Some(first) = requests.first().cloned() else {
        return rsx! {};
    };
    let name = first
        .device_label
        .clone()
        .unwrap_or_else(|| first.device.to_string());
    let others = like_this(access, &name, &first.device);
    let name = seen(&name);
    let device = access
        .asking
        .read()
        .iter()
        .find(|it| it.id == first.device)
        .cloned();
    // Production is never among many: it has its own button.
    let together: Vec<RequestId> = requests
        .iter()
        .filter(|it| !it.is_for_production())
        .map(|it| it.id.clone())
        .collect();
    let all = together.len();
    rsx! {
        li { class: "asking",
            div { class: "asking-head",
                div { class: "request-words",
                    p { class: "request-name cut selectable", title: "{name}", bdi { "{name}" } }
                    p { class: "request-about",
                        if let Some(person) = &first.person {
                            Name { text: person } " · "
                        }
                        "asked "
                        TimeAgo { at: first.created_at, absent: "some time ago" }
                        if let Some(reason) = &first.reason {
                            " · {text::request_reason(reason)}"
                        }
                    }
                    Known { device }
                    LookAlike { what: "device", name: name.clone(), others }
                }
                if let Some(running) = running.filter(|_| all > 1) {
                    Button {
                        label: "Share {plural(all, \"key\")}",
                        spoken: "Share {plural(all, \"key\")} with {name}",
                        disabled: running,
                        onclick: move |()| send.call(AccessIntent::Fulfil(together.clone()).into()),
                    }
                }
            }
            ul { class: "requests", role: "list", "aria-label": "Keys for {name}",
                for request in requests {
                    RequestLine { key: "{request.id}", request, device: name.clone(), running }
                }
            }
        }
    }
}

/// By what a person can tell that it is the device it says it is: the name was chosen by who asks.
#[component]
fn Known(device: Option<Device>) -> Element {
    let Some(device) = device else {
        return rsx! {
            p { class: "request-about", "The server does not show this device's key: make sure in another way whose it is." }
        };
    };
    let print = device.public_key.map(|it| it.fingerprint().short());
    let is_active = matches!(device.status, DeviceStatus::Active);
    rsx! {
        p { class: "request-about selectable",
            if !device.platform.is_empty() {
                "{device.platform} · "
            }
            match print {
                Some(print) => rsx! {
                    "fingerprint "
                    span { class: "mono", "{print}" }
                    ": compare it with what the device shows itself"
                },
                None => rsx! { "its key cannot be used" },
            }
            if let Some(since) = device.created_at {
                " · linked "
                TimeAgo { at: Some(since), absent: "" }
            }
            if !is_active {
                " · not active any more"
            }
        }
    }
}

#[component]
fn RequestLine(request: KeyRequest, device: String, running: Option<bool>) -> Element {
    let send = use_send();
    let is_production = request.is_for_production();
    let environment = request
        .environment_name
        .as_ref()
        .map_or_else(|| request.environment.to_string(), ToString::to_string);
    let environment = seen(&environment);
    let project = seen(&request.project_name.clone().unwrap_or_default());
    let id = request.id.clone();
    rsx! {
        li { class: "request", "data-production": if is_production { "true" },
            span { class: "place-dot", "data-place": if is_production { "production" } else { "other" }, "aria-hidden": "true" }
            p { class: "request-words cut", title: "{project} {environment}", "{project} {environment}" }
            if let Some(running) = running {
                Button {
                    label: if is_production { "Share production" } else { "Share key" },
                    spoken: "Share key of {project} {environment} with {device}",
                    disabled: running,
                    onclick: move |()| send.call(AccessIntent::Fulfil(vec![id.clone()]).into()),
                }
            }
        }
    }
}
