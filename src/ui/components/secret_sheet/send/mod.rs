//! Where the values are sent: a destination that is typed, those to which this token's were sent before, and how each stands.

mod form;
mod line;

use dioxus::prelude::*;

use super::{ID, use_focus};
use crate::state::{AppState, SheetPage};
use crate::ui::elements::{Button, ButtonKind, DialogActions, DialogBody, DialogHead, Icon};
use crate::ui::intent::{SheetIntent, use_send};
use form::Form;
use line::Line;

#[component]
pub(super) fn Send(name: String) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    use_focus("#send-target");
    let lines = sheet.lines.read().clone();
    let open = lines.iter().filter(|line| line.can_be_sent()).count();
    let all_sent = !lines.is_empty() && lines.iter().all(|line| line.is_sent());
    rsx! {
        DialogHead { id: ID, icon: Icon::Send, title: "Send the secrets of {name}",
            "Your own tools put both values where your CI reads them: on their standard input, so that nobody has to copy them."
        }
        DialogBody {
            if !lines.is_empty() {
                ul { class: "destinations", role: "list",
                    for line in lines {
                        Line { key: "{line.destination}", line }
                    }
                }
            }
            Form {}
        }
        DialogActions {
            status: all_sent.then(|| rsx! { "Every destination has the values." }),
            Button { label: "Done", onclick: move |()| sheet.ask_to_close() }
            Button {
                label: "Back",
                onclick: move |()| sheet.turn_to(SheetPage::Values),
            }
            if open > 1 {
                Button {
                    kind: ButtonKind::Primary,
                    label: "Send to all {open}",
                    onclick: move |()| send.call(SheetIntent::SendToAll.into()),
                }
            }
        }
    }
}
