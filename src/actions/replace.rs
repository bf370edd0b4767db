//! Replacing a token: its successor, the time until its end, its end.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::sync::Arc;

use dioxus::prelude::*;

use super::grace::{self, Over, Told};
use super::{Actions, on_disk};
use model::{Grace, News, Problem};
use protocol::{DeployToken, DeployTokenId, Lifetime};
use service::{Place, Replaced};

impl Actions {
    /// Makes a successor; the token goes on working.
    pub(super) fn replace(&self, token: &DeployToken, lifetime: Lifetime, grace: Grace) {
        self.remember_lifetime(lifetime);
        let id = token.id.to_string();
        self.issue(grace, move |context, place, tell| async move {
            service::replace(&context, &place, &id, lifetime, &tell).await
        });
    }

    /// Ends the token whose successor CI has.
    pub(super) fn finish_replacement(&self, token: &DeployToken) {
        let id = token.id.to_string();
        self.in_dialog(
            move |context, place, tell| async move {
                service::finish_replacement(&context, &place, &id, None, &tell).await
            },
            |actions, _, place, done| actions.tell_replaced(&place, &done),
        );
    }

    /// Forgets a replacement; both tokens stay as they are.
    pub(super) fn forget_replacement(&self, id: DeployTokenId) {
        let (actions, Some((context, place))) = (self.clone(), self.here()) else {
            return;
        };
        spawn(async move {
            let forget = move || service::forget_replacement(&context, &place, id.as_str());
            if let Err(error) = on_disk(forget).await.flatten() {
                actions.tell(News::Trouble(error));
            }
            actions.refresh();
        });
    }

    pub(super) fn tell_replaced(&self, place: &Place, done: &Replaced) {
        let name = done.name.clone();
        self.tell(match &done.proof {
            Ok(_) => News::Replaced { name },
            Err(Problem::NotDone) => News::Trouble(Problem::NotDone),
            Err(_) => News::ReplacedUnproven { name },
        });
        self.tell_share(place, &done.share);
    }

    /// Has the token that a successor replaces revoked when the chosen time has passed; wherever the window is then, because
    /// that token works until it is done. Here is told how that goes.
    pub(super) fn begin_grace(&self, grace: Grace, over: Over) {
        let (actions, Some(seconds)) = (self.clone(), grace.seconds()) else {
            return;
        };
        let over = Arc::new(over);
        let mut told = grace::begin(Arc::clone(&over), self.newest.clone(), seconds);
        spawn(async move {
            let mut due = actions.state.tokens.due;
            let mut warned = false;
            while let Some(what) = told.recv().await {
                due.write().retain(|(id, _)| *id != over.successor);
                match what {
                    Told::Due(at) => due.write().push((over.successor.clone(), at)),
                    Told::NotYet(error) if !warned => {
                        warned = true;
                        actions.tell(News::NotYetReplaced {
                            name: over.name.clone(),
                            problem: error,
                        });
                    }
                    Told::NotYet(_) | Told::Nothing => {}
                    Told::Done(done) => actions.tell_replaced(&over.place, &done),
                    Told::Left => {
                        actions.tell(News::ReplacementLeft {
                            name: over.name.clone(),
                        });
                    }
                    Told::GivenUp(error) => {
                        actions.tell(News::ReplacementOverdue {
                            name: over.name.clone(),
                            problem: error,
                        });
                    }
                }
            }
            actions.refresh();
        });
    }
}
