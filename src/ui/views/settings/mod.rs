//! This machine as a device, who the user is, what is checked, the session, and what the program is.

mod about;
mod check;
mod device;
mod devices;
mod person;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, SessionKind};
use crate::ui::elements::Button;
use crate::ui::intent::{SessionIntent, use_send};

use about::AboutCard;
use check::CheckCard;
use device::DeviceCard;
use devices::DevicesCard;
use person::PersonCard;

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
            DevicesCard {}
            PersonCard {}
            CheckCard {}
            SessionCard {}
            AboutCard {}
        }
    }
}

#[component]
fn SessionCard() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let origin = state.place.origin.read().clone();
    let kind = *state.session.kind.read();
    rsx! {
        section { class: "settings-card", "aria-labelledby": "session",
            h2 { id: "session",
                if kind == SessionKind::Local { "Local workspace" } else { "Session" }
            }
            p { class: "selectable",
                match kind {
                    SessionKind::Local => "Everything is on this computer. There is no session; the workspace's keys are in its folder, readable by its owner alone.".to_owned(),
                    SessionKind::Given => format!("Signed in at {origin} with GHOSTABLE_TOKEN, for as long as this window is open."),
                    SessionKind::Kept => format!("Signed in at {origin}. The session is in this machine's keychain."),
                }
            }
            div { class: "settings-buttons",
                Button {
                    label: if kind == SessionKind::Local { "Sign in to a server…" } else { "Switch workspace…" },
                    title: "Shows the ways in. Nothing is forgotten.",
                    onclick: move |()| send.call(SessionIntent::Leave.into()),
                }
                if kind == SessionKind::Kept {
                    Button {
                        label: "Sign out…",
                        onclick: move |()| state.dialog.show(Dialog::SignOut { failed: false }),
                    }
                }
            }
        }
    }
}
