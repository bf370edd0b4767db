//! The system's clipboard, from Rust: what is copied never passes through the web view.
//!
//! On X11 the program that copied serves the text to whoever pastes it, so the handle lives as long as the window.
//! Copies that the system or a clipboard manager makes are out of reach (SECURITY.md).

use std::cell::RefCell;

use crate::actions::{Clipboard, Eventually};
use crate::domain::Message;
use crate::secret::SecretText;

/// The clipboard of the desktop that the window is on; opened at the first copy.
#[derive(Default)]
pub struct System {
    handle: RefCell<Option<copypasta::ClipboardContext>>,
}

impl Clipboard for System {
    fn copy(&self, text: String) -> Eventually<()> {
        self.copy_secret(SecretText::new(text))
    }

    fn copy_secret(&self, text: SecretText) -> Eventually<()> {
        use copypasta::ClipboardProvider as _;

        // Exposed because the user asked for it in the clipboard.
        let copied = self.with(|clipboard| clipboard.set_contents(text.expose().to_owned()));
        Box::pin(std::future::ready(copied.ok_or_else(failed)))
    }

    fn paste(&self) -> Eventually<SecretText> {
        let text = self
            .with(copypasta::ClipboardProvider::get_contents)
            .map(SecretText::new);
        let text = text.filter(|text| !text.is_blank()).ok_or_else(unreadable);
        Box::pin(std::future::ready(text))
    }
}

impl System {
    fn with<T, E>(&self, work: impl FnOnce(&mut copypasta::ClipboardContext) -> Result<T, E>) -> Option<T> {
        let mut handle = self.handle.borrow_mut();
        if handle.is_none() {
            *handle = copypasta::ClipboardContext::new().ok();
        }
        work(handle.as_mut()?).ok()
    }
}

fn unreadable() -> Message {
    Message::new(
        "There is no text in the clipboard.",
        "Copy the leaked block first, then paste it here.",
    )
}

fn failed() -> Message {
    Message::new(
        "The clipboard cannot be used, so nothing was copied.",
        "Reveal the value and copy it by hand.",
    )
}
