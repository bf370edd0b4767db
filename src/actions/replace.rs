//! Replacing a token: its successor, the time until its end, its end.

use std::time::Duration;

use dioxus::prelude::*;

use super::{Actions, Tell, off_ui};
use crate::domain::{DeployToken, DeployTokenId, Grace, Message, Moment};
use crate::messages;
use crate::service::{self, Place, Replaced, ServiceError};
use crate::state::ToastKind;

impl Actions {
    /// Makes a successor; the token goes on working.
    pub fn replace(&self, token: &DeployToken, grace: Grace) {
        let id = token.id.to_string();
        self.issue(grace, move |context, place, tell| async move {
            service::replace(&context, &place, &id, &tell).await
        });
    }

    /// Ends the token whose successor CI has.
    pub fn finish_replacement(&self, token: &DeployToken) {
        let (actions, id) = (self.clone(), token.id.to_string());
        let Some((context, place)) = self.ready_to_operate() else {
            return;
        };
        spawn(async move {
            let dialog = actions.state.dialog;
            let work = move |tell: Tell| async move {
                service::finish_replacement(&context, &place, &id, None, &tell).await
            };
            if let Some(done) = actions.operate(dialog.operation, work).await {
                dialog.close();
                actions.tell_replaced(&done);
            }
            actions.refresh();
        });
    }

    /// Forgets a replacement; both tokens stay as they are.
    pub fn forget_replacement(&self, id: &DeployTokenId) {
        let Some((context, place)) = self.here() else {
            return;
        };
        if let Err(error) = service::forget_replacement(&context, &place, id.as_str()) {
            let Message { what, next } = messages::service(&error);
            self.toast(ToastKind::Warning, format!("{what} {next}"));
        }
        self.refresh();
    }

    pub(super) fn tell_replaced(&self, done: &Replaced) {
        let name = &done.name;
        match &done.proof {
            Ok(_) => self.toast(
                ToastKind::Done,
                format!("{name} is replaced: runners with the old values are refused."),
            ),
            Err(ServiceError::NotDone) => {
                let Message { what, next } = messages::service(&ServiceError::NotDone);
                self.toast(ToastKind::Warning, format!("{what} {next}"));
            }
            Err(_) => self.toast(
                ToastKind::Warning,
                format!("The old {name} is revoked, but the server could not be asked once more. Refresh to see it."),
            ),
        }
        self.tell_share(&done.share);
    }

    /// Revokes the token that a successor replaces when the chosen time has passed, if that is still to be done then.
    pub(super) fn begin_grace(&self, place: Place, successor: DeployTokenId, grace: Grace) {
        let (actions, Some(seconds)) = (self.clone(), grace.seconds().map(shortened)) else {
            return;
        };
        let server = self.journal_scope();
        let mut due = self.state.tokens.due;
        let at = Moment::now().plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
        due.write().push((successor.clone(), at));
        spawn(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            due.write().retain(|(id, _)| *id != successor);
            // Signed in elsewhere meanwhile: that server has nothing to do with it.
            if actions.journal_scope() == server {
                actions.end_of_grace(place, successor).await;
            }
        });
    }

    fn journal_scope(&self) -> Option<String> {
        let context = self.context()?;
        Some(context.journal.as_ref()?.scope().to_owned())
    }

    async fn end_of_grace(&self, place: Place, successor: DeployTokenId) {
        let Some(context) = self.context() else {
            return;
        };
        let done = off_ui(async move {
            let all = service::replacements(&context, &place)?;
            if !all.iter().any(|it| it.successor.as_ref() == Some(&successor)) {
                return Ok(None);
            }
            let wanted = successor.as_str();
            let done = service::finish_replacement(&context, &place, wanted, None, &|_| {}).await;
            done.map(Some)
        });
        match done.await {
            Ok(Some(done)) => self.tell_replaced(&done),
            Ok(None) => {}
            Err(error) => {
                let Message { what, next } = messages::service(&error);
                self.toast(
                    ToastKind::Warning,
                    format!("The old token was not revoked in time. {what} {next}"),
                );
            }
        }
        self.refresh();
    }
}

/// In debug builds `DEPLOY_TOKENS_GRACE` gives the seconds instead, so that a test need not wait.
#[cfg(any(debug_assertions, feature = "test-hooks"))]
fn shortened(seconds: u64) -> u64 {
    let wanted = std::env::var("DEPLOY_TOKENS_GRACE").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(seconds)
}

#[cfg(not(any(debug_assertions, feature = "test-hooks")))]
fn shortened(seconds: u64) -> u64 {
    seconds
}
