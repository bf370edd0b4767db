//! What becomes of each token.

use dioxus::prelude::*;

use super::ID;
use super::words::style;
use crate::state::{AppState, BulkKind, BulkLine, BulkRun, BulkState};
use crate::ui::components::seen;
use crate::ui::elements::{Button, ButtonKind, DialogActions, DialogBody, DialogHead, Glyph, Icon, Spinner};
use model::{Destination, RevocationStatus};
use text::grouped;

#[component]
pub(super) fn Lines(kind: BulkKind, run: BulkRun) -> Element {
    let state = use_context::<AppState>();
    let style = style(kind);
    let done = run.lines.iter().filter(|it| it.state.is_done()).count();
    let (all, over) = (run.lines.len(), run.over);
    let told = match (over, done == all) {
        (true, true) if all == 1 => format!("1 token {}", style.done),
        (true, true) => format!("All {} tokens {}", grouped(all), style.done),
        _ => format!(
            "{} of {} {}",
            grouped(done),
            text::plural(all, "token"),
            style.done
        ),
    };
    rsx! {
        DialogHead { id: ID, icon: style.icon, tone: style.tone, title: told.clone(),
            progress {
                class: "run-bar",
                "aria-label": "Done",
                max: "{all}",
                value: "{done}",
            }
            // Announced once: in between it changes all the time.
            p { class: "spoken", role: "status",
                if over {
                    "{told}."
                }
            }
        }
        DialogBody {
            ul { class: "run-list", role: "list", "aria-label": "Tokens",
                for (index , line) in run.lines.into_iter().enumerate() {
                    Line { key: "{index}", line, over }
                }
            }
        }
        DialogActions {
            if over {
                Button {
                    kind: ButtonKind::Primary,
                    label: "Done",
                    autofocus: true,
                    onclick: move |()| state.dialog.close(),
                }
            } else {
                Button {
                    label: if kind == BulkKind::Revoke { "Stop waiting" } else { "Stop after this one" },
                    busy: run.stopping,
                    onclick: move |()| state.chosen.stop(),
                }
            }
        }
    }
}

#[component]
fn Line(line: BulkLine, over: bool) -> Element {
    let (look, said, details) = told(&line.state, over);
    let icon = match look {
        "gone" => Some(Icon::Check),
        "failed" | "unsealed" => Some(Icon::Warning),
        _ => None,
    };
    rsx! {
        li { class: "run-line", "data-state": look,
            span { class: "run-mark", "aria-hidden": "true",
                match icon {
                    Some(icon) => rsx! { Glyph { icon, size: 18 } },
                    None if look == "running" => rsx! { Spinner {} },
                    None => rsx! { span { class: "dot" } },
                }
            }
            div { class: "run-words",
                p { class: "run-name cut", title: "{line.token}", bdi { class: "cut", {seen(&line.name)} } }
                for it in details {
                    p { key: "{it}", class: "run-trouble selectable", "{it}" }
                }
            }
            p { class: "run-status", "{said}" }
        }
    }
}

/// How a line looks, what it says, and more of it: where it was sent, what went wrong.
fn told(state: &BulkState, over: bool) -> (&'static str, String, Vec<String>) {
    let none = Vec::new;
    match state {
        BulkState::Waiting if over => ("queued", "Not begun".to_owned(), none()),
        BulkState::Waiting => ("queued", "Waiting".to_owned(), none()),
        BulkState::Running => ("running", "Under way".to_owned(), none()),
        BulkState::Deleted => ("gone", "Deleted".to_owned(), none()),
        BulkState::NotSentAnywhere => (
            "unsealed",
            "Left as it is".to_owned(),
            vec!["It is not known here where its values are.".to_owned()],
        ),
        BulkState::Failed(problem) => (
            "failed",
            "Not done".to_owned(),
            vec![text::explain(problem).to_string()],
        ),
        BulkState::Revoking(status) => {
            let look = match status {
                RevocationStatus::Queued => "queued",
                RevocationStatus::Revoking | RevocationStatus::Retrying(_) => "running",
                RevocationStatus::Refused { .. } => "refused",
                RevocationStatus::Reshared { .. } => "gone",
                RevocationStatus::ReshareFailed { .. } => "unsealed",
                RevocationStatus::NotRevoked(_) | RevocationStatus::Unknown(_) => "failed",
            };
            let trouble = text::emergency::trouble(status).map(|it| it.to_string());
            (
                look,
                text::emergency::status(status),
                trouble.into_iter().collect(),
            )
        }
        BulkState::Renewed {
            sent,
            failed,
            unshared,
        } => {
            let mut details: Vec<String> = sent.iter().map(Destination::title).collect();
            let is_sent = !sent.is_empty();
            for (destination, problem) in failed {
                let message = text::explain(problem);
                details.push(format!("{}: {message}", destination.title()));
            }
            if !failed.is_empty() {
                details.push("Its values are kept here: see what was interrupted.".to_owned());
            }
            if let Some(problem) = unshared {
                let message = text::explain(problem);
                details.push(format!("Its runner cannot decrypt yet. {message}"));
            }
            match (is_sent, state.is_done()) {
                (false, _) => ("failed", "Not sent".to_owned(), details),
                (true, true) => ("gone", "Sent".to_owned(), details),
                (true, false) if failed.is_empty() => ("unsealed", "Sent".to_owned(), details),
                (true, false) => ("unsealed", "Sent in part".to_owned(), details),
            }
        }
    }
}
