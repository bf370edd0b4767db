//! Moving between the pages, along the bottom of a window that has no room for the sidebar.

use dioxus::prelude::*;

use crate::state::{AppState, Section};
use crate::ui::elements::{Glyph, Icon};
use crate::ui::intent::{PlaceIntent, use_send};

const PAGES: [(Section, Icon, &str); 5] = [
    (Section::Tokens, Icon::Key, "Tokens"),
    (Section::Emergency, Icon::Siren, "Emergency"),
    (Section::Access, Icon::Shield, "Access"),
    (Section::Activity, Icon::Activity, "Activity"),
    (Section::Settings, Icon::Gear, "Settings"),
];

/// The pages along the bottom; a wide window does not show it.
#[component]
pub fn Navigation() -> Element {
    let send = use_send();
    let open = *use_context::<AppState>().section.read();
    rsx! {
        nav { class: "navigation", "aria-label": "Pages",
            for (page , icon , label) in PAGES {
                button {
                    key: "{label}",
                    r#type: "button",
                    class: "navigation-item",
                    "data-danger": if page == Section::Emergency { "true" },
                    "aria-current": if page == open { "page" },
                    onclick: move |_| send.call(PlaceIntent::Show(page).into()),
                    Glyph { icon, size: 22 }
                    span { class: "cut", "{label}" }
                }
            }
        }
    }
}
