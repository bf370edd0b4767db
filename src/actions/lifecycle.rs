//! Create, rotate, revoke, delete, re-share.

use std::future::Future;
use std::sync::Arc;

use dioxus::prelude::*;

use super::Actions;
use crate::domain::{DeployToken, Message, Step, TokenName};
use crate::messages::{self, plural};
use crate::service::journal::OpenEntry;
use crate::service::{self, Context, Issued, MissingKey, Place, ServiceError};
use crate::state::{Dialog, Operation, ToastKind};

/// Told at each step, from another thread.
type Tell = Box<dyn Fn(Step) + Send + Sync>;

impl Actions {
    /// Creates a token under a name as it was typed.
    pub fn create(&self, name: &str) {
        let mut operation = self.state.dialog.operation;
        match TokenName::parse(name) {
            Ok(name) => self.issue(move |context, place, tell| async move {
                service::create(&context, &place, &name, &tell).await
            }),
            Err(error) => operation.set(Operation::Failed(messages::name(error))),
        }
    }

    /// Gives a token new secrets.
    pub fn rotate(&self, token: &DeployToken) {
        let id = token.id.to_string();
        self.issue(
            move |context, place, tell| async move { service::rotate(&context, &place, &id, &tell).await },
        );
    }

    /// Runs an issuance from the open dialog; the sheet follows it. One at a time.
    fn issue<F>(&self, work: impl FnOnce(Arc<Context>, Place, Tell) -> F + 'static)
    where
        F: Future<Output = Result<Issued, ServiceError>> + Send + 'static,
    {
        let actions = self.clone();
        let Some((context, place)) = self.ready_to_operate() else {
            return;
        };
        spawn(async move {
            let dialog = actions.state.dialog;
            let issued = actions
                .operate(dialog.operation, move |tell| work(context, place, tell))
                .await;
            if let Some(mut issued) = issued {
                let mut highlighted = actions.state.tokens.highlighted;
                highlighted.set(Some(issued.token.id.clone()));
                dialog.close();
                let entry = issued.entry.take();
                let issuance = issued.told(messages::service, messages::note);
                // The journal keeps the secrets until the sheet is closed, also when this program ends before.
                actions
                    .state
                    .sheet
                    .show_until_closed(issuance, move || forget(entry));
                actions.verify_issued();
            }
            actions.refresh();
        });
    }

    /// Ends a token.
    pub fn revoke(&self, token: &DeployToken) {
        let (actions, id) = (self.clone(), token.id.to_string());
        let Some((context, place)) = self.ready_to_operate() else {
            return;
        };
        spawn(async move {
            let dialog = actions.state.dialog;
            let work = move |tell: Tell| async move { service::revoke(&context, &place, &id, &tell).await };
            if let Some(revoked) = actions.operate(dialog.operation, work).await {
                dialog.close();
                actions.tell_revoked(revoked);
            }
            actions.refresh();
        });
    }

    pub(super) fn tell_revoked(&self, revoked: service::Revoked) {
        let name = revoked.token.name;
        self.toast(
            ToastKind::Done,
            format!("{name} is revoked: runners with it are refused."),
        );
        if let Err(error) = revoked.share {
            let mut unshared = self.state.place.unshared;
            let cause = messages::service(&error);
            unshared.set(Some(Message::new(
                format!(
                    "The key was not sealed again for those who remain. {}",
                    cause.what
                ),
                cause.next,
            )));
        }
    }

    /// Deletes the record of a revoked token.
    pub fn delete(&self, token: &DeployToken) {
        let (actions, id) = (self.clone(), token.id.to_string());
        let Some((context, place)) = self.ready_to_operate() else {
            return;
        };
        spawn(async move {
            let dialog = actions.state.dialog;
            let work = move |_tell: Tell| async move { service::delete(&context, &place, &id).await };
            if let Some(token) = actions.operate(dialog.operation, work).await {
                dialog.close();
                actions.toast(
                    ToastKind::Done,
                    format!("The record of {} is deleted.", token.name),
                );
            }
            actions.refresh();
        });
    }

    /// Seals the key again for everybody.
    pub fn reshare(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.here() else {
            return;
        };
        spawn(async move {
            let operation = Signal::new(Operation::Idle);
            let work = move |tell: Tell| async move {
                service::reshare(&context, &place, MissingKey::Refuse, &tell).await
            };
            match actions.operate(operation, work).await {
                Some(count) => {
                    let mut unshared = actions.state.place.unshared;
                    unshared.set(None);
                    let recipients = plural(count, "recipient");
                    actions.toast(ToastKind::Done, format!("The key is sealed for {recipients}."));
                }
                None => {
                    if let Operation::Failed(Message { what, next }) = &*operation.peek() {
                        actions.toast(ToastKind::Warning, format!("{what} {next}"));
                    }
                }
            }
            actions.refresh_all();
        });
    }

    /// The place, if a dialog is open and nothing runs in it.
    fn ready_to_operate(&self) -> Option<(Arc<Context>, Place)> {
        let dialog = self.state.dialog;
        let open = *dialog.open.peek() != Dialog::Closed;
        if open && !dialog.operation.peek().is_running() {
            self.here()
        } else {
            None
        }
    }
}

fn forget(entry: Option<OpenEntry>) {
    if let Some(Err(error)) = entry.map(OpenEntry::close) {
        tracing::warn!(%error, "the journal still has what was handed over");
    }
}
