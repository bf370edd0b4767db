//! Icons: own drawings on a grid of 24, stroked in the colour of the text.

use dioxus::prelude::*;

/// A drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Activity,
    ArrowDown,
    ArrowUp,
    Ban,
    Check,
    ChevronDown,
    ChevronRight,
    ClipboardCheck,
    Clock,
    Close,
    Copy,
    Dots,
    Eye,
    EyeOff,
    Gear,
    Key,
    Laptop,
    Layers,
    Menu,
    Minus,
    Offline,
    Plus,
    Refresh,
    Rotate,
    Search,
    Send,
    Shield,
    Siren,
    Trash,
    UpDown,
    Warning,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Activity => "M3 12h3.6l3-8 4.8 16 3-8H21",
            Self::ArrowDown => "M12 5v14M6 13l6 6 6-6",
            Self::ArrowUp => "M12 19V5M6 11l6-6 6 6",
            Self::Ban => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M6 6l12 12",
            Self::Check => "M4.5 12.5l5 5 10-11",
            Self::ChevronDown => "M6 9.5l6 6 6-6",
            Self::ChevronRight => "M9.5 6l6 6-6 6",
            Self::ClipboardCheck => {
                "M8.5 5H6.7a2.2 2.2 0 0 0-2.2 2.2v11.1a2.2 2.2 0 0 0 2.2 2.2h10.6a2.2 2.2 0 0 0 2.2-2.2V7.2A2.2 2.2 0 0 \
                 0 17.3 5h-1.8M8.5 4.5A1.5 1.5 0 0 1 10 3h4a1.5 1.5 0 0 1 1.5 1.5v1A1.5 1.5 0 0 1 14 7h-4a1.5 1.5 0 0 \
                 1-1.5-1.5zM9 13.8l2.2 2.2 4-4.5"
            }
            Self::Clock => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7v5l3.2 2",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Copy => {
                "M9 11.2A2.2 2.2 0 0 1 11.2 9h7.1a2.2 2.2 0 0 1 2.2 2.2v7.1a2.2 2.2 0 0 1-2.2 2.2h-7.1A2.2 2.2 0 0 1 9 \
                 18.3zM5.7 15a2.2 2.2 0 0 1-2.2-2.2V5.7a2.2 2.2 0 0 1 2.2-2.2h7.1A2.2 2.2 0 0 1 15 5.7"
            }
            Self::Dots => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Eye => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM9.2 12a2.8 2.8 0 1 0 5.6 0a2.8 2.8 \
                 0 1 0-5.6 0"
            }
            Self::EyeOff => {
                "M10 5.7a8.6 8.6 0 0 1 2-.2c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.4 3.1M6.2 7.4A15.4 15.4 0 0 0 2.5 12S6 18.5 \
                 12 18.5a9 9 0 0 0 5.2-1.7M3.5 3.5l17 17M10 10a2.8 2.8 0 0 0 4 4"
            }
            Self::Gear => {
                "M8.8 12a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0M5.5 12a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M12 \
                 2.8v2.7M12 18.5v2.7M2.8 12h2.7M18.5 12h2.7M5.5 5.5l1.9 1.9M16.6 16.6l1.9 1.9M5.5 18.5l1.9-1.9M16.6 \
                 7.4l1.9-1.9"
            }
            Self::Key => {
                "M14.9 3a6.1 6.1 0 0 1 1.6 12 6 6 0 0 1-3.4-.3L11.4 16.4H9v2.3H6.7V21H3v-3.3l6.3-6.3A6.1 6.1 0 \
                 0 1 14.9 3zM16.3 7.7h.01"
            }
            Self::Laptop => {
                "M4.5 7a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v8.5h-15zM2.5 15.5h19v1a2.5 2.5 0 0 1-2.5 2.5H5a2.5 2.5 0 0 1-2.5-2.5z"
            }
            Self::Layers => "M12 3.5l8.5 4.5-8.5 4.5L3.5 8zM3.5 12l8.5 4.5 8.5-4.5M3.5 16l8.5 4.5 8.5-4.5",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Minus => "M6 12h12",
            Self::Offline => {
                "M3.5 3.5l17 17M8.5 16a5 5 0 0 1 6.4-.5M5.2 12.6a9.6 9.6 0 0 1 4.5-2.4M14.5 10.3a9.6 9.6 0 0 1 4.3 2.3M2 \
                 9a14 14 0 0 1 4.7-2.9M10.7 5a14.4 14.4 0 0 1 11.3 4M12 19.5h.01"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Refresh => "M20 12a8 8 0 1 1-2.4-5.7L20 8.6M20 4v4.6h-4.6",
            Self::Rotate => {
                "M20 11a8 8 0 0 0-13.9-4.2L4 9M4 4.4V9h4.6M4 13a8 8 0 0 0 13.9 4.2L20 15M20 19.6V15h-4.6"
            }
            Self::Search => "M4.5 11a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M15.8 15.8l4.7 4.7",
            Self::Send => "M21 3L10 14M21 3l-7 18-4-7-7-4z",
            Self::Shield => {
                "M12 3l7.5 2.8v5.7c0 4.6-3.2 8-7.5 9.5-4.3-1.5-7.5-4.9-7.5-9.5V5.8zM8.8 11.9l2.3 2.3 4.1-4.4"
            }
            Self::Siren => {
                "M7 17v-4.5a5 5 0 0 1 10 0V17M4.5 21v-1.8A2.2 2.2 0 0 1 6.7 17h10.6a2.2 2.2 0 0 1 2.2 2.2V21zM12 2.5V4M4.2 \
                 5.4l1.1 1.1M19.8 5.4l-1.1 1.1M2 12.5h1.5M20.5 12.5H22M12 12.5V17"
            }
            Self::Trash => {
                "M4 6.5h16M9.3 6.5V4.3h5.4v2.2M6 6.5l.8 12a2 2 0 0 0 2 2h6.4a2 2 0 0 0 2-2l.8-12M10 11v5.5M14 11v5.5"
            }
            Self::UpDown => "M8 9l4-4 4 4M8 15l4 4 4-4",
            Self::Warning => {
                "M10.6 4.8L2.9 18a1.6 1.6 0 0 0 1.4 2.4h15.4a1.6 1.6 0 0 0 1.4-2.4L13.4 4.8a1.6 1.6 0 0 0-2.8 0zM12 \
                 9.5v4.2M12 16.9h.01"
            }
        }
    }
}

/// An icon, 18 px unless told otherwise. Screen readers do not see it: the control beside it has the name.
#[component]
pub fn Glyph(icon: Icon, #[props(default = 18)] size: u32) -> Element {
    rsx! {
        svg {
            class: "glyph",
            "data-bold": if icon == Icon::Dots { "true" },
            width: "{size}",
            height: "{size}",
            view_box: "0 0 24 24",
            fill: "none",
            stroke: "currentColor",
            stroke_linecap: "round",
            stroke_linejoin: "round",
            "aria-hidden": "true",
            path { d: icon.path() }
        }
    }
}

/// A turning ring: something is under way. The words beside it say what.
#[component]
pub fn Spinner() -> Element {
    rsx! {
        span { class: "spinner", "aria-hidden": "true" }
    }
}
