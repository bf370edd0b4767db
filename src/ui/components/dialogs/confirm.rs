//! The question before a token is rotated, replaced, revoked or deleted: what stops working, in plain words.

use dioxus::prelude::*;

use super::confirm_style::style_of;
use super::consequence::Consequence;
use super::which::{Alike, Which};
use super::{EndChoice, Failure, Progress, SendAgain, WhenToRevoke};
use crate::state::{AppState, Confirm, ConfirmKind, Operation};
use crate::ui::components::{ask, seen};
use crate::ui::elements::{Button, Dialog, DialogActions, DialogBody, DialogHead, TextField};
use crate::ui::intent::{Intent, TokenIntent, use_send};
use model::Grace;
use protocol::{DeployToken, Lifetime};

const ID: &str = "confirm";

fn intent(kind: ConfirmKind, token: DeployToken, lifetime: Lifetime, grace: Grace) -> Intent {
    match kind {
        ConfirmKind::Rotate => TokenIntent::Rotate(token, lifetime).into(),
        ConfirmKind::Replace => TokenIntent::Replace(token, lifetime, grace).into(),
        ConfirmKind::Finish => TokenIntent::FinishReplacement(token).into(),
        ConfirmKind::Revoke => TokenIntent::Revoke(token).into(),
        ConfirmKind::Delete => TokenIntent::Delete(token).into(),
    }
}

/// Whether that is the token's name, as it is or as it is shown: what is not seen cannot be typed.
fn is_name(typed: &str, token: &DeployToken) -> bool {
    typed.trim() == token.name.trim() || typed.trim() == seen(&token.name).trim()
}

/// The dialog.
#[component]
pub fn ConfirmDialog(confirm: Confirm) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let mut typed = use_signal(String::new);
    let grace = use_signal(Grace::default);
    let end = use_signal(|| Ok(*state.tokens.lifetime.peek()));
    let operation = state.dialog.operation.read().clone();
    let Confirm {
        kind,
        token,
        type_name,
    } = confirm;
    let style = style_of(kind);
    let name = seen(&token.name);
    let first_revoke = kind == ConfirmKind::Delete && token.may_be_active();
    let running = operation.is_running();
    let issues = matches!(kind, ConfirmKind::Rotate | ConfirmKind::Replace);
    let allowed = (!type_name || is_name(&typed.read(), &token)) && (!issues || end.read().is_ok());
    let verb = match &operation {
        Operation::Idle => style.verb.to_owned(),
        Operation::Running(_) => style.doing.to_owned(),
        Operation::Failed(_) => format!("Try again: {}", style.verb.to_lowercase()),
    };
    let (asked, revoked) = (token.clone(), token.clone());
    rsx! {
        Dialog { id: ID, on_cancel: move |()| state.dialog.close(),
            form {
                onsubmit: move |event| {
                    event.prevent_default();
                    let is_typed = !type_name || is_name(&typed.peek(), &asked);
                    let has_end = !issues || end.peek().is_ok();
                    if is_typed && has_end && !first_revoke {
                        let lifetime = end.peek().clone().unwrap_or_default();
                        send.call(intent(kind, asked.clone(), lifetime, *grace.peek()));
                    }
                },
                DialogHead {
                    id: ID,
                    icon: style.icon,
                    tone: style.tone,
                    title: if first_revoke { "{name} must be revoked first" } else { "{style.verb} {name}?" },
                    Consequence { kind, token: token.clone() }
                    Which { token: token.clone() }
                }
                DialogBody {
                    if let Operation::Running(step) = operation {
                        Progress { label: "Progress", plan: style.plan.to_vec(), step }
                    } else {
                        Failure { operation }
                        Alike { token: token.clone() }
                        if issues {
                            EndChoice { chosen: end }
                        }
                        if issues {
                            SendAgain { token: token.id.clone() }
                        }
                        if kind == ConfirmKind::Replace {
                            WhenToRevoke { grace }
                        }
                        if type_name && !first_revoke {
                            TextField {
                                id: "confirm-name",
                                label: "This is production. Type “{name}” to confirm",
                                value: typed,
                                autofocus: true,
                                oninput: move |text| typed.set(text),
                            }
                        }
                    }
                }
                DialogActions {
                    Button {
                        label: "Cancel",
                        disabled: running,
                        autofocus: !type_name || first_revoke,
                        onclick: move |()| state.dialog.close(),
                    }
                    if first_revoke {
                        Button {
                            label: "Revoke first…",
                            onclick: move |()| ask(state, ConfirmKind::Revoke, revoked.clone()),
                        }
                    } else {
                        Button {
                            kind: style.button,
                            // The title has the name, which may be long.
                            label: verb.clone(),
                            spoken: "{verb} {name}",
                            submit: true,
                            busy: running,
                            disabled: !allowed,
                        }
                    }
                }
            }
        }
    }
}
