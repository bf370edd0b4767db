//! What is done with many tokens: with all that are chosen, or with what is shown.

use dioxus::prelude::*;

use super::ask_for_all;
use super::exports::Exports;
use crate::state::{AppState, BulkKind, Load, TokenHealth};
use crate::ui::clock::use_clock;
use crate::ui::components::{Shown, no_token_because};
use crate::ui::elements::{Icon, Menu, MenuItem, MenuLine};
use model::HealthLimits;
use protocol::{DeployToken, DeployTokenId, TokenEntry};

/// Which of the menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Many {
    /// For the chosen tokens.
    Chosen,
    /// For what is shown.
    Shown,
}

/// The one that is open.
#[derive(Clone, Copy, PartialEq)]
pub struct OpenMany(pub(super) Signal<Option<Many>>);

impl OpenMany {
    /// Whether the menu for what is shown is open.
    pub fn is_for_shown(&self) -> bool {
        *self.0.read() == Some(Many::Shown)
    }

    /// Opens the menu for what is shown.
    pub fn for_shown(mut self) {
        self.0.set(Some(Many::Shown));
    }
}

/// Puts the state of these menus into the context; render [`ManyMenu`] outside of what scrolls.
pub fn use_many_provider() {
    use_context_provider(|| OpenMany(Signal::new(None)));
}

/// The open menu, if one is open.
#[component]
pub fn ManyMenu() -> Element {
    let mut open = use_context::<OpenMany>().0;
    let close = use_callback(move |()| open.set(None));
    match *open.read() {
        None => rsx! {},
        Some(Many::Chosen) => rsx! {
            Menu { label: "For the chosen tokens", on_close: close,
                OfChosen { close }
            }
        },
        Some(Many::Shown) => rsx! {
            Menu { label: "For what is shown", on_close: close,
                OfShown { close }
            }
        },
    }
}

#[component]
fn OfChosen(close: Callback<()>) -> Element {
    let state = use_context::<AppState>();
    let ask = use_callback(move |kind| {
        close.call(());
        ask_for_all(state, kind);
    });
    let revoked = state.chosen.count(BulkKind::Delete, &state.tokens);
    let active = state.chosen.fit(BulkKind::Rotate, &state.tokens);
    let handed = state.tokens.handed.read();
    let is_sent = active
        .iter()
        .any(|it| handed.get(&it.id).is_some_and(|all| !all.is_empty()));
    const UNSENT: &str = "It is not known here where the values of any of them are. Rotate those one by one.";
    const REVOKED: &str = "All of them are revoked.";
    let no_new = (active.is_empty().then_some(REVOKED))
        .or(no_token_because(&state.place.key.read()))
        .or((!is_sent).then_some(UNSENT));
    let ids: Vec<DeployTokenId> = chosen(state);
    rsx! {
        MenuItem {
            icon: Icon::Rotate,
            label: "Rotate and send again…",
            why_not: no_new,
            onselect: move |()| ask.call(BulkKind::Rotate),
        }
        MenuItem {
            icon: Icon::UpDown,
            label: "Replace and send again…",
            why_not: no_new,
            onselect: move |()| ask.call(BulkKind::Replace),
        }
        MenuItem {
            icon: Icon::Trash,
            label: "Delete…",
            danger: true,
            why_not: (revoked == 0).then_some("None of them is revoked: a record is deleted when no runner can use it."),
            onselect: move |()| ask.call(BulkKind::Delete),
        }
        MenuLine {}
        Exports { ids, close }
    }
}

/// In the order of the list.
fn chosen(state: AppState) -> Vec<DeployTokenId> {
    let chosen = state.chosen.tokens.read();
    match &*state.tokens.entries.read() {
        Load::Ready(entries) => {
            let all = entries.iter().filter_map(TokenEntry::token).map(|it| &it.id);
            all.filter(|it| chosen.contains(it)).cloned().collect()
        }
        _ => Vec::new(),
    }
}

#[component]
fn OfShown(close: Callback<()>) -> Element {
    let state = use_context::<AppState>();
    let shown = use_context::<Shown>();
    let clock = use_clock();
    let ids = shown.ids(state.tokens);
    let now = *clock.now.read();
    let ending: Vec<DeployTokenId> = match &*state.tokens.entries.read() {
        Load::Ready(entries) => {
            let ends = |it: &&DeployToken| {
                matches!(
                    model::health(it, now, HealthLimits::USUAL),
                    TokenHealth::Expiring(_)
                )
            };
            let all = entries.iter().filter_map(TokenEntry::token).filter(ends);
            all.map(|it| it.id.clone()).collect()
        }
        _ => Vec::new(),
    };
    let days = HealthLimits::USUAL.ending;
    let no_new = ending
        .is_empty()
        .then_some("No token ends so soon.")
        .or(no_token_because(&state.place.key.read()));
    let all = ids.clone();
    rsx! {
        MenuItem {
            icon: Icon::Check,
            label: "Choose all that are shown",
            disabled: all.is_empty(),
            onselect: move |()| {
                close.call(());
                state.chosen.choose(all.iter().cloned(), true);
            },
        }
        MenuItem {
            icon: Icon::Rotate,
            label: "Rotate all that end within {days} days…",
            why_not: no_new,
            onselect: move |()| {
                close.call(());
                state.chosen.clear();
                state.chosen.choose(ending.iter().cloned(), true);
                ask_for_all(state, BulkKind::Rotate);
            },
        }
        MenuLine {}
        Exports { ids, close }
    }
}
