//! Choose an environment of the open project, or a project of any organisation.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::components::MessageText;
use crate::ui::components::sidebar::EnvironmentLine;
use crate::ui::elements::{
    Button, Dialog, DialogActions, DialogBody, DialogHead, Glyph, Icon, Notice, SearchField, TextField, Tone,
};
use crate::ui::intent::{PlaceIntent, use_send};
use crate::ui::viewport::use_viewport;
use protocol::Project;

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
    let organizations = place.organizations.read();
    let owner = |project: &Project| {
        organizations
            .iter()
            .find(|it| it.id == project.organization_id)
            .map_or(String::new(), |it| it.name.clone())
    };
    let matches = |text: &str| text.to_lowercase().contains(&wanted);
    let found: Vec<(Project, String)> = projects
        .iter()
        .map(|project| (project.clone(), owner(project)))
        .filter(|(project, owner)| matches(&project.name) || matches(owner))
        .collect();
    let environments: Vec<_> = place
        .environments
        .read()
        .iter()
        .filter(|it| matches(it.name.as_str()))
        .cloned()
        .collect();
    let several = organizations.len() > 1;
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, title: "Switch environment or project" }
            DialogBody {
                SearchField {
                    id: "project-search",
                    label: "Search environments and projects",
                    placeholder: "Search environments and projects",
                    value: search,
                    // On a phone the keyboard would cover the list.
                    autofocus: !cards,
                    oninput: move |text| search.set(text),
                }
                if !environments.is_empty() {
                    div { class: "choices",
                        h3 { id: "choose-environment", "Environments" }
                        ul { "aria-labelledby": "choose-environment",
                            for environment in environments.iter().cloned() {
                                EnvironmentLine {
                                    key: "{environment.id}",
                                    current: current.as_ref() == Some(&environment.id),
                                    environment,
                                }
                            }
                        }
                    }
                }
                if !found.is_empty() {
                    div { class: "choices",
                        h3 { id: "choose-project", "Projects" }
                        ul { "aria-labelledby": "choose-project",
                            for (project , owner) in found.iter().cloned() {
                                ProjectLine {
                                    key: "{project.id}",
                                    current: open.as_ref() == Some(&project.id),
                                    project,
                                    owner: several.then_some(owner),
                                }
                            }
                        }
                    }
                }
                if found.is_empty() && environments.is_empty() {
                    p { class: "choices-none", role: "status", "No environment and no project has “{search.read().trim()}” in its name." }
                }
                for message in place.unlisted.read().iter().map(text::emergency::unlisted) {
                    Notice { key: "{message.what}", tone: Tone::Warn, MessageText { message } }
                }
                FolderLine {}
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
                    send.call(PlaceIntent::OpenFolder(folder.read().clone()).into());
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
fn ProjectLine(project: Project, current: bool, owner: Option<String>) -> Element {
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
                    send.call(PlaceIntent::OpenProject(id.clone()).into());
                },
                span { class: "cut", "{project.name}" }
                if let Some(owner) = owner {
                    span { class: "choice-owner cut", "{owner}" }
                }
                if current {
                    span { class: "current-mark", Glyph { icon: Icon::Check } }
                }
            }
        }
    }
}
