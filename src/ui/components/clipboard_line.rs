//! How long the clipboard goes on holding a secret, with a way to clear it at once.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{Button, ButtonKind, Glyph, Icon};
use crate::ui::intent::{ProgramIntent, use_send};

/// The countdown, while there is one.
#[component]
pub fn ClipboardLine() -> Element {
    let clipboard = use_context::<AppState>().clipboard;
    if clipboard.seconds_left.read().is_none() {
        return rsx! {};
    }
    rsx! {
        div { class: "toast",
            Glyph { icon: Icon::Clock }
            Countdown { before: "Clipboard is cleared in" }
        }
    }
}

/// The countdown in words, and the way to end it. It is not read out each second.
#[component]
pub fn Countdown(before: &'static str) -> Element {
    let clipboard = use_context::<AppState>().clipboard;
    let send = use_send();
    let Some(seconds) = *clipboard.seconds_left.read() else {
        return rsx! {};
    };
    rsx! {
        p { class: "countdown", role: "timer", "aria-live": "off", "{before} {seconds} s" }
        Button {
            kind: ButtonKind::Link,
            label: "Clear now",
            onclick: move |()| send.call(ProgramIntent::ClearClipboard.into()),
        }
    }
}
