//! Choose a project; in a narrow window, which has no sidebar, also an environment.

use dioxus::prelude::*;

use crate::domain::Project;
use crate::state::AppState;
use crate::ui::components::sidebar::EnvironmentLine;
use crate::ui::elements::{
    Button, Dialog, DialogActions, DialogBody, DialogHead, Glyph, Icon, SearchField, TextField,
};
use crate::ui::intent::{Intent, use_send};
use crate::ui::viewport::use_viewport;

const ID: &str = "projects";

/// The dialog.
#[component]
pub fn ProjectsDialog() -> Element {
    let state = use_context::<AppState>();
    let place = state.place;
    let cards = *use_viewport().cards.read();
    let mut search = use_signal(String::new);
    let open = place.project.read().as_ref().map(|it| it.id.clone());
    let current = place.environment.read().as_ref().map(|it| it.id.clone());
    let wanted = search.read().trim().to_lowercase();
    let projects = place.projects.read();
    let found: Vec<Project> = projects
        .iter()
        .filter(|project| project.name.to_lowercase().contains(&wanted))
        .cloned()
        .collect();
    let owner = place
        .organization
        .read()
        .as_ref()
        .map_or(String::new(), |it| it.name.clone());
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, title: if cards { "Switch environment" } else { "Switch project" },
                if cards {
                    "{owner}"
                } else {
                    "Projects of {owner}"
                }
            }
            DialogBody {
                div { class: "narrow-only choices",
                    h3 { id: "choose-environment", "Environments" }
                    ul { "aria-labelledby": "choose-environment",
                        for environment in place.environments.read().iter().cloned() {
                            EnvironmentLine {
                                key: "{environment.id}",
                                current: current.as_ref() == Some(&environment.id),
                                environment,
                            }
                        }
                    }
                }
                SearchField {
                    id: "project-search",
                    label: "Search projects",
                    placeholder: "Search projects",
                    value: search,
                    // On a phone the keyboard would cover the list.
                    autofocus: !cards,
                    oninput: move |text| search.set(text),
                }
                ul { class: "choices", "aria-label": "Projects",
                    for project in found.iter().cloned() {
                        ProjectLine {
                            key: "{project.id}",
                            current: open.as_ref() == Some(&project.id),
                            project,
                        }
                    }
                }
                FolderLine {}
                if found.is_empty() {
                    p { class: "choices-none", role: "status", "No project has “{search.read().trim()}” in its name." }
                }
            }
            DialogActions {
                Button { label: "Close", onclick: move |()| state.dialog.close() }
            }
        }
    }
}

/// Opens the project of a folder by its manifest.
#[component]
fn FolderLine() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let mut folder = use_signal(String::new);
    let empty = folder.read().trim().is_empty();
    rsx! {
        super::Failure { operation: state.dialog.operation.read().clone() }
        form {
            class: "folder",
            onsubmit: move |event| {
                event.prevent_default();
                if !folder.read().trim().is_empty() {
                    send.call(Intent::OpenFolder(folder.read().clone()));
                }
            },
            TextField {
                id: "project-folder",
                label: "Or the folder of a project (with .ghostable/ghostable.yaml)",
                value: folder,
                mono: true,
                oninput: move |text| folder.set(text),
            }
            Button { label: "Open folder", submit: true, disabled: empty }
        }
    }
}

#[component]
fn ProjectLine(project: Project, current: bool) -> Element {
    let send = use_send();
    let dialog = use_context::<AppState>().dialog;
    let id = project.id.clone();
    rsx! {
        li {
            button {
                r#type: "button",
                class: "sidebar-line",
                "aria-current": if current { "true" },
                title: "{project.name}",
                onclick: move |_| {
                    dialog.close();
                    send.call(Intent::OpenProject(id.clone()));
                },
                span { class: "cut", "{project.name}" }
                if current {
                    span { class: "current-mark", Glyph { icon: Icon::Check } }
                }
            }
        }
    }
}
