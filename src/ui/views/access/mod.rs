//! Who holds the key of the open environment, and who should not.

mod failed;
mod note;
mod row;

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, Holders, KeyState, Load, Section};
use crate::ui::components::PageTop;
use crate::ui::elements::{Button, ButtonKind, Icon, IconButton, Notice, Tone};
use crate::ui::intent::{AccessIntent, PlaceIntent, use_send};
use failed::Failed;
use model::{Flaw, Holder, HolderKind, Standing};
use note::Note;
use protocol::Fingerprint;
use row::HolderRow;
use text::plural;

/// The page.
#[component]
pub fn AccessView() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let held = matches!(&*state.place.key.read(), KeyState::Held { .. });
    rsx! {
        main { class: "main", "aria-labelledby": "page-title",
            PageTop { title: "Access",
                IconButton {
                    icon: Icon::Refresh,
                    name: "Refresh",
                    onclick: move |()| send.call(PlaceIntent::Show(Section::Access).into()),
                }
                Button {
                    kind: ButtonKind::Primary,
                    icon: Icon::Key,
                    label: text::RESHARE_KEY,
                    short: "Re-share",
                    title: if held { "Seal the key again for every active device and token" } else { "Only a device that holds the key can re-share it" },
                    disabled: !held,
                    onclick: move |()| send.call(AccessIntent::Reshare.into()),
                }
            }
            Content {}
        }
    }
}

#[component]
fn Content() -> Element {
    let state = use_context::<AppState>();
    match &*state.access.holders.read() {
        Load::Loading => rsx! {
            p { class: "working", role: "status", "Fetching who holds the key…" }
        },
        Load::Failed(problem) => rsx! {
            Failed { message: text::explain(problem) }
        },
        Load::Ready(Holders {
            list,
            disclosed,
            is_told,
            tokens_are_hidden,
        }) => rsx! {
            div { class: "notices",
                Waiting {}
                Flawed { list: list.clone() }
                Disclosed { disclosed: disclosed.clone() }
            }
            HolderTable { list: list.clone() }
            Note { is_told: *is_told, tokens_are_hidden: *tokens_are_hidden }
        },
    }
}

/// Others wait for keys; the sidebar that says so is not in a narrow window.
#[component]
fn Waiting() -> Element {
    let state = use_context::<AppState>();
    let count = state.access.requests.read().count();
    if count == 0 {
        return rsx! {};
    }
    rsx! {
        Notice {
            tone: Tone::Warn,
            icon: Icon::ClipboardCheck,
            actions: rsx! {
                Button {
                    kind: ButtonKind::Link,
                    label: "Show requests",
                    onclick: move |()| state.dialog.show(Dialog::Requests),
                }
            },
            strong { "{plural(count, \"request\")}" }
            " for keys that this device can share."
        }
    }
}

#[component]
fn Flawed(list: Vec<Holder>) -> Element {
    // That a token was revoked is how it should be.
    let wrong = |it: &&Holder| match (&it.standing, &it.kind) {
        (Standing::Flawed(Flaw::Revoked { .. }), HolderKind::Token { .. }) => false,
        (standing, _) => matches!(standing, Standing::Flawed(_)),
    };
    let flawed: Vec<&Holder> = list.iter().filter(wrong).collect();
    let [first, rest @ ..] = flawed.as_slice() else {
        return rsx! {};
    };
    rsx! {
        Notice { tone: Tone::Warn,
            strong { "{first.name}" }
            match rest.len() {
                0 => " needs a look: see why in its row.".to_owned(),
                1 => " and one more need a look: see why in their rows.".to_owned(),
                more => format!(" and {more} more need a look: see why in their rows."),
            }
        }
    }
}

/// Signing keys that anybody with two of their signatures can compute.
#[component]
fn Disclosed(disclosed: Vec<Fingerprint>) -> Element {
    if disclosed.is_empty() {
        return rsx! {};
    }
    let prints: Vec<String> = disclosed.iter().map(|print| print.short()).collect();
    rsx! {
        Notice { tone: Tone::Danger, icon: Icon::Warning, assertive: true,
            strong { "A signing key must be treated as disclosed." }
            " The device with the signing key {prints.join(\", \")} signs with the same nonce again and again, as the Ghostable command line does: whoever has two of its signatures can sign in its name. Link a new device in its place, and unlink it."
        }
    }
}

#[component]
fn HolderTable(list: Vec<Holder>) -> Element {
    let (devices, tokens): (Vec<Holder>, Vec<Holder>) = list
        .into_iter()
        .partition(|it| matches!(it.kind, HolderKind::Device { .. }));
    rsx! {
        Group { id: "devices", title: "Devices", list: devices }
        Group { id: "tokens", title: "Deploy tokens", list: tokens }
    }
}

#[component]
fn Group(id: &'static str, title: &'static str, list: Vec<Holder>) -> Element {
    if list.is_empty() {
        return rsx! {};
    }
    rsx! {
        section { class: "holders-group", "aria-labelledby": "holders-{id}",
            h2 { id: "holders-{id}", "{title}" }
            table { class: "holders", role: "table", "aria-labelledby": "holders-{id}",
                thead { role: "rowgroup",
                    tr { role: "row",
                        th { class: "holder-name", role: "columnheader", scope: "col", "Name" }
                        th { class: "holder-standing", role: "columnheader", scope: "col", "Holds the key" }
                        th { class: "holder-since", role: "columnheader", scope: "col", "Since" }
                        th { class: "holder-seen", role: "columnheader", scope: "col", "Last seen" }
                        th { class: "holder-print", role: "columnheader", scope: "col", "Fingerprint" }
                    }
                }
                tbody { role: "rowgroup",
                    for (index , holder) in list.into_iter().enumerate() {
                        HolderRow { key: "{index}", holder }
                    }
                }
            }
        }
    }
}
