//! What stands in the place of the tokens for somebody who is no admin: whom to ask, and what there is to do all the same.

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, Section};
use crate::ui::components::use_ask_admin;
use crate::ui::elements::{Button, Icon, StateBlock};
use crate::ui::intent::{PlaceIntent, use_send};
use protocol::Role;
use text::plural;

/// Who one is, whom to ask, and what one can do here.
#[component]
pub(super) fn ForAdmins() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let ask = use_ask_admin("");
    let organization = state.place.organization.read();
    let organization = organization
        .as_ref()
        .map_or("the organisation", |it| it.name.as_str());
    let membership = state.place.membership.read();
    let role = membership.as_ref().and_then(|it| it.role.as_ref());
    let who = role.map_or(String::new(), |role| {
        format!("{}. ", text::standing(role, organization))
    });
    let can = match role {
        Some(Role::Admin | Role::Other(_)) | None => "Access shows who holds the environment's key.",
        Some(Role::Developer) => {
            "You can see who holds the environment's key, share it again, and answer who waits for it."
        }
        Some(Role::ReadOnly) => "You can see who holds the environment's key.",
        Some(Role::Auditor | Role::BillingOnly) => {
            "Who holds the environment's key is not for your role, either."
        }
    };
    let sees_keys = !matches!(role, Some(Role::Auditor | Role::BillingOnly));
    let requests = state.access.requests.read().count() + state.access.lacking.read().len();
    rsx! {
        StateBlock {
            icon: Icon::Shield,
            title: "Deploy tokens are for admins",
            text: "{who}Only admins see deploy tokens, and create, rotate or revoke them. {ask} {can}",
            if sees_keys {
                Button {
                    icon: Icon::Shield,
                    label: "Show access",
                    onclick: move |()| send.call(PlaceIntent::Show(Section::Access).into()),
                }
            }
            if matches!(role, Some(Role::Auditor)) {
                Button {
                    icon: Icon::Activity,
                    label: "Show activity",
                    onclick: move |()| send.call(PlaceIntent::Show(Section::Activity).into()),
                }
            }
            if requests > 0 {
                Button {
                    icon: Icon::ClipboardCheck,
                    label: "Show {plural(requests, \"request\")}",
                    onclick: move |()| state.dialog.show(Dialog::Requests),
                }
            }
        }
    }
}
