//! A row of the table; below 640 px the style sheet makes a card of it.

use dioxus::prelude::*;

use super::columns::{cell, columns, content};
use super::name::name_and_place;
use super::pick::{Pick, pick};
use super::{OpenMenu, Shown, TabStop};
use crate::state::{AppState, ConfirmKind};
use crate::ui::components::{ask, no_token_because, seen};
use crate::ui::elements::{Badge, Icon, IconButton, Tone};
use model::TokenColumn;
use protocol::{DeployToken, UnreadEntry};

#[component]
pub(super) fn TokenRow(token: DeployToken, index: usize, tab_stop: bool) -> Element {
    let state = use_context::<AppState>();
    let mut stop = use_context::<TabStop>().0;
    let mut menu = use_context::<OpenMenu>().0;
    let active = token.may_be_active();
    let opened = menu.read().as_ref().is_some_and(|it| it.id == token.id);
    let highlighted = state.tokens.highlighted.read().as_ref() == Some(&token.id);
    let for_menu = token.clone();
    let (shown, by_keys) = (use_context::<Shown>(), token.id.clone());
    let why_not = no_token_because(&state.place.key.read());
    // Only the buttons of the row that has the Tab key are on its way.
    let tabindex = (!tab_stop).then_some(-1);
    rsx! {
        tr {
            class: "token",
            role: "row",
            "data-row": "{index}",
            "data-dim": if !active { "true" },
            "data-open": if opened { "true" },
            "data-highlighted": if highlighted { "true" },
            "aria-rowindex": "{index + 2}",
            "aria-label": "{seen(&token.name)}",
            tabindex: if tab_stop { "0" } else { "-1" },
            onclick: move |event| {
                let keys = event.modifiers();
                if keys.shift() || keys.ctrl() || keys.meta() {
                    pick(state, shown, &by_keys, keys);
                }
            },
            onfocusin: move |_| {
                if *stop.peek() != index {
                    stop.set(index);
                }
            },
            td { class: "col-pick", role: "cell",
                Pick { token: token.clone() }
            }
            for (column , look) in columns() {
                {cell(column, look, content(column, &token))}
            }
            td { class: "col-actions", role: "cell",
                if active {
                    QuickAction {
                        icon: Icon::Rotate,
                        verb: "Rotate",
                        kind: ConfirmKind::Rotate,
                        token: token.clone(),
                        why_not,
                        tabindex,
                    }
                    QuickAction {
                        icon: Icon::Ban,
                        verb: "Revoke",
                        kind: ConfirmKind::Revoke,
                        token: token.clone(),
                        why_not: None,
                        tabindex,
                    }
                }
                IconButton {
                    icon: Icon::Dots,
                    name: "More actions for {seen(&token.name)}",
                    title: "More actions",
                    expanded: opened,
                    tabindex,
                    onclick: move |()| menu.set(Some(for_menu.clone())),
                }
            }
        }
    }
}

#[component]
fn QuickAction(
    icon: Icon,
    verb: &'static str,
    kind: ConfirmKind,
    token: DeployToken,
    why_not: Option<&'static str>,
    tabindex: Option<i32>,
) -> Element {
    let state = use_context::<AppState>();
    let title = why_not.map_or_else(|| format!("{verb}…"), str::to_owned);
    rsx! {
        span { class: "quick",
            IconButton {
                icon,
                name: "{verb} {seen(&token.name)}",
                title,
                disabled: why_not.is_some(),
                tabindex,
                onclick: move |()| ask(state, kind, token.clone()),
            }
        }
    }
}

/// An entry without an id: shown with where it is and what is missing, and in nobody's way. Nothing can be done with it, because
/// no call can name it.
#[component]
pub(super) fn BrokenRow(entry: UnreadEntry, index: usize) -> Element {
    let UnreadEntry {
        position,
        name,
        missing,
    } = entry;
    let id = format!("entry {position} of the list");
    let name = name.unwrap_or_else(|| "Unnamed entry".to_owned());
    rsx! {
        tr {
            class: "token broken",
            role: "row",
            "data-row": "{index}",
            "data-dim": "true",
            "aria-rowindex": "{index + 2}",
            tabindex: "-1",
            td { class: "col-pick", role: "cell" }
            for (column , look) in columns() {
                {cell(column, look, match column {
                    TokenColumn::Name => name_and_place(&name, &id),
                    TokenColumn::Status => rsx! {
                        Badge { tone: Tone::Warn, text: "Unreadable" }
                    },
                    TokenColumn::LastUsed => rsx! {
                        Reason { missing }
                    },
                    _ => rsx! {},
                })}
            }
            td { class: "col-actions" }
        }
    }
}

#[component]
fn Reason(missing: &'static str) -> Element {
    rsx! {
        span {
            class: "broken-words cut",
            title: "The server's record of this token cannot be read: {missing} is missing or wrong.",
            "{missing} is missing or wrong"
        }
    }
}
