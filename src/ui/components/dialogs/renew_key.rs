//! The question before the environment's key is made anew, and what came of it.

use dioxus::prelude::*;

use super::reshare::SealedFor;
use super::{RunningActions, Sharing};
use crate::state::{AppState, Load, RenewedKey};
use crate::ui::components::{Fact, MessageText, seen};
use crate::ui::elements::{
    Button, ButtonKind, Dialog, DialogActions, DialogBody, DialogHead, Icon, Notice, Tone,
};
use crate::ui::intent::{AccessIntent, ChecklistIntent, use_send};
use model::{Flaw, Holder, RunnerProof, Standing, Step};
use text::plural;

const ID: &str = "renew-key";

/// What renewing goes through.
const PLAN: [Step; 6] = [
    Step::Check,
    Step::Open,
    Step::Seal { recipients: 0 },
    Step::Publish,
    Step::Upload { variables: 0 },
    Step::Prove,
];

/// The question.
#[component]
pub fn RenewKeyDialog() -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let operation = state.dialog.operation.read().clone();
    let running = operation.is_running();
    let environment = state.place.environment_name();
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            DialogHead { id: ID, icon: Icon::Key, title: "Renew the key of {environment}?",
                "A new key is made for everybody who should have it, and every variable is sealed under it. Do it when a token or device leaked: whoever kept the old key opens nothing that comes after. For a moment, mostly less than a second, runners cannot decrypt."
            }
            DialogBody {
                Sharing { operation, plan: PLAN.to_vec(), ForWhom {} }
            }
            RunningActions {
                kind: ButtonKind::Primary,
                label: text::renewal::RENEW_KEY,
                running,
                onclick: move |()| send.call(AccessIntent::RenewKey.into()),
            }
        }
    }
}

/// How many get it and who is left out; nothing while the holders are not known.
#[component]
fn ForWhom() -> Element {
    let access = use_context::<AppState>().access;
    let holders = access.holders.read();
    let Load::Ready(holders) = &*holders else {
        return rsx! {};
    };
    let (devices, tokens) = holders.recipients();
    let is_out = |it: &&Holder| matches!(it.standing, Standing::Flawed(Flaw::StillSealed));
    let out: Vec<&str> = holders
        .list
        .iter()
        .filter(is_out)
        .map(|it| it.name.as_str())
        .collect();
    rsx! {
        dl { class: "facts",
            SealedFor { devices: devices.len(), tokens: tokens.len() }
            if !out.is_empty() {
                Fact { name: "Left out", "{out.join(\", \")}" }
            }
        }
    }
}

/// What came of it.
#[component]
pub fn RenewedDialog(renewed: RenewedKey) -> Element {
    let dialog = use_context::<AppState>().dialog;
    let send = use_send();
    let RenewedKey {
        environment,
        done,
        proof,
    } = renewed;
    let sealed = plural(done.recipients, "recipient");
    let fingerprint = done.now.short();
    rsx! {
        Dialog { id: ID, on_cancel: move |()| dialog.close(),
            DialogHead { id: ID, icon: Icon::Check, title: "The key of {environment} is new",
                "What was kept of the old key opens nothing that the server gives now."
            }
            DialogBody {
                dl { class: "facts",
                    Fact { name: "Key", "version {done.version}, " code { "{fingerprint}" } }
                    Fact { name: "Sealed for", "{sealed}" }
                    if !done.left_out.is_empty() {
                        Fact { name: "Left out", "{done.left_out.join(\", \")}" }
                    }
                    if let Some(gap) = done.gap {
                        Fact { name: "Runners could not decrypt", {format!("for {:.2} s", gap.as_secs_f64())} }
                    }
                    if let RunnerProof::Passed(decrypted) = &proof {
                        Fact { name: "Tried as a runner", "{plural(*decrypted, \"variable\")} decrypted" }
                    }
                }
                if let RunnerProof::Failed(problem) = &proof {
                    Notice { tone: Tone::Warn,
                        MessageText { message: text::renewal::not_proven_because(problem) }
                    }
                }
                if !done.variables.is_empty() {
                    section { class: "may-be-read", "aria-labelledby": "may-be-read",
                        h3 { id: "may-be-read", "May have been read by whoever held the old key: change these where they are made" }
                        ul { tabindex: "0", "aria-labelledby": "may-be-read",
                            for name in &done.variables {
                                li { key: "{name}", code { "{seen(name)}" } }
                            }
                        }
                    }
                }
            }
            DialogActions {
                if !done.variables.is_empty() {
                    Button {
                        icon: Icon::ClipboardCheck,
                        label: text::checklist::BEGIN,
                        onclick: move |()| send.call(ChecklistIntent::BeginHere.into()),
                    }
                }
                Button { label: "Done", kind: ButtonKind::Primary, autofocus: true, onclick: move |()| dialog.close() }
            }
        }
    }
}
