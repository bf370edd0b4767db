//! The tokens of the open environment that are chosen, and what is done with all of them.

use std::collections::BTreeSet;

use dioxus::prelude::*;

use super::{Load, TokensStore, begin, change, restore};
use model::{Destination, Problem, RevocationStatus};
use protocol::{DeployToken, DeployTokenId, TokenEntry};

/// What can be done with several tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkKind {
    /// End them.
    Revoke,
    /// New values for each, sent to where its former ones were.
    Rotate,
    /// A successor for each, sent to where the former values were.
    Replace,
    /// Remove the records of revoked ones.
    Delete,
}

/// What became of one of them.
#[derive(Clone, Debug, PartialEq)]
pub enum BulkState {
    /// Its turn has not come.
    Waiting,
    /// It is being done.
    Running,
    /// It is being revoked, or was, or was not.
    Revoking(RevocationStatus),
    /// It has new values: where they are, where they could not be sent, and why its runner may not decrypt.
    Renewed {
        sent: Vec<Destination>,
        failed: Vec<(Destination, Problem)>,
        unshared: Option<Problem>,
    },
    /// It was left as it was: where its values are is not known here.
    NotSentAnywhere,
    /// Its record is gone.
    Deleted,
    /// It was not done; why.
    Failed(Problem),
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkLine {
    pub token: DeployTokenId,
    pub name: String,
    pub state: BulkState,
}

/// What is done with several tokens, under way or over.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRun {
    pub lines: Vec<BulkLine>,
    /// The user wants no more of it.
    pub stopping: bool,
    /// Whether nothing of it is under way.
    pub over: bool,
}

/// The chosen tokens.
#[derive(Clone, Copy, PartialEq)]
pub struct ChosenStore {
    /// By id.
    pub tokens: Signal<BTreeSet<DeployTokenId>>,
    /// Those that a search or a filter hides.
    pub hidden: Signal<BTreeSet<DeployTokenId>>,
    /// From which one a range is chosen.
    anchor: Signal<Option<DeployTokenId>>,
    /// What is done with them.
    pub run: Signal<Option<BulkRun>>,
    /// Ends the waiting of a revocation that is under way.
    stop: Signal<Option<Box<dyn FnOnce()>>>,
}

impl ChosenStore {
    pub(super) fn make() -> Self {
        Self {
            tokens: begin(),
            hidden: begin(),
            anchor: begin(),
            run: begin(),
            stop: begin(),
        }
    }

    /// Forgets all of it.
    pub fn reset(self) {
        let Self {
            tokens,
            hidden,
            anchor,
            run,
            stop,
        } = self;
        restore(tokens);
        restore(hidden);
        restore(anchor);
        restore(run);
        restore(stop);
    }

    /// Gives all up; what is under way goes on.
    pub fn clear(mut self) {
        if !self.tokens.peek().is_empty() {
            self.tokens.set(BTreeSet::new());
        }
        if self.anchor.peek().is_some() {
            self.anchor.set(None);
        }
    }

    /// Chooses a token, or gives it up.
    pub fn toggle(mut self, token: &DeployTokenId) {
        let mut chosen = self.tokens.write();
        if !chosen.remove(token) {
            chosen.insert(token.clone());
        }
        drop(chosen);
        self.anchor.set(Some(token.clone()));
    }

    /// Chooses all from the one that was chosen last up to this one, as they are shown.
    pub fn extend(mut self, token: &DeployTokenId, shown: &[DeployTokenId]) {
        let at = |id: &DeployTokenId| shown.iter().position(|it| it == id);
        let from = self.anchor.peek().as_ref().and_then(at);
        let Some((from, to)) = from.zip(at(token)) else {
            return self.toggle(token);
        };
        let range = &shown[from.min(to)..=from.max(to)];
        self.tokens.write().extend(range.iter().cloned());
    }

    /// Notes which of the chosen tokens are not among those that are shown.
    pub fn note_shown<'a>(self, shown: impl Iterator<Item = &'a DeployTokenId>) {
        let chosen = self.tokens.read();
        let mut hidden = chosen.clone();
        if !hidden.is_empty() {
            for id in shown {
                hidden.remove(id);
            }
        }
        change(self.hidden, hidden);
    }

    /// Chooses these too, or gives them up.
    pub fn choose(mut self, tokens: impl IntoIterator<Item = DeployTokenId>, chosen: bool) {
        let mut all = self.tokens.write();
        for token in tokens {
            if chosen {
                all.insert(token);
            } else {
                all.remove(&token);
            }
        }
    }

    /// Gives up what is not listed any more.
    pub fn keep_listed(mut self, entries: &[TokenEntry]) {
        if self.tokens.peek().is_empty() {
            return;
        }
        let listed: BTreeSet<&DeployTokenId> = entries
            .iter()
            .filter_map(TokenEntry::token)
            .map(|it| &it.id)
            .collect();
        if !self.tokens.peek().iter().all(|it| listed.contains(it)) {
            self.tokens.write().retain(|it| listed.contains(it));
        }
    }

    /// The chosen tokens that something can be done with, in the order of the list.
    pub fn fit(&self, kind: BulkKind, tokens: &TokensStore) -> Vec<DeployToken> {
        self.of_fit(kind, tokens, |it| it.cloned().collect())
    }

    /// How many those are.
    pub fn count(&self, kind: BulkKind, tokens: &TokensStore) -> usize {
        self.of_fit(kind, tokens, |it| it.count())
    }

    fn of_fit<T>(
        &self,
        kind: BulkKind,
        tokens: &TokensStore,
        look: impl FnOnce(&mut dyn Iterator<Item = &DeployToken>) -> T,
    ) -> T {
        let (chosen, entries) = (self.tokens.read(), tokens.entries.read());
        let entries = match &*entries {
            Load::Ready(entries) => entries.as_slice(),
            _ => &[],
        };
        let fits = |it: &&DeployToken| {
            let wants_active = kind != BulkKind::Delete;
            it.may_be_active() == wants_active && chosen.contains(&it.id)
        };
        look(&mut entries.iter().filter_map(TokenEntry::token).filter(fits))
    }

    /// Shows what is to be done with each, before any of it is.
    pub fn begin(mut self, lines: Vec<BulkLine>, stop: Option<Box<dyn FnOnce()>>) {
        self.stop.set(stop);
        self.run.set(Some(BulkRun {
            lines,
            stopping: false,
            over: false,
        }));
    }

    /// What has become of one of them.
    pub fn note(mut self, index: usize, state: BulkState) {
        if let Some(run) = &mut *self.run.write()
            && let Some(line) = run.lines.get_mut(index)
        {
            line.state = state;
        }
    }

    /// Nothing of it is under way any more. Those that are done are not chosen any more.
    pub fn end(mut self) {
        let mut done = Vec::new();
        if let Some(run) = &mut *self.run.write() {
            run.over = true;
            let are_done = run.lines.iter().filter(|it| it.state.is_done());
            done.extend(are_done.map(|it| it.token.clone()));
        }
        self.choose(done, false);
    }

    /// No more of it is wanted: what is under way ends as it does, and nothing more is begun.
    pub fn stop(mut self) {
        if let Some(run) = &mut *self.run.write() {
            run.stopping = true;
        }
        let stop = self.stop.write().take();
        if let Some(stop) = stop {
            stop();
        }
    }

    /// Whether no more of it is wanted.
    pub fn is_stopping(&self) -> bool {
        self.run.peek().as_ref().is_some_and(|it| it.stopping)
    }
}

impl BulkState {
    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Revoking(status) => status.is_refused(),
            Self::Renewed { failed, unshared, .. } => failed.is_empty() && unshared.is_none(),
            Self::Deleted => true,
            Self::Waiting | Self::Running | Self::NotSentAnywhere | Self::Failed(_) => false,
        }
    }
}
