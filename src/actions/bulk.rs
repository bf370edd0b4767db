//! One thing for several tokens: revoking them is a run as of an emergency; everything else is done one token after the other.
//!
//! The secrets of what is renewed go to where the former ones were sent, and are never shown. What could not be sent stays in
//! the journal, as after a crash.

use std::collections::BTreeSet;
use std::sync::Arc;

use dioxus::prelude::*;

use super::emergency::{held_here, options};
use super::{Actions, Tell, beside, on_disk, telling};
use crate::state::{BulkKind, BulkLine, BulkState, Dialog, Operation};
use model::destinations::destinations_of;
use model::{Destination, Parcel, Problem, RevocationStatus, RevokeTarget, SendError, Step};
use protocol::{DeployToken, DeployTokenId, Lifetime};
use service::revocation::{self, StopWaiting};
use service::{Context, Issued, Place};

impl Actions {
    /// Does it with all chosen tokens that it can be done with: confirmed.
    pub(super) fn in_bulk(&self, kind: BulkKind, lifetime: Lifetime) {
        let (chosen, dialog) = (self.state.chosen, self.state.dialog);
        let is_asked = *dialog.open.peek() == Dialog::Bulk(kind) && !dialog.operation.peek().is_running();
        let Some((context, place)) = self.here().filter(|_| is_asked) else {
            return;
        };
        let tokens = chosen.fit(kind, &self.state.tokens);
        if tokens.is_empty() {
            return;
        }
        // The dialog stays open as long as it runs.
        let mut operation = dialog.operation;
        operation.set(Operation::Running(Step::Check));
        if matches!(kind, BulkKind::Rotate | BulkKind::Replace) {
            self.remember_lifetime(lifetime);
        }
        let (actions, stop) = (self.clone(), StopWaiting::default());
        let waiting = stop.clone();
        chosen.begin(
            tokens.iter().map(waits).collect(),
            Some(Box::new(move || waiting.stop())),
        );
        spawn(async move {
            if kind == BulkKind::Revoke {
                actions.revoke_all(context, &place, tokens, stop).await;
            } else {
                actions
                    .one_after_the_other(kind, (&context, &place), tokens, lifetime)
                    .await;
            }
            operation.set(Operation::Idle);
            chosen.end();
            actions.refresh_all();
        });
    }

    /// The engine of an emergency: all at once, the key sealed again once, and in the journal until it is done.
    async fn revoke_all(
        &self,
        context: Arc<Context>,
        place: &Place,
        tokens: Vec<DeployToken>,
        stop: StopWaiting,
    ) {
        let chosen = self.state.chosen;
        let project = self.state.place.project.peek().as_ref().map(|it| it.name.clone());
        let project = project.unwrap_or_default();
        let targets: Vec<RevokeTarget> = tokens.iter().map(|it| target(it, place, &project)).collect();
        let work = |tell: Tell<(usize, RevocationStatus)>| async move {
            let known = held_here(&context).await;
            let tell = move |index, status: &RevocationStatus| tell((index, status.clone()));
            Ok(revocation::revoke_targets(&context, &targets, &options(known, stop, &tell)).await)
        };
        let told = |changes: &mut Vec<(usize, RevocationStatus)>| {
            for (index, status) in changes.drain(..) {
                chosen.note(index, BulkState::Revoking(status));
            }
        };
        match telling(work, told).await {
            Ok(statuses) => {
                for (index, (status, token)) in statuses.into_iter().zip(&tokens).enumerate() {
                    if status.is_refused() && self.is_here(place) {
                        self.state.tokens.show_revoked(&token.id);
                    }
                    chosen.note(index, BulkState::Revoking(status));
                }
            }
            Err(problem) => chosen.note(0, BulkState::Failed(problem)),
        }
    }

    /// Until all are done, the user wants no more, or the session has ended.
    async fn one_after_the_other(
        &self,
        kind: BulkKind,
        at: (&Arc<Context>, &Place),
        tokens: Vec<DeployToken>,
        lifetime: Lifetime,
    ) {
        let chosen = self.state.chosen;
        // Every tool is looked for before the first token is changed.
        let missing = match kind {
            BulkKind::Rotate | BulkKind::Replace => self.missing_tools(&tokens).await,
            BulkKind::Revoke | BulkKind::Delete => Vec::new(),
        };
        for (index, token) in tokens.iter().enumerate() {
            if chosen.is_stopping() || !self.is_session(at.0) {
                break;
            }
            chosen.note(index, BulkState::Running);
            let state = match kind {
                BulkKind::Delete | BulkKind::Revoke => delete(at, &token.id).await,
                BulkKind::Rotate | BulkKind::Replace => {
                    self.renew(kind, at, &token.id, lifetime, &missing).await
                }
            };
            let has_ended = matches!(&state, BulkState::Failed(problem) if self.expired_by(problem, None));
            chosen.note(index, state);
            if has_ended {
                break;
            }
        }
    }

    /// The destinations of these tokens whose tool is not there, with why.
    async fn missing_tools(&self, tokens: &[DeployToken]) -> Vec<(Destination, Problem)> {
        let all: Vec<Destination> = {
            let handed = self.state.tokens.handed.peek();
            tokens
                .iter()
                .flat_map(|it| destinations_of(&it.id, &handed))
                .collect()
        };
        let (mut seen, mut missing) = (BTreeSet::new(), Vec::new());
        for destination in all {
            if seen.insert(destination.to_string())
                && let Err(problem) = self.platform.program(&destination).await
            {
                missing.push((destination, problem));
            }
        }
        missing
    }

    /// New values for one token, to where the former ones are; nothing is changed where that is not known or cannot be.
    async fn renew(
        &self,
        kind: BulkKind,
        (context, place): (&Arc<Context>, &Place),
        token: &DeployTokenId,
        lifetime: Lifetime,
        missing: &[(Destination, Problem)],
    ) -> BulkState {
        let destinations = destinations_of(token, &self.state.tokens.handed.peek());
        if destinations.is_empty() {
            return BulkState::NotSentAnywhere;
        }
        if let Some((_, problem)) = missing.iter().find(|(it, _)| destinations.contains(it)) {
            return BulkState::Failed(problem.clone());
        }
        let (asked, at, id) = (Arc::clone(context), place.clone(), token.to_string());
        let issued = beside(async move {
            match kind {
                BulkKind::Replace => service::replace(&asked, &at, &id, lifetime, &|_| {}).await,
                _ => service::rotate(&asked, &at, &id, lifetime, &|_| {}).await,
            }
        });
        match issued.await {
            Ok(issued) => self.send_unseen(context, issued, destinations).await,
            Err(problem) => BulkState::Failed(problem),
        }
    }

    /// Sends what was issued. The journal forgets it when every destination has it, and only then.
    async fn send_unseen(
        &self,
        context: &Arc<Context>,
        issued: Issued,
        destinations: Vec<Destination>,
    ) -> BulkState {
        let Issued { issuance, entry } = issued;
        let (mut sent, mut failed) = (Vec::new(), Vec::new());
        for destination in destinations {
            let sending = self.platform.send(destination.clone(), Parcel::from(&issuance));
            let stopped = || Err(Problem::from(SendError::Stopped));
            match tokio::spawn(sending).await.unwrap_or_else(|_| stopped()) {
                Ok(_) => {
                    let (context, id) = (Arc::clone(context), issuance.token.id.clone());
                    let there = destination.clone();
                    drop(on_disk(move || service::note_handed(&context, &id, &there)).await);
                    sent.push(destination);
                }
                Err(problem) => failed.push((destination, problem)),
            }
        }
        if let Some(entry) = entry.filter(|_| failed.is_empty())
            && let Ok(Err(error)) = on_disk(move || entry.handed_over()).await
        {
            tracing::warn!(%error, "the journal still has what was handed over");
        }
        BulkState::Renewed {
            sent,
            failed,
            unshared: issuance.share.err(),
        }
    }
}

fn waits(token: &DeployToken) -> BulkLine {
    BulkLine {
        token: token.id.clone(),
        name: token.name.clone(),
        state: BulkState::Waiting,
    }
}

fn target(token: &DeployToken, place: &Place, project_name: &str) -> RevokeTarget {
    RevokeTarget {
        project: place.project.clone(),
        project_name: project_name.to_owned(),
        environment: place.environment.clone(),
        token: token.id.clone(),
        name: token.name.clone(),
        last_use: token.last_use,
    }
}

async fn delete((context, place): (&Arc<Context>, &Place), token: &DeployTokenId) -> BulkState {
    let (context, place, id) = (Arc::clone(context), place.clone(), token.to_string());
    let deleted = beside(async move { service::delete(&context, &place, &id).await });
    match deleted.await {
        Ok(_) => BulkState::Deleted,
        Err(problem) => BulkState::Failed(problem),
    }
}
