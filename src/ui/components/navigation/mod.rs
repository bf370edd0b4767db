//! Moving between the pages: along the bottom of a narrow window, and the emergency's line in the sidebar.

use dioxus::prelude::*;

use crate::state::{AppState, Section};
use crate::ui::elements::{Glyph, Icon};

const PAGES: [(Section, Icon, &str); 4] = [
    (Section::Tokens, Icon::Key, "Tokens"),
    (Section::Emergency, Icon::Siren, "Emergency"),
    (Section::Access, Icon::Shield, "Access"),
    (Section::Settings, Icon::Gear, "Settings"),
];

/// The pages along the bottom; only a narrow window shows it.
#[component]
pub fn Navigation() -> Element {
    let mut section = use_context::<AppState>().section;
    let open = *section.read();
    rsx! {
        nav { class: "navigation", "aria-label": "Pages",
            for (page , icon , label) in PAGES {
                button {
                    key: "{label}",
                    r#type: "button",
                    class: "navigation-item",
                    "data-danger": if page == Section::Emergency { "true" },
                    "aria-current": if page == open { "page" },
                    onclick: move |_| section.set(page),
                    Glyph { icon, size: 22 }
                    span { class: "cut", "{label}" }
                }
            }
        }
    }
}

/// The line of the emergency in the sidebar.
#[component]
pub fn EmergencyLine() -> Element {
    let mut section = use_context::<AppState>().section;
    let open = *section.read() == Section::Emergency;
    rsx! {
        li {
            button {
                r#type: "button",
                class: "sidebar-line",
                "aria-current": if open { "page" },
                title: "Emergency (Ctrl Shift E)",
                onclick: move |_| section.set(Section::Emergency),
                Glyph { icon: Icon::Siren }
                span { class: "cut", "Emergency" }
            }
        }
    }
}
