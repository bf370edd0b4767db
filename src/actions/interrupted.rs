//! What was interrupted in an earlier run, and finishing it.

use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, Tell, beside, on_disk};
use crate::state::{Dialog, Load};
use ::service;
use model::{ClosedSheet, Finding, Grace, News, Pending, Problem, Remedy, Renewed, ResumeError};
use protocol::Lifetime;
use service::{Context, Finished, Issued, Place, Revocations};

/// What came of a remedy.
enum Outcome {
    Issued(Place, Box<Issued>),
    Replaced(Place, Box<service::Replaced>),
    Revoked(Place, Revocations),
    Renewed(Place, Box<Renewed>),
    Forgotten,
}

impl Actions {
    /// Opens the dialog about it, and compares what was interrupted with the server.
    pub(super) fn show_interrupted(&self) {
        self.state.dialog.show(Dialog::Interrupted);
        let mut found = self.state.place.found;
        found.set(Load::Loading);
        let actions = self.clone();
        spawn(async move {
            if let Some(context) = actions.context() {
                let tidied = beside(async move { service::tidy(&context).await }).await;
                if let Err(error) = tidied {
                    tracing::warn!(%error, "the journal could not be tidied");
                }
            }
            actions.look_at_interrupted().await;
        });
    }

    async fn look_at_interrupted(&self) {
        let (mut found, Some(context)) = (self.state.place.found, self.context()) else {
            return;
        };
        let asked = Arc::clone(&context);
        let work = async move { interrupted(&asked).await };
        match self.fetch(|it| it.is_session(&context), work).await {
            Some(Ok(all)) => found.set(Load::Ready(all)),
            Some(Err(error)) => found.set(Load::Failed(error)),
            None => {}
        }
    }

    /// Does something about one of them.
    pub(super) fn resume(&self, id: String, remedy: Remedy) {
        let (actions, Some(context)) = (self.clone(), self.context()) else {
            return;
        };
        let dialog = self.state.dialog;
        if dialog.operation.peek().is_running() {
            return;
        }
        spawn(async move {
            let with = Arc::clone(&context);
            let lifetime = *actions.state.tokens.lifetime.peek();
            let work =
                move |tell: Tell| async move { carry_out(&context, &id, remedy, lifetime, tell).await };
            let outcome = actions.operate(dialog.operation, work).await;
            let done = outcome.is_some();
            match outcome {
                Some(Outcome::Issued(place, issued)) => {
                    dialog.close();
                    actions.show_issued(&with, place, *issued, Grace::Asked);
                }
                Some(Outcome::Replaced(place, done)) => actions.tell_replaced(&place, &done),
                Some(Outcome::Revoked(place, done)) => actions.tell_all_revoked(&place, done),
                Some(Outcome::Renewed(place, done)) => actions.tell(News::KeyRenewed {
                    environment: place.name().clone(),
                    variables: done.variables.len(),
                }),
                Some(Outcome::Forgotten) => {
                    actions.tell(News::Forgotten);
                }
                None => {}
            }
            if *dialog.open.peek() == Dialog::Interrupted {
                actions.look_at_interrupted().await;
                let nothing_left = *actions.state.place.found.peek() == Load::Ready(Vec::new());
                if done && nothing_left {
                    dialog.close();
                }
            }
            actions.refresh();
        });
    }

    /// Shows a closed sheet once more, as the server has its token by now.
    pub(super) fn show_again(&self, sheet: ClosedSheet) {
        let id = sheet.entry.clone();
        self.state.toasts.forget_sheet(&id);
        self.state.dialog.show(Dialog::ShowAgain(sheet));
        self.resume(id, Remedy::Show);
    }

    /// Forgets the values of a closed sheet.
    pub(super) fn forget_values(&self, sheet: ClosedSheet) {
        let (actions, Some(journal)) = (self.clone(), self.context().and_then(|it| it.journal.clone()))
        else {
            return;
        };
        let (entry, name) = (sheet.entry, sheet.name);
        spawn(async move {
            let id = entry.clone();
            let forget = move || journal.forget_closed(&id);
            let news = match on_disk(forget).await.flatten() {
                Ok(()) => News::ValuesForgotten { name },
                Err(problem) => News::Trouble(problem),
            };
            actions.state.toasts.forget_sheet(&entry);
            actions.tell(news);
            actions.fetch_list();
        });
    }

    fn tell_all_revoked(&self, place: &Place, done: Revocations) {
        for (name, outcome) in &done.tokens {
            match outcome {
                Ok(token) => self.tell(News::Revoked {
                    name: token.name.clone(),
                }),
                Err(problem) => self.tell(News::NotRevoked {
                    name: name.clone(),
                    problem: problem.clone(),
                }),
            }
        }
        if let Some(share) = &done.share {
            self.tell_share(place, share);
        }
    }
}

/// What waits for the user by his own choice, and what he has closed himself, is told where the tokens are.
async fn interrupted(context: &Context) -> Result<Vec<Pending>, Problem> {
    let all = service::interrupted(context).await?;
    let waits = |finding: &Finding| matches!(finding, Finding::Waiting { .. });
    Ok(all
        .iter()
        .filter(|it| !waits(&it.finding) && !it.shown.is_some_and(|shown| shown.is_closed))
        .map(service::Interrupted::facts)
        .collect())
}

async fn carry_out(
    context: &Arc<Context>,
    id: &str,
    remedy: Remedy,
    lifetime: Lifetime,
    tell: Tell,
) -> Result<Outcome, Problem> {
    // Somebody else may have finished it in the meantime.
    let gone = match remedy {
        Remedy::Show => ResumeError::ValuesGone,
        _ => ResumeError::NotActive,
    };
    let chosen = service::find(context, id).await?;
    let chosen = chosen.ok_or(Problem::NotResumable(gone))?;
    match remedy {
        Remedy::Show | Remedy::Finish => {
            let place = chosen.place().ok_or(Problem::Busy)?;
            Ok(match service::finish(context, chosen, &tell).await? {
                Finished::Issued(issued) => Outcome::Issued(place, issued),
                Finished::Replaced(done) => Outcome::Replaced(place, done),
                Finished::Revoked(done) => Outcome::Revoked(place, done),
                Finished::Renewed(done) => Outcome::Renewed(place, done),
            })
        }
        Remedy::Rotate => {
            let place = chosen.place().ok_or(Problem::Busy)?;
            let issued = service::rotate_unclaimed(context, chosen, lifetime, &tell).await?;
            Ok(Outcome::Issued(place, Box::new(issued)))
        }
        Remedy::Revoke => {
            let place = chosen.place().ok_or(Problem::Busy)?;
            let done = service::take_back(context, chosen, &tell).await?;
            Ok(Outcome::Revoked(place, done))
        }
        Remedy::Discard => service::discard(chosen).map(|()| Outcome::Forgotten),
    }
}
