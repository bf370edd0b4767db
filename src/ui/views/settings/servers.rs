//! The servers that were open on this machine, who is signed in at each, and the way back there.

use dioxus::prelude::*;

use crate::state::{AppState, SessionKind, address_host};
use crate::ui::components::{Name, seen};
use crate::ui::elements::{Badge, Button, Tone};
use crate::ui::intent::{SessionIntent, use_send};
use model::KnownServer;

/// Nothing where no server was ever open.
#[component]
pub(super) fn ServersCard() -> Element {
    let state = use_context::<AppState>();
    let known = state.session.known.read();
    let is_server = *state.session.kind.read() != SessionKind::Local;
    let origin = state.place.origin.read();
    if known.is_empty() {
        return rsx! {};
    }
    rsx! {
        section { class: "settings-card", "aria-labelledby": "servers",
            h2 { id: "servers", "Servers" }
            ul { class: "own-devices", role: "list", "aria-labelledby": "servers",
                for server in known.iter().cloned() {
                    ServerLine {
                        key: "{server.address}",
                        is_open: is_server && address_host(&server.address) == *origin,
                        server,
                    }
                }
            }
        }
    }
}

#[component]
fn ServerLine(server: KnownServer, is_open: bool) -> Element {
    let send = use_send();
    let KnownServer { address, person } = server;
    let (host, title) = (seen(&address_host(&address)), seen(&address));
    rsx! {
        li { class: "own-device",
            div { class: "own-device-words",
                p { class: "own-device-name cut selectable", title: "{title}", "{host}" }
                p { class: "own-device-about",
                    match person {
                        Some(person) => rsx! {
                            "Signed in as "
                            Name { text: person }
                        },
                        None => rsx! { "Nobody is known to be signed in" },
                    }
                }
            }
            div { class: "own-device-side",
                if is_open {
                    Badge { tone: Tone::Ok, text: "Open" }
                } else {
                    Button {
                        label: "Open {host}",
                        short: "Open",
                        onclick: move |()| send.call(SessionIntent::SwitchTo(address.clone()).into()),
                    }
                }
            }
        }
    }
}
