//! Who did what in the open project, as far back as it was asked for.

use dioxus::prelude::*;

use super::{Load, Operation, begin, restore};
use model::ActivityFilter;
use protocol::{ActivityAuthor, ActivityEntry, ActivityKind, ActivityPage, EnvironmentId};

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
    /// Only what is about tokens whose name or id has this in it; everything where it is empty.
    pub token: Signal<String>,
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

    /// The entries to show in this environment.
    pub fn shown(&self, entries: &[ActivityEntry], environment: Option<EnvironmentId>) -> Vec<ActivityEntry> {
        let filter = ActivityFilter {
            environment: environment.filter(|_| !*self.whole_project.read()),
            kind: *self.kind.read(),
            token: None,
        };
        let token = self.token.read().trim().to_lowercase();
        let is_shown = |entry: &&ActivityEntry| filter.fits(entry) && names(entry, &token);
        entries.iter().filter(is_shown).cloned().collect()
    }
}

/// Whether an entry is about a token with this in its name or id: the one that fetched, or the one in the sentence.
fn names(entry: &ActivityEntry, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    match &entry.author {
        _ if wanted.is_empty() => true,
        ActivityAuthor::Token { id, name } => has(id.as_str()) || name.as_deref().is_some_and(has),
        _ => entry.kind.is_of_a_token() && has(&entry.description),
    }
}
