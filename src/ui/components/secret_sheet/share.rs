//! The environment key did not reach the new key pair: why, and the two ways out.

use dioxus::prelude::*;
use model::Problem;

use crate::state::{AppState, Operation};
use crate::ui::components::Words;
use crate::ui::elements::{Button, ButtonKind, Notice, Tone};
use crate::ui::intent::{Intent, use_send};

#[component]
pub(super) fn NotShared(problem: Problem) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let sharing = sheet.sharing.read().clone();
    let running = sharing.is_running();
    rsx! {
        Notice { tone: Tone::Warn, assertive: true,
            p {
                Words { message: text::explain(&problem) }
            }
            if let Operation::Failed(problem) = &sharing {
                p {
                    Words { message: text::explain(problem) }
                }
            }
            div { class: "notice-buttons",
                Button {
                    label: match &sharing {
                        Operation::Running(step) => step.label(),
                        _ => "Share again".to_owned(),
                    },
                    busy: running,
                    onclick: move |()| send.call(Intent::ShareAgain),
                }
                Button {
                    kind: ButtonKind::Link,
                    label: "Revoke this token",
                    disabled: running,
                    onclick: move |()| send.call(Intent::RevokeIssued),
                }
            }
        }
    }
}
