//! Replacing a token: its successor, the time until its end, its end.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::sync::Arc;
use std::time::Duration;

use dioxus::prelude::*;

use super::{Actions, off_ui};
use crate::domain::{DeployToken, DeployTokenId, Grace, Message, Moment};
use crate::messages;
use crate::service::{self, Context, Place, Replaced, ServiceError};
use crate::state::ToastKind;

/// Seconds until the end of a grace time is tried again, at first; then twice as long each time.
const FIRST_PAUSE: u64 = 15;

/// The longest of these pauses.
const LONGEST_PAUSE: u64 = 5 * 60;

/// A replacement whose old token ends by itself.
pub(super) struct Over {
    pub(super) context: Arc<Context>,
    pub(super) place: Place,
    pub(super) successor: DeployTokenId,
    pub(super) name: String,
}

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
        let id = token.id.to_string();
        self.in_dialog(
            move |context, place, tell| async move {
                service::finish_replacement(&context, &place, &id, None, &tell).await
            },
            |actions, _, place, done| actions.tell_replaced(&place, &done),
        );
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

    pub(super) fn tell_replaced(&self, place: &Place, done: &Replaced) {
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
        self.tell_share(place, &done.share);
    }

    /// Revokes the token that a successor replaces when the chosen time has passed, if that is still to be done then;
    /// wherever the window is then, because that token works until it is done.
    pub(super) fn begin_grace(&self, grace: Grace, over: Over) {
        let (actions, Some(seconds)) = (self.clone(), grace.seconds().map(shortened)) else {
            return;
        };
        spawn(async move {
            actions.wait_until_due(&over.successor, seconds).await;
            let mut pause = FIRST_PAUSE;
            while let Err(error) = actions.end_of_grace(&over).await {
                let (name, Message { what, next }) = (&over.name, messages::service(&error));
                if !may_pass(&error) {
                    let text =
                        format!("The old {name} was not revoked in time and still works. {what} {next}");
                    actions.toast(ToastKind::Warning, text);
                    break;
                }
                if pause == FIRST_PAUSE {
                    let text = format!("The old {name} is not revoked yet; this is tried again. {what}");
                    actions.toast(ToastKind::Warning, text);
                }
                actions.wait_until_due(&over.successor, pause).await;
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
            actions.refresh();
        });
    }

    /// Says when, and waits for it.
    async fn wait_until_due(&self, successor: &DeployTokenId, seconds: u64) {
        let mut due = self.state.tokens.due;
        let at = Moment::now().plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
        due.write().push((successor.clone(), at));
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        due.write().retain(|(id, _)| id != successor);
    }

    async fn end_of_grace(&self, over: &Over) -> Result<(), ServiceError> {
        let (context, place, successor) = (self.newest(over), over.place.clone(), over.successor.clone());
        let done = off_ui(async move {
            let all = service::replacements(&context, &place)?;
            if !all.iter().any(|it| it.successor.as_ref() == Some(&successor)) {
                return Ok(None);
            }
            let wanted = successor.as_str();
            let done = service::finish_replacement(&context, &place, wanted, None, &|_| {}).await;
            done.map(Some)
        });
        if let Some(done) = done.await? {
            self.tell_replaced(&over.place, &done);
        }
        Ok(())
    }

    /// The connection to the server of a replacement: the window's, if it is one to that server, because the user may have
    /// signed in again.
    fn newest(&self, over: &Over) -> Arc<Context> {
        let scope = |context: &Context| context.journal.as_ref().map(|it| it.scope().to_owned());
        let now = self.context().filter(|now| scope(now) == scope(&over.context));
        now.unwrap_or_else(|| Arc::clone(&over.context))
    }
}

/// Whether the same may go well a little later.
fn may_pass(error: &ServiceError) -> bool {
    let is_out = |status: u16| status == 429 || status >= 500;
    matches!(error, ServiceError::Busy)
        || error
            .api()
            .is_some_and(|error| error.is_network() || error.status().is_some_and(is_out))
}

/// In debug builds `DEPLOY_TOKENS_GRACE` gives the seconds instead, so that a test need not wait.
#[cfg(any(debug_assertions, feature = "test-hooks"))]
fn shortened(seconds: u64) -> u64 {
    let wanted = crate::env::text("DEPLOY_TOKENS_GRACE").ok().flatten();
    wanted
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(seconds)
}

#[cfg(not(any(debug_assertions, feature = "test-hooks")))]
fn shortened(seconds: u64) -> u64 {
    seconds
}
