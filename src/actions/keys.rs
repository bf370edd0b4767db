//! New keys for the environments whose tokens are revoked.

use std::future::Future;
use std::sync::Arc;

use dioxus::prelude::*;

use super::{Actions, beside, on_disk};
use crate::state::Ticket;
use model::{KeyStatus, KeyToRenew, News, Problem, RevokeTarget};
use service::{Context, Place, WantedRenewal};

impl Actions {
    /// Makes the keys anew that were wished for, one after the other; those of environments with tokens that may still work
    /// wait in the journal.
    pub(super) async fn renew_keys(
        &self,
        context: &Arc<Context>,
        number: Ticket,
        wished: Vec<WantedRenewal>,
    ) {
        for wanted in wished {
            let place = wanted.place().clone();
            let is_refused = self.state.emergency.run.peek().as_ref().is_none_or(|run| {
                let key = run.keys.iter().find(|key| is_of(key, &place));
                run.number != number || key.is_none_or(|key| run.is_refused_in(key))
            });
            let status = if is_refused {
                self.show_key_status(number, &place, KeyStatus::Renewing);
                let asked = Arc::clone(context);
                match beside(async move { wanted.renew(&asked, &|_| {}).await }).await {
                    Ok(done) => KeyStatus::Renewed(Box::new(done)),
                    Err(problem) => KeyStatus::NotRenewed(problem),
                }
            } else {
                KeyStatus::NotRenewed(Problem::RevokeFirst)
            };
            if !self.show_key_status(number, &place, status.clone()) {
                self.tell_renewed(&place, status);
            }
        }
    }

    /// Renews what was not renewed in the run that is shown.
    pub(super) fn renew_left_keys(&self) {
        let (actions, store) = (self.clone(), self.state.emergency);
        let Some(context) = self.context() else { return };
        let (number, left) = match &*store.run.peek() {
            Some(run) if run.over && !run.is_renewing() => {
                let is_left = |it: &&KeyToRenew| matches!(it.status, KeyStatus::NotRenewed(_));
                let left: Vec<KeyToRenew> = run.keys.iter().filter(is_left).cloned().collect();
                (run.number, left)
            }
            _ => return,
        };
        for key in &left {
            self.show_key_status(number, &place_of(key), KeyStatus::Queued);
        }
        let wished = wish(&context, &left);
        spawn(async move {
            let wished = wished.await;
            actions.renew_keys(&context, number, wished).await;
            if actions.is_session(&context) {
                actions.refresh_all();
            }
        });
    }

    /// Says whether the run is still the one that is shown.
    fn show_key_status(&self, number: Ticket, place: &Place, status: KeyStatus) -> bool {
        self.state.emergency.change(number, |run| {
            if let Some(key) = run.keys.iter_mut().find(|key| is_of(key, place)) {
                key.status = status;
            }
        })
    }

    /// For somebody who has left the page of the run.
    fn tell_renewed(&self, place: &Place, status: KeyStatus) {
        let environment = place.name().clone();
        match status {
            KeyStatus::Renewed(done) => self.tell(News::KeyRenewed {
                environment,
                variables: done.variables.len(),
            }),
            KeyStatus::NotRenewed(problem) => self.tell(News::Trouble(Problem::In {
                environment,
                problem: Box::new(problem),
            })),
            KeyStatus::Queued | KeyStatus::Renewing => {}
        }
    }
}

/// Notes in the journal that these keys are to be renewed, beside the window.
pub(super) fn wish(
    context: &Arc<Context>,
    keys: &[KeyToRenew],
) -> impl Future<Output = Vec<WantedRenewal>> + use<> {
    let (context, places) = (Arc::clone(context), places_of(keys));
    async move {
        let wished = on_disk(move || service::want_renewals(&context, &places)).await;
        wished.unwrap_or_default()
    }
}

/// What was wished for these keys in an earlier run.
pub(super) async fn wished_before(context: &Arc<Context>, keys: &[KeyToRenew]) -> Vec<WantedRenewal> {
    let (context, places) = (Arc::clone(context), places_of(keys));
    let wished = on_disk(move || service::wanted_renewals(&context, &places)).await;
    wished.unwrap_or_default()
}

/// The keys that are wished for, of the environments of these tokens.
pub(super) fn of_wishes(wished: &[WantedRenewal], targets: &[RevokeTarget]) -> Vec<KeyToRenew> {
    let is_wished = |key: &KeyToRenew| wished.iter().any(|it| is_of(key, it.place()));
    KeyToRenew::of(targets).into_iter().filter(is_wished).collect()
}

fn places_of(keys: &[KeyToRenew]) -> Vec<Place> {
    keys.iter().map(place_of).collect()
}

fn place_of(key: &KeyToRenew) -> Place {
    Place {
        project: key.project.clone(),
        environment: key.environment.clone(),
    }
}

fn is_of(key: &KeyToRenew, place: &Place) -> bool {
    key.project == place.project && key.environment.id == place.environment.id
}
