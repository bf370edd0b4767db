//! The menu of a row.

use dioxus::prelude::*;

use super::OpenMenu;
use crate::state::{AppState, ConfirmKind};
use crate::ui::clock::use_clock;
use crate::ui::components::{Name, ask, no_token_because, seen};
use crate::ui::elements::{Icon, Menu, MenuItem, MenuLine};
use crate::ui::intent::{ProgramIntent, TokenIntent, use_send};
use model::{ClosedSheet, PublicText};
use protocol::Fingerprint;

/// The open row's menu, if one is open.
#[component]
pub fn RowMenu() -> Element {
    let state = use_context::<AppState>();
    let (send, clock) = (use_send(), use_clock());
    let mut open = use_context::<OpenMenu>().0;
    let question = use_callback(move |kind: ConfirmKind| {
        let token = open.peek().clone();
        open.set(None);
        if let Some(token) = token {
            ask(state, kind, token);
        }
    });
    let copy = use_callback(move |(what, text): (PublicText, String)| {
        open.set(None);
        send.call(ProgramIntent::CopyText(what, text).into());
    });
    let Some(token) = open.read().clone() else {
        return rsx! {};
    };
    let active = token.may_be_active();
    const REVOKED: &str = "It is revoked.";
    let over = (!active).then_some(REVOKED);
    let no_key = over.or(no_token_because(&state.place.key.read()));
    let being_replaced = state.tokens.is_being_replaced(&token);
    let print = token.fingerprint().map(Fingerprint::to_hex);
    let id = token.id.to_string();
    let shown = token.id.clone();
    let (picked, chosen) = (token.id.clone(), state.chosen.tokens.read().contains(&token.id));
    let label = format!("Actions for {}", seen(&token.name));
    let closed = state.tokens.closed_sheet(&token, *clock.now.read());
    rsx! {
        Menu { label, on_close: move |()| open.set(None),
            p { class: "menu-title cut", "aria-hidden": "true", Name { text: token.name.clone() } }
            MenuItem {
                icon: Icon::Eye,
                label: "Details",
                onselect: move |()| {
                    open.set(None);
                    send.call(TokenIntent::ShowDetails(shown.clone()).into());
                },
            }
            MenuItem {
                icon: Icon::Check,
                label: if chosen { "Choose no more" } else { "Choose" },
                onselect: move |()| {
                    open.set(None);
                    state.chosen.toggle(&picked);
                },
            }
            if let Some(sheet) = closed {
                ClosedItems { sheet }
            }
            MenuItem {
                icon: Icon::Rotate,
                label: "Rotate…",
                why_not: no_key,
                onselect: move |()| question.call(ConfirmKind::Rotate),
            }
            MenuItem {
                icon: Icon::UpDown,
                label: "Replace…",
                why_not: no_key.or(being_replaced.then_some("It is being replaced already.")),
                onselect: move |()| question.call(ConfirmKind::Replace),
            }
            MenuItem {
                icon: Icon::Ban,
                label: "Revoke…",
                danger: active,
                why_not: over,
                onselect: move |()| question.call(ConfirmKind::Revoke),
            }
            MenuItem {
                icon: Icon::Trash,
                label: "Delete…",
                danger: true,
                why_not: active.then_some("Revoke it first: a record is deleted when no runner can use it."),
                onselect: move |()| question.call(ConfirmKind::Delete),
            }
            MenuLine {}
            MenuItem {
                icon: Icon::Copy,
                label: "Copy id",
                onselect: move |()| copy.call((PublicText::Id, id.clone())),
            }
            MenuItem {
                icon: Icon::Copy,
                label: "Copy fingerprint",
                disabled: print.is_none(),
                onselect: move |()| copy.call((PublicText::Fingerprint, print.clone().unwrap_or_default())),
            }
        }
    }
}

/// Of a token whose sheet was closed a short time ago.
#[component]
fn ClosedItems(sheet: ClosedSheet) -> Element {
    let (send, clock) = (use_send(), use_clock());
    let mut open = use_context::<OpenMenu>().0;
    let left = text::time_left(sheet.until, *clock.now.read());
    let (again, forget) = (sheet.clone(), sheet);
    rsx! {
        MenuItem {
            icon: Icon::Key,
            label: "Show its values again ({left} left)",
            onselect: move |()| {
                open.set(None);
                send.call(TokenIntent::ShowAgain(again.clone()).into());
            },
        }
        MenuItem {
            icon: Icon::EyeOff,
            label: "Forget its values now",
            onselect: move |()| {
                open.set(None);
                send.call(TokenIntent::ForgetValues(forget.clone()).into());
            },
        }
        MenuLine {}
    }
}
