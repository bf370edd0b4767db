//! Writing the holders into a file, for an audit.

use dioxus::prelude::*;

use crate::state::{AppState, Load, shown_holders};
use crate::ui::elements::{Icon, Menu, MenuItem};
use crate::ui::intent::{AccessIntent, use_send};
use model::ExportForm;

/// The menu, if it is open; render it outside of what scrolls.
#[component]
pub(super) fn ExportMenu(open: Signal<bool>) -> Element {
    let access = use_context::<AppState>().access;
    let send = use_send();
    let mut open = open;
    let export = use_callback(move |form: ExportForm| {
        open.set(false);
        let shown = match &*access.holders.peek() {
            Load::Ready(holders) => shown_holders(&holders.list, &access.search.peek(), *access.sort.peek()),
            _ => return,
        };
        send.call(AccessIntent::Export(form, shown).into());
    });
    if !*open.read() {
        return rsx! {};
    }
    rsx! {
        Menu { label: "Export who holds the key", on_close: move |()| open.set(false),
            MenuItem {
                icon: Icon::ArrowDown,
                label: "Export as CSV",
                onselect: move |()| export.call(ExportForm::Csv),
            }
            MenuItem {
                icon: Icon::ArrowDown,
                label: "Export as JSON",
                onselect: move |()| export.call(ExportForm::Json),
            }
        }
    }
}
