//! The line about a key that cannot be shared as it is, with the way out that the user can take.

use dioxus::prelude::*;

use super::{MessageText, use_ask_admin};
use crate::state::{AppState, Dialog};
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use model::WayOut;

fn label(way: &WayOut) -> &'static str {
    match way {
        WayOut::FirstKey => "Make the first key…",
        WayOut::FurtherKey => "Make a new key…",
        WayOut::FormerName(_) => "Re-share under the new name…",
        WayOut::Unnamed => "Seal it anew…",
    }
}

/// What the matter is, and the button; somebody else is named where the way is not the user's to take.
#[component]
pub(super) fn WayOutNotice(way: WayOut) -> Element {
    let state = use_context::<AppState>();
    let ask = use_ask_admin(if way.makes_a_key() {
        "to make one"
    } else {
        "to seal it anew"
    });
    let membership = state.place.membership.read();
    let is_closed = membership
        .as_ref()
        .is_some_and(|it| it.is_without_sharing() || way.makes_a_key() && it.is_without_tokens());
    let message = text::way_out(&way);
    let tone = match way {
        WayOut::FirstKey => Tone::Neutral,
        _ => Tone::Warn,
    };
    if is_closed {
        return rsx! {
            Notice { tone, icon: Icon::Key,
                strong { "{message.what}" }
                if way.makes_a_key() {
                    " A new key is sealed for deploy tokens, too, which only admins see. {ask}"
                } else {
                    " {ask}"
                }
            }
        };
    }
    let asked = way.clone();
    rsx! {
        Notice {
            tone,
            icon: Icon::Key,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: label(&way),
                    onclick: move |()| state.dialog.show(Dialog::WayOut(asked.clone())),
                }
            },
            MessageText { message }
        }
    }
}
