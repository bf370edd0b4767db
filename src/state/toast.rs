//! Short notices that go away by themselves.

use dioxus::prelude::*;

use model::News;

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Counts up, so that one can be dismissed.
    pub id: u64,
    /// What it tells.
    pub news: News,
}

/// The notices that are shown.
#[derive(Clone, Copy, PartialEq)]
pub struct ToastStore {
    /// Oldest first.
    pub shown: Signal<Vec<Toast>>,
    next: Signal<u64>,
}

impl ToastStore {
    pub(super) fn make() -> Self {
        Self {
            shown: Signal::new(Vec::new()),
            next: Signal::new(0),
        }
    }

    /// Shows a notice and gives its id.
    pub fn push(mut self, news: News) -> u64 {
        let id = *self.next.peek();
        self.next.set(id + 1);
        self.shown.write().push(Toast { id, news });
        id
    }

    /// Takes a notice away.
    pub fn dismiss(mut self, id: u64) {
        self.shown.write().retain(|toast| toast.id != id);
    }
}
