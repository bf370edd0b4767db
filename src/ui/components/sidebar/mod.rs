//! The sidebar: which workspace, which environment, and what can be looked at there.

mod pages;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, Section};
use crate::ui::components::seen;
use crate::ui::elements::{Glyph, Icon};
use crate::ui::intent::{PlaceIntent, use_send};
use protocol::Environment;

use pages::{PageLine, Pages, RequestsLine};

/// The sidebar of a wide window.
#[component]
pub fn Sidebar() -> Element {
    let state = use_context::<AppState>();
    let origin = state.place.origin;
    let found = state.audit.found.read();
    let found = found.as_ref().map(|it| it.audit.findings.len());
    rsx! {
        nav { class: "sidebar", "aria-label": "Workspace",
            Workspace {}
            Environments {}
            Pages {}
            ul { class: "sidebar-list sidebar-low", "aria-label": "More",
                PageLine {
                    page: Section::Everywhere,
                    icon: Icon::Layers,
                    label: "All environments",
                    count: found,
                    counted: "to look at",
                }
                PageLine { page: Section::Emergency, icon: Icon::Siren, label: "Emergency" }
                RequestsLine {}
                PageLine { page: Section::Settings, icon: Icon::Gear, label: "Settings" }
            }
            div { class: "sidebar-end",
                span { class: "origin cut", title: "{origin}", "{origin}" }
                button {
                    r#type: "button",
                    class: "icon-button key-help",
                    "aria-label": "Keyboard shortcuts",
                    title: "Keyboard shortcuts (?)",
                    onclick: move |_| state.dialog.show(Dialog::Keys),
                    kbd { "?" }
                }
            }
        }
    }
}

#[component]
fn Workspace() -> Element {
    let state = use_context::<AppState>();
    let organization = state.place.organization.read();
    let project = state.place.project.read();
    let organization = organization
        .as_ref()
        .map_or_else(String::new, |it| seen(&it.name));
    let project = project.as_ref().map_or_else(String::new, |it| seen(&it.name));
    let initial: String = organization
        .chars()
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    rsx! {
        button {
            r#type: "button",
            class: "workspace",
            "aria-label": if project.is_empty() { "Switch project".to_owned() } else { format!("Switch project: {organization}, {project}") },
            onclick: move |_| state.dialog.show(Dialog::Palette),
            span { class: "avatar", "aria-hidden": "true",
                if initial.is_empty() {
                    Glyph { icon: Icon::Key }
                } else {
                    "{initial}"
                }
            }
            span { class: "workspace-words",
                span { class: "workspace-name cut", title: "{organization}", bdi { "{organization}" } }
                span { class: "workspace-project cut", title: "{project}", bdi { "{project}" } }
            }
            Glyph { icon: Icon::UpDown }
        }
    }
}

#[component]
fn Environments() -> Element {
    let place = use_context::<AppState>().place;
    let open = place.environment.read().as_ref().map(|it| it.id.clone());
    rsx! {
        h2 { class: "sidebar-head", id: "environments", "Environments" }
        ul { class: "sidebar-list", "aria-labelledby": "environments",
            for environment in place.environments.read().iter().cloned() {
                EnvironmentLine {
                    key: "{environment.id}",
                    current: open.as_ref() == Some(&environment.id),
                    environment,
                }
            }
        }
    }
}

/// What an environment is, as the style sheet knows it.
pub fn place_kind(environment: &Environment) -> &'static str {
    if environment.is_production() {
        "production"
    } else if environment.kind.eq_ignore_ascii_case("staging") {
        "staging"
    } else {
        "other"
    }
}

/// A line that opens an environment.
#[component]
fn EnvironmentLine(environment: Environment, current: bool) -> Element {
    let send = use_send();
    let kind = place_kind(&environment);
    let is_told_by_name = environment.name.as_str().eq_ignore_ascii_case(&environment.kind);
    let (id, name) = (environment.id.clone(), seen(environment.name.as_str()));
    rsx! {
        li {
            button {
                r#type: "button",
                class: "sidebar-line",
                "aria-current": if current { "true" },
                title: if is_told_by_name { name.clone() } else { seen(&format!("{name} ({})", environment.kind)) },
                onclick: move |_| send.call(PlaceIntent::OpenEnvironment(id.clone()).into()),
                span { class: "place-dot", "data-place": kind, "aria-hidden": "true" }
                span { class: "cut", bdi { "{name}" } }
                if current {
                    span { class: "current-mark", Glyph { icon: Icon::Check } }
                }
            }
        }
    }
}
