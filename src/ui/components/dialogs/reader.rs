//! Something to read that is inside the program: its passages, each opened by itself, and a search among them.

use std::rc::Rc;

use dioxus::prelude::*;

use crate::state::{AppState, Load};
use crate::ui::components::MessageText;
use crate::ui::elements::{
    Button, Dialog, DialogActions, DialogBody, DialogHead, DialogSize, Glyph, Icon, Notice, SearchField, Tone,
};
use crate::ui::viewport::use_viewport;
use model::{Document, Passage};
use text::grouped;

const ID: &str = "reader";

/// The dialog.
#[component]
pub fn ReaderDialog(document: Document) -> Element {
    let state = use_context::<AppState>();
    let passages = state.about.passages.read().clone();
    rsx! {
        Dialog { id: ID, size: DialogSize::Wide, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, title: document.title(),
                if document == Document::Licences {
                    p { "What is inside, and under which terms it is used here." }
                }
            }
            match passages {
                Load::Loading => rsx! {
                    DialogBody {
                        p { class: "working", role: "status", "Opening…" }
                    }
                },
                Load::Failed(message) => rsx! {
                    DialogBody {
                        Notice { tone: Tone::Danger, assertive: true, MessageText { message: text::explain(&message) } }
                    }
                },
                Load::Ready(passages) => rsx! {
                    Passages { passages: Shared(passages) }
                },
            }
            DialogActions {
                Button { label: "Close", onclick: move |()| state.dialog.close() }
            }
        }
    }
}

/// Compared by what it points to: the texts are long, and do not change.
#[derive(Clone)]
struct Shared(Rc<Vec<Passage>>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[component]
fn Passages(passages: Shared) -> Element {
    let cards = *use_viewport().cards.read();
    let mut search = use_signal(String::new);
    let open = use_signal(|| None::<usize>);
    let wanted = search.read().trim().to_lowercase();
    let fits =
        |it: &Passage| it.title.to_lowercase().contains(&wanted) || it.note.to_lowercase().contains(&wanted);
    let found: Vec<usize> = passages
        .0
        .iter()
        .enumerate()
        .filter(|(_, it)| fits(it))
        .map(|(at, _)| at)
        .collect();
    let count = match found.len() {
        1 => "1 entry".to_owned(),
        many => format!("{} entries", grouped(many)),
    };
    rsx! {
        div { class: "reader-search",
            SearchField {
                id: "reader-search",
                label: "Search headings",
                placeholder: "Search",
                value: search,
                // On a phone the keyboard would cover the list.
                autofocus: !cards,
                oninput: move |text| search.set(text),
            }
            p { class: "reader-count", role: "status", "{count}" }
        }
        DialogBody {
            ul { class: "passages", "aria-labelledby": "{ID}-title",
                for at in found {
                    Line { key: "{at}", passages: passages.clone(), at, open }
                }
            }
        }
    }
}

#[component]
fn Line(passages: Shared, at: usize, open: Signal<Option<usize>>) -> Element {
    let mut open = open;
    let Some(passage) = passages.0.get(at) else {
        return rsx! {};
    };
    let shown = *open.read() == Some(at);
    rsx! {
        li { class: "passage",
            button {
                class: "passage-head",
                r#type: "button",
                "aria-expanded": shown,
                onclick: move |_| open.set((!shown).then_some(at)),
                Glyph { icon: if shown { Icon::ChevronDown } else { Icon::ChevronRight }, size: 16 }
                span { class: "passage-title", "{passage.title}" }
                if !passage.note.is_empty() {
                    span { class: "passage-note", "{passage.note}" }
                }
            }
            if shown {
                div { class: "passage-text selectable", "{passage.text}" }
            }
        }
    }
}
