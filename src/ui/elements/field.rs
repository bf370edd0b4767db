//! Fields to type into: labelled, with the error in words beside them.
//!
//! They are controlled from outside, but not by the `value` attribute: a render that comes late would put back an older
//! text over what was typed meanwhile. The text of the element is set only when the value changes from outside.

use dioxus::prelude::*;

use super::{Glyph, Icon, IconButton};

/// Gives the text to begin with, and what to call with a typed text.
fn use_typed(id: &str, value: ReadSignal<String>, oninput: Callback<String>) -> (String, Callback<String>) {
    let first = use_hook(|| value.peek().clone());
    let mut typed = use_signal(|| value.peek().clone());
    let id = serde_json::json!(id);
    use_effect(move || {
        let value = value.read();
        if *value != *typed.peek() {
            typed.set(value.clone());
            let text = serde_json::json!(*value);
            document::eval(&format!(
                "const field = document.getElementById({id}); if (field) field.value = {text};"
            ));
        }
    });
    let ontyped = use_callback(move |text: String| {
        typed.set(text.clone());
        oninput.call(text);
    });
    (first, ontyped)
}

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
    let (first, ontyped) = use_typed(&id, value, oninput);
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
                initial_value: first,
                onmounted: move |field| async move {
                    // `autofocus` is for what comes with a dialog, not for what comes back into it after a failure.
                    if autofocus && field.set_focus(true).await.is_err() {
                        tracing::debug!("a field did not get the focus");
                    }
                },
                oninput: move |event| ontyped.call(event.value()),
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
    let (first, ontyped) = use_typed(&id, value, oninput);
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
                initial_value: first,
                oninput: move |event| ontyped.call(event.value()),
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

/// A field for something that nobody looking on should read. Its text goes to `oninput` and is not kept here.
#[component]
pub fn SecretField(
    id: String,
    label: String,
    /// What password managers know it by: `current-password`, `new-password`, `one-time-code`.
    autocomplete: &'static str,
    oninput: Callback<String>,
    #[props(default)] autofocus: bool,
) -> Element {
    let digits = autocomplete == "one-time-code";
    rsx! {
        div { class: "field",
            label { r#for: "{id}", "{label}" }
            input {
                id: "{id}",
                class: "input",
                r#type: if digits { "text" } else { "password" },
                inputmode: if digits { "numeric" },
                autocomplete,
                spellcheck: "false",
                autofocus,
                onmounted: move |field| async move {
                    // `autofocus` is for documents that load, not for what comes into one later.
                    if autofocus && field.set_focus(true).await.is_err() {
                        tracing::debug!("a field did not get the focus");
                    }
                },
                oninput: move |event| oninput.call(event.value()),
            }
        }
    }
}
