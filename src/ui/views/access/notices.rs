//! The lines above the holders: who waits, and what is odd.

use dioxus::prelude::*;

use crate::state::{AppState, Dialog, KeyState};
use crate::ui::components::Name;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use model::{Flaw, Holder, HolderKind, Standing};
use protocol::Fingerprint;
use text::plural;

/// Others wait for keys; the sidebar that says so is not in a narrow window.
#[component]
pub(super) fn Waiting() -> Element {
    let state = use_context::<AppState>();
    let count = state.access.requests.read().count();
    let lacking = state.access.lacking.read().len();
    if count + lacking == 0 {
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
            if count > 0 {
                strong { "{plural(count, \"request\")}" }
                " for keys that this device can share."
            } else {
                strong { "{plural(lacking, \"request\")}" }
                " for keys that this device lacks itself."
            }
        }
    }
}

#[component]
pub(super) fn Flawed(list: Vec<Holder>) -> Element {
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
            strong { Name { text: first.name.clone() } }
            match rest.len() {
                0 => " needs attention: see why in its row.".to_owned(),
                1 => " and one more need attention: see why in their rows.".to_owned(),
                more => format!(" and {more} more need attention: see why in their rows."),
            }
        }
    }
}

/// Signing keys that anybody with two of their signatures can compute.
#[component]
pub(super) fn Disclosed(disclosed: Vec<Fingerprint>) -> Element {
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

/// Who had the key and was revoked since it was made.
#[component]
pub(super) fn MayHaveKept(names: Vec<String>) -> Element {
    let state = use_context::<AppState>();
    let [first, rest @ ..] = names.as_slice() else {
        return rsx! {};
    };
    let is_held = matches!(&*state.place.key.read(), KeyState::Held { .. });
    rsx! {
        Notice {
            tone: Tone::Neutral,
            icon: Icon::Key,
            actions: rsx! {
                if is_held {
                    Button {
                        kind: ButtonKind::Link,
                        label: "{text::renewal::RENEW_KEY}…",
                        onclick: move |()| state.dialog.show(Dialog::RenewKey),
                    }
                }
            },
            strong { "{first}" }
            match rest.len() {
                0 => " was revoked since this key was made.".to_owned(),
                1 => " and one more were revoked since this key was made.".to_owned(),
                more => format!(" and {more} more were revoked since this key was made."),
            }
            " Who kept the key opens whatever they still get hold of, until it is renewed."
        }
    }
}
