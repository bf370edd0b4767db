//! The environment key did not reach the new key pair: why, and the two ways out.

use dioxus::prelude::*;
use model::Problem;

use crate::state::{AppState, Operation};
use crate::ui::components::MessageText;
use crate::ui::elements::{Button, ButtonKind, Notice, Tone};
use crate::ui::intent::{SheetIntent, use_send};

#[component]
pub(super) fn NotShared(problem: Problem) -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let sharing = sheet.sharing.read().clone();
    let running = sharing.is_running();
    rsx! {
        Notice { tone: Tone::Warn, assertive: true,
            p {
                MessageText { message: text::explain(&problem) }
            }
            if let Operation::Failed(problem) = &sharing {
                p {
                    MessageText { message: text::explain(problem) }
                }
            }
            div { class: "notice-buttons",
                Button {
                    kind: ButtonKind::Primary,
                    label: match &sharing {
                        Operation::Running(step) => step.label(),
                        _ => text::RESHARE_KEY.to_owned(),
                    },
                    busy: running,
                    onclick: move |()| send.call(SheetIntent::ShareAgain.into()),
                }
                Button {
                    kind: ButtonKind::Link,
                    label: "Revoke this token",
                    disabled: running,
                    onclick: move |()| send.call(SheetIntent::RevokeIssued.into()),
                }
            }
        }
    }
}
