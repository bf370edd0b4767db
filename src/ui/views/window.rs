//! The window: sidebar, page, and what floats above them.
//!
//! Needs [`AppState`](crate::state::AppState) and [`Send`](crate::ui::intent::Send) in the context.

use dioxus::prelude::*;

use super::EnvironmentView;
use super::emergency::EmergencyView;
use crate::state::{AppState, Section};
use crate::ui::clock::use_clock_provider;
use crate::ui::components::{Dialogs, Keyboard, Navigation, SecretSheet, Sidebar, Toaster};
use crate::ui::viewport::Viewport;

/// The whole window.
#[component]
pub fn Window() -> Element {
    use_clock_provider();
    let viewport = use_context_provider(Viewport::make);
    let section = *use_context::<AppState>().section.read();
    rsx! {
        div { class: "window", onresize: move |event| viewport.resized(&event),
            Keyboard {}
            Sidebar {}
            match section {
                Section::Emergency => rsx! {
                    EmergencyView {}
                },
                _ => rsx! {
                    EnvironmentView {}
                },
            }
            Navigation {}
            Dialogs {}
            SecretSheet {}
            Toaster {}
        }
    }
}
