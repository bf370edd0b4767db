//! What was not looked at, so that nobody takes the rest for all.

use dioxus::prelude::*;

use crate::state::{AppState, Audited};
use crate::ui::components::MessageText;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{AuditIntent, use_send};
use text::{Message, grouped};

/// All that apply.
#[component]
pub(super) fn AuditNotices(shown: ReadSignal<Option<Audited>>) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let shown = shown.read();
    let failed = state.audit.failed.read();
    let is_running = state.audit.under_way.read().is_some();
    let Some(Audited { audit, .. }) = shown.as_ref() else {
        return rsx! {};
    };
    let part = (!audit.is_whole() && !is_running).then(|| part(audit.done, audit.projects));
    rsx! {
        div { class: "notices",
            if let Some(message) = failed.as_ref().map(text::explain) {
                Notice { tone: Tone::Warn, icon: Icon::Offline,
                    MessageText { message }
                }
            }
            if let Some(message) = part {
                Notice {
                    tone: Tone::Warn,
                    actions: rsx! {
                        Button {
                            kind: ButtonKind::Link,
                            label: "Look into all",
                            onclick: move |()| send.call(AuditIntent::Look.into()),
                        }
                    },
                    MessageText { message }
                }
            }
            for message in audit.unlisted.iter().map(text::emergency::unlisted) {
                Notice { key: "{message.what}", tone: Tone::Warn,
                    MessageText { message }
                }
            }
            if !audit.keys && audit.projects > 0 {
                Notice { tone: Tone::Neutral, icon: Icon::Key,
                    "Keys were not looked at: that takes a machine that is linked as a device."
                }
            }
        }
    }
}

fn part(done: usize, projects: usize) -> Message {
    Message::new(
        format!(
            "Only {} of {} projects were looked into.",
            grouped(done),
            grouped(projects)
        ),
        "What is in the others is not known.",
    )
}
