//! This machine as a device, and the session.

mod device;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog};
use crate::ui::elements::{Button, ButtonKind};
use crate::ui::intent::{Intent, use_send};

use device::DeviceCard;

/// The page.
#[component]
pub fn SettingsView() -> Element {
    rsx! {
        main { class: "main settings", "aria-labelledby": "page-title",
            header { class: "page-top",
                div { class: "page-words",
                    h1 { id: "page-title", class: "page-title settings-title", tabindex: "-1", "Settings" }
                }
            }
            DeviceCard {}
            SessionCard {}
        }
    }
}

#[component]
fn SessionCard() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let origin = state.place.origin.read().clone();
    let local = *state.session.is_local.read();
    rsx! {
        section { class: "settings-card", "aria-labelledby": "session",
            h2 { id: "session", if local { "Local workspace" } else { "Session" } }
            if local {
                p { "Everything is on this computer. There is no session; the workspace's keys are in its folder, readable by its owner alone." }
                div { class: "settings-buttons",
                    Button {
                        label: "Sign in to a server…",
                        onclick: move |()| send.call(Intent::Leave),
                    }
                }
            } else {
                p { class: "selectable", "Signed in at {origin}. The session is in this machine's keychain." }
                div { class: "settings-buttons",
                    Button {
                        label: "Open something else…",
                        title: "Shows the ways in. The session stays.",
                        onclick: move |()| send.call(Intent::Leave),
                    }
                    Button {
                        kind: ButtonKind::Plain,
                        label: "Sign out…",
                        onclick: move |()| state.dialog.show(Dialog::SignOut { failed: false }),
                    }
                }
            }
        }
    }
}
