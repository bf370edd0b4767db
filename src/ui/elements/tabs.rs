//! Tabs above what they choose: one stop of the Tab key, arrows between them.

use dioxus::prelude::*;

/// One tab.
#[derive(Clone, Debug, PartialEq)]
pub struct Tab {
    /// What it stands for.
    pub value: &'static str,
    /// Its word.
    pub label: &'static str,
}

/// The row of tabs; what they choose is the element `{id}-panel`.
#[component]
pub fn Tabs(
    id: &'static str,
    label: &'static str,
    tabs: Vec<Tab>,
    value: &'static str,
    onchange: Callback<&'static str>,
) -> Element {
    let values: Vec<_> = tabs.iter().map(|tab| tab.value).collect();
    rsx! {
        div {
            class: "tabs",
            role: "tablist",
            "aria-label": label,
            onkeydown: move |event| {
                if let Some(next) = neighbour(&values, value, &event.key()) {
                    event.prevent_default();
                    onchange.call(next);
                    focus(id, next);
                }
            },
            for tab in tabs {
                button {
                    key: "{tab.value}",
                    id: "{id}-{tab.value}",
                    r#type: "button",
                    role: "tab",
                    "aria-selected": tab.value == value,
                    "aria-controls": "{id}-panel",
                    tabindex: if tab.value == value { "0" } else { "-1" },
                    onclick: move |_| onchange.call(tab.value),
                    "{tab.label}"
                }
            }
        }
    }
}

fn focus(id: &str, value: &str) {
    let tab = serde_json::json!(format!("{id}-{value}"));
    document::eval(&format!(
        "const tab = document.getElementById({tab}); if (tab) {{ tab.focus(); tab.scrollIntoView({{ inline: 'nearest', block: 'nearest' }}); }}"
    ));
}

/// The tab that a key leads to.
fn neighbour(values: &[&'static str], value: &str, key: &Key) -> Option<&'static str> {
    let at = values.iter().position(|it| *it == value)?;
    let last = values.len().checked_sub(1)?;
    let next = match key {
        Key::ArrowRight if at == last => 0,
        Key::ArrowRight => at.saturating_add(1),
        Key::ArrowLeft => at.checked_sub(1).unwrap_or(last),
        Key::Home => 0,
        Key::End => last,
        _ => return None,
    };
    values.get(next).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round() {
        let values = ["a", "b", "c"];
        for (from, key, to) in [
            ("a", Key::ArrowRight, Some("b")),
            ("c", Key::ArrowRight, Some("a")),
            ("a", Key::ArrowLeft, Some("c")),
            ("b", Key::Home, Some("a")),
            ("b", Key::End, Some("c")),
            ("b", Key::Enter, None),
            ("x", Key::End, None),
        ] {
            assert_eq!(neighbour(&values, from, &key), to);
        }
    }
}
