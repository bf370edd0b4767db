//! The window: sidebar, page, and what floats above them.
//!
//! Needs [`AppState`](crate::state::AppState) and [`Send`](crate::ui::intent::Send) in the context.

use dioxus::prelude::*;

use super::EnvironmentView;
use crate::ui::clock::use_clock_provider;
use crate::ui::components::{Dialogs, Keyboard, SecretSheet, Sidebar, Toaster};
use crate::ui::viewport::Viewport;

/// The whole window.
#[component]
pub fn Window() -> Element {
    use_clock_provider();
    let viewport = use_context_provider(Viewport::make);
    rsx! {
        div { class: "window", onresize: move |event| viewport.resized(&event),
            Keyboard {}
            Sidebar {}
            EnvironmentView {}
            Dialogs {}
            SecretSheet {}
            Toaster {}
        }
    }
}
