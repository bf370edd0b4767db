//! The keys of the window, in one place. The script watches the document, because a key pressed while nothing has the
//! focus reaches no component; it tells by a word what was asked for.

use dioxus::prelude::*;

use super::create;
use crate::state::{AppState, Dialog, KeyState, Section};
use crate::ui::intent::{AccessIntent, AuditIntent, EmergencyIntent, PlaceIntent, use_send};
use protocol::EnvironmentId;

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
                "create" if matches!(&*state.place.key.peek(), KeyState::NoDevice) => {
                    send.call(AccessIntent::AskToLink.into());
                }
                "create" => create(state),
                "palette" => state.dialog.show(Dialog::Palette),
                "emergency" => send.call(PlaceIntent::Show(Section::Emergency).into()),
                "refresh" if *section.peek() == Section::Emergency => {
                    send.call(EmergencyIntent::Look.into());
                }
                "refresh" if *section.peek() == Section::Everywhere => {
                    send.call(AuditIntent::Look.into());
                }
                "refresh" => send.call(PlaceIntent::Refresh.into()),
                "keys" => state.dialog.show(Dialog::Keys),
                number => {
                    if let Some(environment) = numbered(state, number) {
                        send.call(PlaceIntent::OpenEnvironment(environment).into());
                    }
                }
            }
        }
    });
    rsx! {}
}

/// The environment of the sidebar with this number, counted from one.
fn numbered(state: AppState, number: &str) -> Option<EnvironmentId> {
    let at = number.parse::<usize>().ok()?.checked_sub(1)?;
    let environments = state.place.environments.peek();
    environments.get(at).map(|it| it.id.clone())
}
