//! Who did what in the open project, as far back as it was asked for.

use dioxus::prelude::*;

use super::{Load, Operation, begin, restore};
use model::ActivityFilter;
use protocol::{ActivityEntry, ActivityKind, ActivityPage, DeployTokenId};

/// What was fetched, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entries {
    /// The entries that could be read.
    pub list: Vec<ActivityEntry>,
    /// How many could not.
    pub unreadable: usize,
    /// How many pages that is.
    pub pages: u32,
    /// Whether there is another page.
    pub has_more: bool,
}

impl Entries {
    /// Takes the next page in. An entry may come twice, because new ones move it there.
    pub fn add(&mut self, page: ActivityPage) {
        let known = |list: &[ActivityEntry], entry: &ActivityEntry| {
            entry.id.is_some() && list.iter().any(|it| it.id == entry.id)
        };
        for entry in page.entries {
            if !known(&self.list, &entry) {
                self.list.push(entry);
            }
        }
        self.unreadable = self.unreadable.saturating_add(page.unreadable);
        self.pages = self.pages.saturating_add(1);
        self.has_more = page.has_more;
    }
}

/// The activity, and which part of it is shown.
#[derive(Clone, Copy, PartialEq)]
pub struct ActivityStore {
    /// What was fetched of the open project.
    pub entries: Signal<Load<Entries>>,
    /// Fetching what is older.
    pub older: Signal<Operation>,
    /// Whether what happened in other environments is shown, too.
    pub whole_project: Signal<bool>,
    /// Only entries of this kind.
    pub kind: Signal<Option<ActivityKind>>,
    /// Only what is about this token.
    pub token: Signal<Option<(DeployTokenId, String)>>,
}

impl ActivityStore {
    pub(super) fn make() -> Self {
        Self {
            entries: begin(),
            older: begin(),
            whole_project: begin(),
            kind: begin(),
            token: begin(),
        }
    }

    /// Forgets all of it.
    pub fn reset(self) {
        let Self {
            entries,
            older,
            whole_project,
            kind,
            token,
        } = self;
        restore(entries);
        restore(older);
        restore(whole_project);
        restore(kind);
        restore(token);
    }

    /// Which entries are shown in this environment.
    pub fn filter(&self, environment: Option<protocol::EnvironmentId>) -> ActivityFilter {
        ActivityFilter {
            environment: environment.filter(|_| !*self.whole_project.read()),
            token: self.token.read().clone(),
            kind: *self.kind.read(),
        }
    }
}
