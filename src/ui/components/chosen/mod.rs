//! The bar below the table while tokens are chosen, and the menus of what is done with many.

mod exports;
mod menu;

use dioxus::prelude::*;

use crate::state::{AppState, BulkKind, Dialog};
use crate::ui::elements::{Button, ButtonKind, Icon, IconButton, MenuButton};
use text::grouped;

pub use menu::{ManyMenu, OpenMany, use_many_provider};

/// Opens the question for all chosen tokens.
pub(super) fn ask_for_all(state: AppState, kind: BulkKind) {
    let mut run = state.chosen.run;
    run.set(None);
    state.dialog.show(Dialog::Bulk(kind));
}

/// The bar; nothing as long as no token is chosen.
#[component]
pub fn ChosenBar() -> Element {
    let state = use_context::<AppState>();
    let mut open = use_context::<OpenMany>().0;
    let count = state.chosen.tokens.read().len();
    if count == 0 {
        return rsx! {};
    }
    let hidden = state.chosen.hidden.read().clone();
    let active = state.chosen.count(BulkKind::Revoke, &state.tokens);
    let shown = count.saturating_sub(hidden.len());
    rsx! {
        section { class: "chosen-bar", "aria-label": "Chosen tokens",
            p { class: "chosen-words", role: "status",
                strong { "{grouped(count)} chosen" }
                match hidden.len() {
                    0 => String::new(),
                    all if all == count => ", none of them shown".to_owned(),
                    some => format!(", {} of them not shown", grouped(some)),
                }
            }
            if !hidden.is_empty() && shown > 0 {
                Button {
                    kind: ButtonKind::Link,
                    label: "Only the {grouped(shown)} shown",
                    onclick: move |()| state.chosen.choose(hidden.iter().cloned(), false),
                }
            }
            div { class: "chosen-actions",
                IconButton {
                    icon: Icon::Close,
                    name: "Choose none",
                    title: "Choose none (Esc)",
                    onclick: move |()| state.chosen.clear(),
                }
                MenuButton {
                    label: "More",
                    spoken: "More for the chosen tokens",
                    expanded: *open.read() == Some(menu::Many::Chosen),
                    onclick: move |()| open.set(Some(menu::Many::Chosen)),
                }
                Button {
                    kind: ButtonKind::Danger,
                    icon: Icon::Ban,
                    label: "Revoke {grouped(active)}…",
                    disabled: active == 0,
                    onclick: move |()| ask_for_all(state, BulkKind::Revoke),
                }
            }
        }
    }
}
