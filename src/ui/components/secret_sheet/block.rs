//! The block with both values, as CI reads it, in the format that is chosen.

use dioxus::prelude::*;

use super::field::{CI_TOKEN, SEED};
use crate::state::AppState;
use crate::ui::elements::{Tab, Tabs};
use crate::ui::intent::{SheetIntent, use_send};
use model::formats::{FORMATS, Format};

const ID: &str = "block";

/// What "Copy block" copies, always masked.
#[component]
pub(super) fn Block() -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let format = *sheet.format.read();
    let tabs = FORMATS.into_iter().map(|it| Tab {
        value: it.name,
        label: it.label,
    });
    rsx! {
        figure { class: "block",
            Tabs {
                id: ID,
                label: "Format",
                tabs: tabs.collect::<Vec<_>>(),
                value: format.name,
                onchange: move |name: &'static str| send.call(SheetIntent::ChooseFormat(name).into()),
            }
            div {
                id: "{ID}-panel",
                class: "block-panel",
                role: "tabpanel",
                "aria-labelledby": "{ID}-{format.name}",
                Lines { format }
                figcaption { "{format.reader}" }
                Usage { format }
            }
        }
    }
}

#[component]
fn Lines(format: Format) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let issuance = sheet.issuance.read();
    let text = issuance.as_ref().map(|it| it.outline(format)).unwrap_or_default();
    rsx! {
        div { class: "block-lines mono",
            for (number , line) in text.lines().enumerate() {
                Line { key: "{number}", line: line.to_owned() }
            }
        }
    }
}

/// A line, in which the name of a variable stands out.
#[component]
fn Line(line: String) -> Element {
    let named = [CI_TOKEN, SEED].into_iter().find_map(|name| {
        let (before, after) = line.split_once(name)?;
        Some((before.to_owned(), name, after.to_owned()))
    });
    rsx! {
        div { class: "block-line",
            match named {
                Some((before, name, after)) => rsx! {
                    "{before}"
                    span { class: "block-name", "{name}" }
                    "{after}"
                },
                None => rsx! { "{line}" },
            }
        }
    }
}

/// The lines that use what was stored so.
#[component]
fn Usage(format: Format) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let issuance = sheet.issuance.read();
    let text = match (issuance.as_ref(), format.usage) {
        (Some(issuance), Some(usage)) => usage(&issuance.subject()),
        _ => return rsx! {},
    };
    rsx! {
        div { class: "block-usage",
            p { "Where it is used:" }
            pre { class: "mono selectable", "{text}" }
        }
    }
}
