//! The choices of the welcome view.

use dioxus::prelude::*;

use crate::state::{AppState, CommandLineOffer, address_host};
use crate::ui::components::Name;
use crate::ui::elements::{Button, ButtonKind, Glyph, Icon, TextField};
use crate::ui::intent::{SessionIntent, use_send};
use model::KnownServer;

#[component]
pub(super) fn Ways() -> Element {
    let session = use_context::<AppState>().session;
    let send = use_send();
    let offer = session.command_line.read().clone();
    let has_local = *session.has_local.read();
    let host = address_host(&session.address.read());
    let is_wrong = session.wrong_address.read().is_some();
    // The one main action of the view.
    let kind = if offer.is_some() {
        ButtonKind::Plain
    } else {
        ButtonKind::Primary
    };
    rsx! {
        if let Some(offer) = offer {
            CommandLineWay { offer }
        }
        KnownServers {}
        div { class: "ways", "data-one": if !has_local { "true" },
            section { class: "welcome-card way", "aria-labelledby": "way-server",
                span { class: "way-icon", Glyph { icon: Icon::Shield, size: 20 } }
                h2 { id: "way-server", "Sign in to Ghostable" }
                if is_wrong {
                    p { "The deploy tokens of your team. The address below cannot be used." }
                } else {
                    p { "The deploy tokens of your team, at {host}. Your browser opens to confirm it." }
                }
                Button { kind, label: "Sign in", disabled: is_wrong, onclick: move |()| send.call(SessionIntent::SignIn.into()) }
            }
            if has_local {
                section { class: "welcome-card way", "aria-labelledby": "way-local",
                    span { class: "way-icon", Glyph { icon: Icon::Laptop, size: 20 } }
                    h2 { id: "way-local", "Use a local workspace" }
                    p { "No account needed: the same API on this computer alone, with sample data to try everything on." }
                    Button {
                        label: "Open the local workspace",
                        onclick: move |()| send.call(SessionIntent::OpenLocal.into()),
                    }
                }
            }
        }
        Advanced {}
    }
}

/// The ways back to the servers that were open before: their sessions are kept.
#[component]
fn KnownServers() -> Element {
    let session = use_context::<AppState>().session;
    let send = use_send();
    let known = session.known.read();
    if known.is_empty() {
        return rsx! {};
    }
    rsx! {
        section { class: "welcome-card known-servers", "aria-labelledby": "known-servers",
            h2 { id: "known-servers", "Where you were" }
            ul { role: "list",
                for KnownServer { address, person } in known.iter().cloned() {
                    li { key: "{address}",
                        button {
                            r#type: "button",
                            class: "known-server",
                            title: "{address}",
                            onclick: {
                                let address = address.clone();
                                move |_| send.call(SessionIntent::OpenServer(address.clone()).into())
                            },
                            Glyph { icon: Icon::Shield, size: 16 }
                            span { class: "cut",
                                {address_host(&address)}
                                if let Some(person) = person {
                                    span { class: "known-person", " · " Name { text: person } }
                                }
                            }
                            Glyph { icon: Icon::ChevronRight, size: 16 }
                        }
                    }
                }
            }
        }
    }
}

/// The command line is signed in on this machine.
#[component]
fn CommandLineWay(offer: CommandLineOffer) -> Element {
    let send = use_send();
    let person = offer.person;
    rsx! {
        section { class: "welcome-card way-first", "aria-labelledby": "way-command-line",
            div { class: "way-words",
                h2 { id: "way-command-line", class: "selectable", "Continue as {person}" }
                if offer.can_share {
                    p { "The Ghostable command line is signed in on this machine. This app gets a device of its own, and the command line's device shares every key with it at once." }
                } else {
                    p { "The Ghostable command line is signed in on this machine, but has no device that could share keys. This app gets a device of its own; a colleague then shares the keys with it." }
                }
            }
            div { class: "sign-in-buttons",
                Button {
                    kind: ButtonKind::Primary,
                    label: "Continue with a new device",
                    onclick: move |()| send.call(SessionIntent::ContinueWithNewDevice.into()),
                }
                if offer.can_share {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Use the command line's own device…",
                        onclick: move |()| send.call(SessionIntent::AskForItsDevice.into()),
                    }
                }
            }
        }
    }
}

#[component]
fn Advanced() -> Element {
    let session = use_context::<AppState>().session;
    let wrong = session
        .wrong_address
        .read()
        .as_ref()
        .map(|it| text::explain(it).to_string());
    let send = use_send();
    let mut open = use_signal(|| false);
    rsx! {
        div { class: "advanced",
            button {
                r#type: "button",
                class: "advanced-toggle",
                "aria-expanded": *open.read(),
                onclick: move |_| open.toggle(),
                Glyph { icon: if *open.read() { Icon::ChevronDown } else { Icon::ChevronRight }, size: 14 }
                "Advanced"
            }
            if *open.read() {
                TextField {
                    id: "api-address",
                    label: "Address of the API",
                    value: session.address,
                    error: wrong,
                    mono: true,
                    oninput: move |text| send.call(SessionIntent::AddressTyped(text).into()),
                }
                p { class: "fine-print",
                    "https only, except on this computer. GHOSTABLE_API or --api set it for one start."
                }
            }
        }
    }
}
