//! The one window, for what does not go through the page: it can be had on the event loop's thread, whatever the page does.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use dioxus_desktop::tao::window::Window;

thread_local! {
    /// Weak: what keeps the window is the renderer, and it is gone when that lets go of it.
    static WINDOW: RefCell<Weak<Window>> = const { RefCell::new(Weak::new()) };
}

/// Notes the window; call when it is made.
pub(super) fn note(window: &Arc<Window>) {
    WINDOW.set(Arc::downgrade(window));
}

/// Does something with the window; `None` where there is none, and on every other thread.
pub(super) fn with<T>(work: impl FnOnce(&Window) -> T) -> Option<T> {
    let window = WINDOW.with_borrow(Weak::upgrade)?;
    Some(work(&window))
}
