//! Fields to type into: controlled, labelled, with the error in words beside them.

use dioxus::prelude::*;

use super::{Glyph, Icon, IconButton};

/// A text field with a visible label.
#[component]
pub fn TextField(
    id: String,
    label: String,
    value: ReadSignal<String>,
    oninput: Callback<String>,
    #[props(default)] error: Option<String>,
    /// Something to know before going on; not an error.
    #[props(default)]
    caution: Option<String>,
    #[props(default)] mono: bool,
    #[props(default)] autofocus: bool,
    /// The whole text is selected when the dialog around it opens.
    #[props(default)]
    select: bool,
) -> Element {
    let wrong = error.is_some();
    let described = error.or(caution);
    rsx! {
        div { class: "field",
            label { r#for: "{id}", "{label}" }
            input {
                id: "{id}",
                class: if mono { "input mono" } else { "input" },
                r#type: "text",
                autocomplete: "off",
                spellcheck: "false",
                autofocus,
                "data-select": if select { "true" },
                "aria-invalid": if wrong { "true" },
                "aria-describedby": described.as_ref().map(|_| format!("{id}-note")),
                value: "{value}",
                oninput: move |event| oninput.call(event.value()),
            }
            if let Some(text) = &described {
                p {
                    id: "{id}-note",
                    class: "field-note",
                    "data-wrong": if wrong { "true" },
                    role: if wrong { "alert" } else { "status" },
                    Glyph { icon: Icon::Warning, size: 16 }
                    "{text}"
                }
            }
        }
    }
}

/// A search field with a button that empties it.
#[component]
pub fn SearchField(
    id: String,
    label: String,
    placeholder: String,
    value: ReadSignal<String>,
    oninput: Callback<String>,
    #[props(default)] autofocus: bool,
) -> Element {
    let filled = !value.read().is_empty();
    rsx! {
        div { class: "search", role: "search",
            Glyph { icon: Icon::Search }
            input {
                id: "{id}",
                class: "input",
                r#type: "text",
                inputmode: "search",
                autocomplete: "off",
                spellcheck: "false",
                autofocus,
                "aria-label": label,
                placeholder,
                value: "{value}",
                oninput: move |event| oninput.call(event.value()),
                onkeydown: move |event| {
                    if event.key() == Key::Escape && filled {
                        event.prevent_default();
                        event.stop_propagation();
                        oninput.call(String::new());
                    }
                },
            }
            if filled {
                IconButton {
                    icon: Icon::Close,
                    name: "Clear search",
                    onclick: move |()| oninput.call(String::new()),
                }
            }
        }
    }
}
