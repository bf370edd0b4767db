//! Who the user is here, in words that several places need.

use dioxus::prelude::*;

use crate::state::AppState;

/// "Ask Grace Hopper, an admin of Northwind": whom to ask for what only admins may do. `to` is what for, and may be empty.
pub fn use_ask_admin(to: &str) -> String {
    let place = use_context::<AppState>().place;
    let organization = place.organization.read();
    let organization = organization
        .as_ref()
        .map_or("the organisation", |it| it.name.as_str());
    text::ask_an_admin(place.membership.read().as_ref(), organization, to)
}
