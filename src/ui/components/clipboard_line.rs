//! How long the clipboard goes on holding a secret, with a way to clear it at once.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{Button, ButtonKind, Glyph, Icon};
use crate::ui::intent::{ProgramIntent, use_send};

/// The countdown, while there is one. It is not read out each second.
#[component]
pub fn ClipboardLine(
    /// The class of the line, by where it stands.
    class: &'static str,
) -> Element {
    let clipboard = use_context::<AppState>().clipboard;
    let send = use_send();
    let Some(seconds) = *clipboard.seconds_left.read() else {
        return rsx! {};
    };
    rsx! {
        div { class, role: "timer", "aria-live": "off",
            Glyph { icon: Icon::Clock }
            p { "Clipboard is cleared in {seconds} s" }
            Button {
                kind: ButtonKind::Link,
                label: "Clear now",
                onclick: move |()| send.call(ProgramIntent::ClearClipboard.into()),
            }
        }
    }
}
