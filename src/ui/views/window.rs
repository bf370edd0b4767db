//! The window: sidebar, page, and what floats above them.
//!
//! Needs [`AppState`](crate::state::AppState) and [`Send`](crate::ui::intent::Send) in the context.

use dioxus::prelude::*;

use super::EnvironmentView;
use super::access::AccessView;
use super::activity::ActivityView;
use super::emergency::EmergencyView;
use super::everywhere::EverywhereView;
use super::settings::SettingsView;
use super::welcome::WelcomeView;
use crate::state::{AppState, Gate, Section};
use crate::ui::clock::use_clock_provider;
use crate::ui::components::{
    Dialogs, ExpiredDialog, Keyboard, Navigation, SecretSheet, Sidebar, ThemeRules, Toaster,
};
use crate::ui::elements::Above;
use crate::ui::viewport::Viewport;

/// The whole window.
#[component]
pub fn Window() -> Element {
    use_clock_provider();
    let viewport = use_context_provider(Viewport::make);
    let state = use_context::<AppState>();
    use_context_provider(|| {
        Above::make(|within| {
            rsx! {
                Toaster { within }
            }
        })
    });
    let gate = *state.session.gate.read();
    let section = *state.section.read();
    rsx! {
        ThemeRules {}
        div { class: "window", onresize: move |event| viewport.resized(&event),
            match gate {
                Gate::Welcome | Gate::Passphrase { .. } => rsx! {
                    WelcomeView {}
                },
                Gate::Inside | Gate::Expired => rsx! {
                    Keyboard {}
                    Sidebar {}
                    match section {
                        Section::Tokens => rsx! {
                            EnvironmentView {}
                        },
                        Section::Everywhere => rsx! {
                            EverywhereView {}
                        },
                        Section::Emergency => rsx! {
                            EmergencyView {}
                        },
                        Section::Access => rsx! {
                            AccessView {}
                        },
                        Section::Activity => rsx! {
                            ActivityView {}
                        },
                        Section::Settings => rsx! {
                            SettingsView {}
                        },
                    }
                    Navigation {}
                    SecretSheet {}
                },
            }
            Dialogs {}
            // After the other dialogs: it opens above them.
            if gate == Gate::Expired {
                ExpiredDialog {}
            }
            Toaster {}
        }
    }
}
