//! A field whose letters narrow a list below it, with the list's choice moved from the field.

use dioxus::prelude::*;

use super::{Glyph, Icon};

/// The field. The list is the caller's: a `listbox` with the id `list`, whose chosen `option` has the id `active`.
#[component]
pub fn Combobox(
    id: String,
    label: String,
    placeholder: String,
    list: String,
    active: Option<String>,
    #[props(default)] autofocus: bool,
    oninput: EventHandler<String>,
    /// So many lines further down, or up.
    onstep: EventHandler<isize>,
    onchoose: EventHandler<()>,
) -> Element {
    /// As far as a page goes.
    const PAGE: isize = 8;
    rsx! {
        div { class: "search",
            Glyph { icon: Icon::Search }
            input {
                id: "{id}",
                class: "input",
                r#type: "text",
                role: "combobox",
                autocomplete: "off",
                spellcheck: "false",
                autofocus,
                "aria-label": label,
                "aria-autocomplete": "list",
                "aria-expanded": "true",
                "aria-controls": list,
                "aria-activedescendant": active,
                placeholder,
                oninput: move |event| oninput.call(event.value()),
                onkeydown: move |event| {
                    let step = match event.key() {
                        Key::ArrowDown => 1,
                        Key::ArrowUp => -1,
                        Key::PageDown => PAGE,
                        Key::PageUp => -PAGE,
                        Key::Enter => 0,
                        _ => return,
                    };
                    event.prevent_default();
                    if step == 0 {
                        onchoose.call(());
                    } else {
                        onstep.call(step);
                    }
                },
            }
        }
    }
}
