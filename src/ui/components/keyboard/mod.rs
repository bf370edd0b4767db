//! The keys of the window, in one place. The script watches the document, because a key pressed while nothing has the
//! focus reaches no component; it tells by a word what was asked for.

use dioxus::prelude::*;

use super::create;
use crate::state::{AppState, Dialog, Section};
use crate::ui::intent::{EmergencyIntent, PlaceIntent, use_send};

const WATCH: &str = include_str!("watch.js");

/// Listens for the window's shortcuts while it is there. Renders nothing.
#[component]
pub fn Keyboard() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let section = state.section;
    use_future(move || async move {
        let mut keys = document::eval(WATCH);
        while let Ok(asked) = keys.recv::<String>().await {
            match asked.as_str() {
                "create" => create(state),
                "emergency" => send.call(PlaceIntent::Show(Section::Emergency).into()),
                "refresh" if *section.peek() == Section::Emergency => {
                    send.call(EmergencyIntent::Look.into());
                }
                "refresh" => send.call(PlaceIntent::Refresh.into()),
                "keys" => state.dialog.show(Dialog::Keys),
                _ => {}
            }
        }
    });
    rsx! {}
}
