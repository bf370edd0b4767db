//! Short notices that go away by themselves.

use std::time::Instant;

use dioxus::prelude::*;

use super::{begin, restore};
use model::News;

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Counts up, so that one can be dismissed.
    pub id: u64,
    /// What it tells.
    pub news: News,
    /// When it came.
    pub since: Instant,
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
            shown: begin(),
            next: begin(),
        }
    }

    /// Takes all notices away. The ids go on: what dismisses one of them later must not meet another.
    pub fn reset(self) {
        let Self { shown, next: _ } = self;
        restore(shown);
    }

    /// Shows a notice and gives its id.
    pub fn push(mut self, news: News) -> u64 {
        let id = *self.next.peek();
        self.next.set(id + 1);
        let since = Instant::now();
        self.shown.write().push(Toast { id, news, since });
        id
    }

    /// Takes away what tells that a closed sheet can be shown again.
    pub fn forget_sheet(mut self, entry: &str) {
        let tells_of_it = |it: &Toast| matches!(&it.news, News::SheetClosed(sheet) if sheet.entry == entry);
        self.shown.write().retain(|toast| !tells_of_it(toast));
    }

    /// Takes a notice away.
    pub fn dismiss(mut self, id: u64) {
        self.shown.write().retain(|toast| toast.id != id);
    }
}
