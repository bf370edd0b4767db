//! This machine as a device, who the user is, sessions, what was chosen of the window, and what the program is.

mod about;
mod check;
mod device;
mod devices;
mod look;
mod person;
mod servers;
mod times;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, SessionKind};
use crate::ui::elements::Button;
use crate::ui::intent::{SessionIntent, use_send};

use about::AboutCard;
use check::CheckCard;
use device::DeviceCard;
use devices::DevicesCard;
use look::LookCard;
use person::PersonCard;
use servers::ServersCard;
use times::TimesCard;

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
            SessionCard {}
            ServersCard {}
            LookCard {}
            TimesCard {}
            CheckCard {}
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
                    SessionKind::Kept => match &*state.settings.key_file.read() {
                        None => format!("Signed in at {origin}. Session and keys are in this machine's keychain."),
                        Some(file) => format!("Signed in at {origin}. Session and keys are in the key file {}, which your passphrase opens.", file.display()),
                    },
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
