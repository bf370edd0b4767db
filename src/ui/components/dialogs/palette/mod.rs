//! The palette: every environment of every project, every page, and what can be done with a token, by a few letters.

mod choices;
mod folder;
mod matching;

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::components::{MessageText, Name, ask, create, seen};
use crate::ui::elements::{
    Button, Combobox, Dialog, DialogActions, DialogBody, DialogHead, Glyph, Icon, Notice, Tone,
};
use crate::ui::intent::{PlaceIntent, TokenIntent, use_send};
use crate::ui::viewport::use_viewport;

use choices::{Choice, Goal, Mark, choices};
use folder::FolderLine;
use matching::found;

const ID: &str = "palette";
const LIST: &str = "palette-list";

/// The dialog.
#[component]
pub fn PaletteDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let cards = *use_viewport().cards.read();
    let mut typed = use_signal(String::new);
    let mut at = use_signal(|| 0_usize);
    use_hook(|| send.call(PlaceIntent::LookElsewhere.into()));
    // What there is changes seldom, and each letter only chooses among it.
    let is_searching = use_memo(move || !typed.read().trim().is_empty());
    let all = use_memo(move || choices(state, *is_searching.read()));
    let matching = use_memo(move || found(&all.read(), &typed.read()));
    let choose = use_callback(move |index: usize| {
        if let Some(choice) = matching.read().get(index).cloned() {
            state.dialog.close();
            match choice.goal {
                Goal::Environment(project, environment) => {
                    send.call(PlaceIntent::OpenPlace(project, environment).into());
                }
                Goal::Project(project) => send.call(PlaceIntent::OpenProject(project).into()),
                Goal::Page(page) => send.call(PlaceIntent::Show(page).into()),
                Goal::Create => create(state),
                Goal::Details(token) => send.call(TokenIntent::ShowDetails(token.id.clone()).into()),
                Goal::Ask(kind, token) => ask(state, kind, (*token).clone()),
            }
        }
    });
    let step = move |by: isize| {
        let count = matching.read().len().max(1);
        let next = (*at.peek())
            .saturating_add_signed(by)
            .min(count.saturating_sub(1));
        at.set(next);
        document::eval(&format!(
            "document.getElementById('{LIST}-{next}')?.scrollIntoView({{ block: 'nearest' }});"
        ));
    };
    let lines = matching.read();
    let chosen = (*at.read()).min(lines.len().saturating_sub(1));
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, title: "Go to" }
            DialogBody {
                Combobox {
                    id: "palette-search",
                    label: "Search places and actions",
                    placeholder: "An environment, a project, a page, a token",
                    list: LIST,
                    active: (!lines.is_empty()).then(|| format!("{LIST}-{chosen}")),
                    // On a phone the keyboard would cover the list.
                    autofocus: !cards,
                    oninput: move |text| {
                        typed.set(text);
                        at.set(0);
                    },
                    onstep: step,
                    onchoose: move |()| choose.call(*at.peek()),
                }
                ul { id: LIST, class: "palette-list", role: "listbox", "aria-label": "Places and actions",
                    for (index , choice) in lines.iter().cloned().enumerate() {
                        Line {
                            key: "{index}-{choice.label}-{choice.beside}",
                            index,
                            choice,
                            chosen: index == chosen,
                            onchoose: choose,
                        }
                    }
                }
                p { class: "spoken", role: "status",
                    if lines.is_empty() {
                        "Nothing matches."
                    } else {
                        "{lines.len()} found."
                    }
                }
                for message in state.place.unlisted.read().iter().map(text::emergency::unlisted) {
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

#[component]
fn Line(index: usize, choice: Choice, chosen: bool, onchoose: Callback<usize>) -> Element {
    let Choice {
        mark,
        label,
        beside,
        current,
        ..
    } = choice;
    rsx! {
        li {
            id: "{LIST}-{index}",
            class: "palette-line",
            role: "option",
            "aria-selected": if chosen { "true" } else { "false" },
            "aria-current": if current { "true" },
            title: "{seen(&label)} {seen(&beside)}",
            onclick: move |_| onchoose.call(index),
            match mark {
                Mark::Icon(icon) => rsx! {
                    Glyph { icon }
                },
                Mark::Place(kind) => rsx! {
                    span { class: "place-dot", "data-place": kind, "aria-hidden": "true" }
                },
            }
            span { class: "cut", Name { text: label.clone() } }
            span { class: "choice-owner cut", Name { text: beside.clone() } }
            if current {
                span { class: "current-mark", Glyph { icon: Icon::Check } }
            }
        }
    }
}
