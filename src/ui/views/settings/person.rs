//! Who the user is in the open organisation: role, what it gives, and the admins.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::components::{Fact, Name, seen};
use model::Membership;
use protocol::Role;

/// Nothing while it is not known.
#[component]
pub(super) fn PersonCard() -> Element {
    let place = use_context::<AppState>().place;
    let organization = place.organization.read();
    let membership = place.membership.read();
    let (Some(organization), Some(membership)) = (organization.as_ref(), membership.as_ref()) else {
        return rsx! {};
    };
    let Membership { person, role, admins } = membership;
    let others = match role {
        Some(Role::Admin) => "Other admins",
        _ => "Admins",
    };
    rsx! {
        section { class: "settings-card", "aria-labelledby": "person",
            h2 { id: "person", "You in {seen(&organization.name)}" }
            dl { class: "facts",
                if let Some(person) = person {
                    Fact { name: "Name", Name { text: person } }
                }
                Fact { name: "Role",
                    match role {
                        Some(role) => rsx! {
                            "{text::role(role)}"
                            span { class: "fact-more", "{text::role_gives(role)}" }
                        },
                        None => rsx! { "not told by the server" },
                    }
                }
                if !admins.is_empty() {
                    Fact { name: others, "{seen(&admins.join(\", \"))}" }
                }
            }
        }
    }
}
