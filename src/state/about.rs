//! What is read of the program itself: nothing until somebody asks.

use std::rc::Rc;

use dioxus::prelude::*;

use super::{Load, begin, restore};
use model::Passage;

/// The document that is open, and the folder of this window.
#[derive(Clone, Copy, PartialEq)]
pub struct AboutStore {
    /// The data folder; `None` where the system has none.
    pub folder: Signal<Option<String>>,
    /// Why pages with secrets are not locked; `None` where they are.
    pub unlocked: Signal<Option<String>>,
    /// The passages of the open document.
    pub passages: Signal<Load<Rc<Vec<Passage>>>>,
}

impl AboutStore {
    pub(super) fn make() -> Self {
        Self {
            folder: begin(),
            unlocked: begin(),
            passages: begin(),
        }
    }

    /// Forgets what was read. The rest is this machine's, whatever is open.
    pub fn reset(self) {
        let Self {
            folder: _,
            unlocked: _,
            passages,
        } = self;
        restore(passages);
    }
}
