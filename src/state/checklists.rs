//! The values that may have been read, until each is changed.

use dioxus::prelude::*;

use super::{begin, restore};
use model::Checklist;

/// The checklists that are open.
#[derive(Clone, Copy, PartialEq)]
pub struct ChecklistStore {
    /// All of them, the oldest first.
    pub all: Signal<Vec<Checklist>>,
    /// Of the one that is shown the server is asked.
    pub looking: Signal<bool>,
}

impl ChecklistStore {
    pub(super) fn make() -> Self {
        Self {
            all: begin(),
            looking: begin(),
        }
    }

    /// Forgets everything of a server that is left.
    pub fn reset(self) {
        let Self { all, looking } = self;
        restore(all);
        restore(looking);
    }

    /// The one with this name.
    pub fn find(&self, id: &str) -> Option<Checklist> {
        self.all.read().iter().find(|it| it.id == id).cloned()
    }

    /// Takes in what is known by now of one, or a new one.
    pub fn put(mut self, checklist: Checklist) {
        let mut all = self.all.write();
        match all.iter_mut().find(|it| it.id == checklist.id) {
            Some(known) => *known = checklist,
            None => all.push(checklist),
        }
    }
}
