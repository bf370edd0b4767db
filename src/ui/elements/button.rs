//! Buttons.

use dioxus::prelude::*;

use super::{Glyph, Icon, Spinner};

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one main action.
    Primary,
    /// Any other action.
    #[default]
    Plain,
    /// An action that ends something, about to happen.
    Danger,
    /// An action inside a text or notice.
    Link,
}

impl ButtonKind {
    fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Plain => "plain",
            Self::Danger => "danger",
            Self::Link => "link",
        }
    }
}

/// A button with words, and an icon before them if given.
#[component]
pub fn Button(
    #[props(default)] kind: ButtonKind,
    #[props(default)] icon: Option<Icon>,
    label: String,
    /// A shorter word where the window is narrow; the accessible name stays the whole label.
    #[props(default)]
    short: Option<String>,
    /// The accessible name, where the label says too little without what stands around it.
    #[props(default)]
    spoken: Option<String>,
    #[props(default)] disabled: bool,
    #[props(default)] busy: bool,
    #[props(default)] autofocus: bool,
    #[props(default)] submit: bool,
    #[props(default)] title: Option<String>,
    #[props(default)] onclick: Option<EventHandler<()>>,
) -> Element {
    let name = spoken.or_else(|| short.as_ref().map(|_| label.clone()));
    rsx! {
        button {
            class: "button",
            r#type: if submit { "submit" } else { "button" },
            "data-kind": kind.name(),
            "data-short": short.is_some(),
            "aria-label": name,
            "aria-busy": if busy { "true" },
            // The form decides about what is submitted: an Enter right after the last letter comes before the button is enabled.
            "aria-disabled": if disabled && submit { "true" },
            disabled: busy || (disabled && !submit),
            autofocus,
            title,
            onclick: move |_| {
                if let Some(onclick) = onclick {
                    onclick.call(());
                }
            },
            if busy {
                Spinner {}
            } else if let Some(icon) = icon {
                Glyph { icon }
            }
            span { class: "button-label", "{label}" }
            if let Some(short) = &short {
                span { class: "button-short", "aria-hidden": "true", "{short}" }
            }
        }
    }
}

/// A square button with an icon alone; `name` is its accessible name and its tooltip.
#[component]
pub fn IconButton(
    icon: Icon,
    name: String,
    #[props(default)] title: Option<String>,
    #[props(default)] disabled: bool,
    #[props(default)] busy: bool,
    /// `true` or `false` for a button that stays pressed.
    #[props(default)]
    pressed: Option<bool>,
    /// `true` or `false` for a button that opens a menu.
    #[props(default)]
    expanded: Option<bool>,
    #[props(default)] tabindex: Option<i32>,
    onclick: EventHandler<()>,
) -> Element {
    let title = title.unwrap_or_else(|| name.clone());
    rsx! {
        button {
            class: "icon-button",
            r#type: "button",
            "aria-label": name,
            "aria-pressed": pressed,
            // Not `aria-haspopup`: WebKitGTK then tells screen readers of a combo box.
            "data-menu-button": expanded.map(|_| "true"),
            "aria-expanded": expanded,
            "data-busy": if busy { "true" },
            tabindex: tabindex.map(|n| n.to_string()),
            title,
            disabled,
            onclick: move |_| onclick.call(()),
            Glyph { icon }
        }
    }
}

/// A button with a word that opens a menu; `spoken` is its accessible name.
#[component]
pub fn MenuButton(label: String, spoken: String, expanded: bool, onclick: EventHandler<()>) -> Element {
    rsx! {
        button {
            class: "button",
            r#type: "button",
            "data-kind": ButtonKind::Plain.name(),
            "aria-label": spoken,
            "data-menu-button": "true",
            "aria-expanded": expanded,
            onclick: move |_| onclick.call(()),
            span { class: "button-label", "{label}" }
            Glyph { icon: Icon::ChevronDown, size: 16 }
        }
    }
}
