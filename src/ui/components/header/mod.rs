//! The top of the page: where this is, its title and its main action.

use dioxus::prelude::*;

use super::ask::no_token_because;
use super::{Name, create, seen};
use crate::state::{AppState, Dialog, KeyState};
use crate::ui::elements::{Button, ButtonKind, Glyph, Icon};

/// Breadcrumbs, title and "Create token".
#[component]
pub fn Header() -> Element {
    let state = use_context::<AppState>();
    let ready = state.place.environment.read().is_some();
    if state.tokens.are_hidden() {
        return rsx! {
            PageTop { title: "Deploy tokens" }
        };
    }
    let why_not = no_token_because(&state.place.key.read());
    rsx! {
        PageTop { title: "Deploy tokens",
            Button {
                kind: ButtonKind::Primary,
                icon: Icon::Plus,
                label: "Create token",
                short: "Create",
                title: why_not.unwrap_or("Create token (Ctrl N)"),
                disabled: !ready || why_not.is_some(),
                onclick: move |()| create(state),
            }
        }
    }
}

/// Where this is, the title of the page, and its main action.
#[component]
pub fn PageTop(title: &'static str, children: Element) -> Element {
    rsx! {
        header { class: "page-top",
            div { class: "page-words",
                Crumbs {}
                Switcher {}
                h1 { id: "page-title", class: "page-title", tabindex: "-1", "{title}" }
            }
            {children}
        }
    }
}

#[component]
fn Crumbs() -> Element {
    let place = use_context::<AppState>().place;
    let project = place.project.read();
    let environment = place.environment.read();
    rsx! {
        div { class: "crumbs",
            if let Some(project) = project.as_ref() {
                span { class: "cut", title: "{seen(&project.name)}", Name { text: project.name.clone() } }
            }
            if let Some(environment) = environment.as_ref() {
                span { class: "crumb-environment",
                    Glyph { icon: Icon::ChevronRight, size: 14 }
                    span { class: "cut", title: "{seen(environment.name.as_str())}", Name { text: environment.name.as_str() } }
                }
                Glyph { icon: Icon::ChevronRight, size: 14 }
                KeyCrumb {}
            }
        }
    }
}

/// The environment key in a word.
#[component]
fn KeyCrumb() -> Element {
    let key = use_context::<AppState>().place.key;
    match &*key.read() {
        KeyState::Loading => rsx! {
            span { class: "bone crumb-bone", "aria-hidden": "true" }
            span { class: "spoken", "Opening the environment key" }
        },
        KeyState::Held { fingerprint, version } => rsx! {
            span {
                class: "mono crumb-key selectable",
                title: "Environment key, version {version}\n{fingerprint.to_hex()}",
                "key {fingerprint.short()}"
                span { class: "spoken", ", version {version}" }
            }
        },
        KeyState::Missing => rsx! {
            span {
                class: "crumb-key",
                title: "Nothing was ever pushed to this environment, so there is no key to share yet.",
                "no key yet"
            }
        },
        KeyState::NoDevice => rsx! {
            span { class: "crumb-key crumb-warn", "this machine is not linked" }
        },
        KeyState::Pending { message, .. } => rsx! {
            span { class: "crumb-key crumb-warn", title: "{message}", "key not shared with this device" }
        },
        KeyState::NotAllowed => rsx! {
            span { class: "crumb-key", "key not for your role" }
        },
        KeyState::Failed(message) => rsx! {
            span { class: "crumb-key crumb-warn", title: "{message}", "key not readable" }
        },
    }
}

/// The environment as the title of a narrow window; it opens the list of environments and projects.
#[component]
pub fn Switcher() -> Element {
    let state = use_context::<AppState>();
    let environment = state.place.environment.read();
    let name = environment
        .as_ref()
        .map_or("Choose an environment", |it| it.name.as_str());
    rsx! {
        button {
            r#type: "button",
            class: "switcher",
            "aria-label": "Switch environment: {seen(name)}",
            onclick: move |_| state.dialog.show(Dialog::Palette),
            span { class: "cut", Name { text: name } }
            Glyph { icon: Icon::ChevronDown, size: 18 }
        }
    }
}
