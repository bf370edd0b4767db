//! Who holds the key could not be fetched, or is not shown to the user.

use dioxus::prelude::*;

use crate::state::{AppState, Section};
use crate::ui::components::use_ask_admin;
use crate::ui::elements::{Button, Icon, StateBlock, Tone};
use crate::ui::intent::{PlaceIntent, use_send};
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
                onclick: move |()| send.call(PlaceIntent::Show(Section::Access).into()),
            }
        }
    }
}

/// The server shows it to other roles.
#[component]
pub(super) fn NotAllowed() -> Element {
    let place = use_context::<AppState>().place;
    let ask = use_ask_admin("if you need to see it");
    let organization = place.organization.read();
    let organization = organization
        .as_ref()
        .map_or("the organisation", |it| it.name.as_str());
    let membership = place.membership.read();
    let role = membership.as_ref().and_then(|it| it.role.as_ref());
    let who = role.map_or(String::new(), |role| {
        format!("{}. ", text::standing(role, organization))
    });
    rsx! {
        StateBlock {
            icon: Icon::Shield,
            title: "Who holds the key is not shown to you",
            text: "{who}Environment keys, and who holds them, are shown to developers and admins. {ask}",
        }
    }
}
