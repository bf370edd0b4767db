//! The lines about tokens that are being replaced: whether CI uses the successor, and the way to finish.

use dioxus::prelude::*;

use super::{Name, ask};
use crate::state::{AppState, ConfirmKind, Load};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Button, ButtonKind, Icon, Notice, Tone};
use crate::ui::intent::{TokenIntent, use_send};
use model::{Replacement, ReplacementState};
use protocol::{DeployToken, TokenEntry};

/// One line a replacement whose successor's values were handed over.
#[component]
pub(super) fn ReplacingNotices() -> Element {
    let tokens = use_context::<AppState>().tokens;
    let entries = tokens.entries.read();
    let Load::Ready(entries) = &*entries else {
        return rsx! {};
    };
    let old = |it: &Replacement| {
        let mut tokens = entries.iter().filter_map(TokenEntry::token);
        tokens.find(|token| token.id == it.old).cloned()
    };
    rsx! {
        for it in tokens.replacements.read().iter().cloned() {
            Replacing { key: "{it.old}", progress: it.progress(entries), old: old(&it), it }
        }
    }
}

#[component]
fn Replacing(it: Replacement, progress: ReplacementState, old: Option<DeployToken>) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let clock = use_clock();
    let name = it.name.clone();
    let due = state.tokens.due.read();
    let due = due.iter().find(|(id, _)| it.successor.as_ref() == Some(id));
    let due = due.map(|(_, at)| at.ahead(*clock.now.read()));
    let text = match progress {
        // The sheet is open, or the operation is among the interrupted ones.
        ReplacementState::Issuing => return rsx! {},
        ReplacementState::Unused => " is being replaced: its successor has not been used yet.".to_owned(),
        ReplacementState::UseNotKnown => {
            " is being replaced: it is not known whether its successor has been used.".to_owned()
        }
        ReplacementState::Used(at) => {
            format!(" is being replaced: its successor was used {}.", clock.past(at))
        }
        ReplacementState::SuccessorGone => {
            " was being replaced, but its successor is not active any more. It stays as it is.".to_owned()
        }
        ReplacementState::Unclear => {
            " is being replaced, but how its successor stands cannot be read. Both stay as they are."
                .to_owned()
        }
        ReplacementState::OldGone => " is replaced: the old token is not active any more.".to_owned(),
    };
    let waits = matches!(
        progress,
        ReplacementState::Unused | ReplacementState::UseNotKnown | ReplacementState::Used(_)
    );
    let finish = match progress {
        ReplacementState::OldGone => "Finish: re-share key",
        _ => "Finish: revoke the old one",
    };
    let can_finish = waits || progress == ReplacementState::OldGone;
    rsx! {
        Notice {
            tone: if waits { Tone::Neutral } else { Tone::Warn },
            icon: if waits { Icon::UpDown } else { Icon::Warning },
            actions: rsx! {
                if let Some(old) = old.clone().filter(|_| can_finish) {
                    Button {
                        kind: ButtonKind::Link,
                        label: finish,
                        onclick: move |()| ask(state, ConfirmKind::Finish, old.clone()),
                    }
                }
                if old.is_none() || !waits {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Forget the replacement",
                        onclick: move |()| send.call(TokenIntent::ForgetReplacement(it.old.clone()).into()),
                    }
                }
            },
            strong { Name { text: name } }
            "{text}"
            if let Some(due) = due {
                " The old one is revoked {due}, if this app still runs then."
            }
        }
    }
}
