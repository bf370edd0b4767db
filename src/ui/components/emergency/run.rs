//! A run: how many are how far, each token with its status, and the report.

use dioxus::prelude::*;

use super::keys::RunKeys;
use super::line::{Line, Mark};
use crate::state::{AppState, EmergencyRun};
use crate::ui::elements::{Button, ButtonKind, Icon};
use crate::ui::intent::{ChecklistIntent, EmergencyIntent, Intent, use_send};
use model::{RevocationStatus, RevokeTarget, Tally};
use text::emergency as words;
use text::grouped;

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
        format!("Revoking {}", text::plural(tally.total, "token"))
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
                        "{grouped(tally.refused)} of {grouped(tally.total)} refused by the server, key sealed again without {grouped(tally.gone)} of them"
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
        RunKeys { keys: run.keys.clone(), over: run.over }
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
                if cfg!(feature = "workspace") {
                    Button {
                        icon: Icon::ClipboardCheck,
                        label: text::checklist::BEGIN,
                        disabled: !ready,
                        onclick: move |()| send.call(ChecklistIntent::BeginOfRun.into()),
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
    let mark = match &status {
        RevocationStatus::Queued => Mark::Queued,
        RevocationStatus::Revoking | RevocationStatus::Retrying(_) => Mark::Running,
        RevocationStatus::Refused { .. } => Mark::Refused,
        RevocationStatus::Reshared { .. } => Mark::Gone,
        RevocationStatus::ReshareFailed { .. } => Mark::Unsealed,
        RevocationStatus::NotRevoked(_) | RevocationStatus::Unknown(_) => Mark::Failed,
    };
    rsx! {
        Line {
            mark,
            name: target.name,
            title: target.token.to_string(),
            place: text::place(&target.project_name, &target.environment.name),
            detail: words::trouble(&status).map(|it| it.to_string()),
            status: words::status(&status),
        }
    }
}
