//! Who holds the key could not be fetched.

use dioxus::prelude::*;

use crate::state::Section;
use crate::ui::elements::{Button, Icon, StateBlock, Tone};
use crate::ui::intent::{Intent, use_send};
use text::Message;

#[component]
pub(super) fn Failed(message: Message) -> Element {
    let send = use_send();
    rsx! {
        StateBlock {
            icon: Icon::Offline,
            tone: Tone::Danger,
            title: message.what.trim_end_matches('.').to_owned(),
            text: message.next,
            Button {
                icon: Icon::Refresh,
                label: "Retry",
                onclick: move |()| send.call(Intent::Show(Section::Access)),
            }
        }
    }
}
