//! A run: how many are how far, each token with its status, and the report.

use dioxus::prelude::*;

use crate::state::{AppState, EmergencyRun};
use crate::ui::components::Name;
use crate::ui::elements::{Button, ButtonKind, Glyph, Icon, Spinner};
use crate::ui::intent::{EmergencyIntent, Intent, use_send};
use model::{RevocationStatus, RevokeTarget, Tally};
use text::emergency as words;

/// The page of a run.
#[component]
pub fn EmergencyRunPage(run: EmergencyRun) -> Element {
    let tally = run.tally();
    let is_complete = use_context::<AppState>().emergency.unlisted.read().is_empty();
    let seconds = run.took.as_secs_f32();
    let (tone, proof) = (tone(&run, tally), proof(&run));
    let title = if run.over {
        words::outcome(tally, is_complete)
    } else {
        format!("Revoking {} tokens", tally.total)
    };
    rsx! {
        header { class: "page-top run-top",
            div { class: "page-words",
                h1 {
                    id: "page-title",
                    class: "page-title run-title",
                    "data-tone": tone,
                    tabindex: "-1",
                    "{title.trim_end_matches('.')}"
                }
                p { class: "run-counts",
                    span { role: "status",
                        "{tally.refused} of {tally.total} refused by the server, key sealed again without {tally.gone} of them"
                    }
                    // Not announced: it changes all the time.
                    span { ", {seconds:.1}\u{a0}s" }
                }
                p { class: "spoken", role: "status",
                    if run.over {
                        "{title}"
                    }
                }
                progress {
                    class: "run-bar",
                    "aria-label": "Refused by the server",
                    max: "{tally.total}",
                    value: "{tally.refused}",
                }
            }
        }
        if run.over {
            Ending { ready: run.incident.is_some(), proof }
        } else {
            Waiting { stopping: run.stopping }
        }
        ul { class: "run-list", "aria-label": "Tokens",
            for (target , status) in run.lines {
                RunLine { key: "{target.project}/{target.token}", target, status }
            }
        }
    }
}

fn tone(run: &EmergencyRun, tally: Tally) -> &'static str {
    match (run.over, tally.failed) {
        (false, _) => "neutral",
        (true, 0) => "ok",
        (true, _) => "danger",
    }
}

/// The weakest proof of all, which is what can be said of them together.
fn proof(run: &EmergencyRun) -> Option<String> {
    let proofs = || run.lines.iter().filter_map(|(_, status)| status.proof());
    let weakest = proofs().map(|(proof, _)| proof).min()?;
    Some(words::proof_of(weakest, proofs().count()))
}

#[component]
fn Ending(ready: bool, proof: Option<String>) -> Element {
    let send = use_send();
    let wish = move |wish| send.call(Intent::Emergency(wish));
    rsx! {
        div { class: "run-end",
            if let Some(proof) = proof {
                p { class: "run-proof", "{proof}" }
            }
            div { class: "run-actions",
                Button {
                    icon: Icon::Copy,
                    label: "Copy incident report",
                    busy: !ready,
                    onclick: move |()| wish(EmergencyIntent::CopyReport),
                }
                if cfg!(feature = "workspace") {
                    Button {
                        icon: Icon::ArrowDown,
                        label: "Save incident report",
                        disabled: !ready,
                        onclick: move |()| wish(EmergencyIntent::SaveReport),
                    }
                }
                Button {
                    kind: ButtonKind::Primary,
                    label: "Done",
                    onclick: move |()| wish(EmergencyIntent::Close),
                }
            }
        }
    }
}

/// For a server that does not answer.
#[component]
fn Waiting(stopping: bool) -> Element {
    let send = use_send();
    rsx! {
        div { class: "run-end",
            div { class: "run-actions",
                Button {
                    label: "Stop waiting",
                    title: "What is left stays on this machine, and can be gone on with",
                    busy: stopping,
                    onclick: move |()| send.call(EmergencyIntent::StopWaiting.into()),
                }
            }
        }
    }
}

#[component]
fn RunLine(target: RevokeTarget, status: RevocationStatus) -> Element {
    let (state, icon) = match &status {
        RevocationStatus::Queued => ("queued", None),
        RevocationStatus::Revoking | RevocationStatus::Retrying(_) => ("running", None),
        RevocationStatus::Refused { .. } => ("refused", Some(Icon::Ban)),
        RevocationStatus::Reshared { .. } => ("gone", Some(Icon::Check)),
        RevocationStatus::ReshareFailed { .. } => ("unsealed", Some(Icon::Warning)),
        RevocationStatus::NotRevoked(_) | RevocationStatus::Unknown(_) => ("failed", Some(Icon::Warning)),
    };
    let trouble = words::trouble(&status).map(|it| it.to_string());
    let said = words::status(&status);
    rsx! {
        li { class: "run-line", "data-state": state,
            span { class: "run-mark", "aria-hidden": "true",
                match icon {
                    Some(icon) => rsx! { Glyph { icon, size: 18 } },
                    None if state == "running" => rsx! { Spinner {} },
                    None => rsx! { span { class: "dot" } },
                }
            }
            div { class: "run-words",
                p { class: "run-name cut", title: "{target.token}", Name { text: target.name.clone() } }
                p { class: "run-place cut", {text::place(&target.project_name, &target.environment.name)} }
                if let Some(trouble) = trouble {
                    p { class: "run-trouble selectable", "{trouble}" }
                }
            }
            p { class: "run-status", "{said}" }
        }
    }
}
