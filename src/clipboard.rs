//! The system's clipboard, from Rust: what is copied never passes through the web view.
//!
//! On X11 the program that copied serves the text to whoever pastes it, so the handle lives as long as the window.
//! Copies that the system or a clipboard manager makes are out of reach (SECURITY.md).

use std::cell::RefCell;

use crate::actions::Clipboard;
use crate::domain::Message;
use crate::secret::SecretText;

/// The clipboard of the desktop that the window is on; opened at the first copy.
#[derive(Default)]
pub struct System {
    #[cfg(feature = "desktop")]
    handle: RefCell<Option<copypasta::ClipboardContext>>,
    #[cfg(not(feature = "desktop"))]
    _none: RefCell<()>,
}

impl Clipboard for System {
    #[cfg(feature = "desktop")]
    fn copy(&self, text: &SecretText) -> Result<(), Message> {
        // Exposed because the user asked for it in the clipboard.
        use copypasta::ClipboardProvider as _;

        self.with(|clipboard| clipboard.set_contents(text.expose().to_owned()))
            .ok_or_else(failed)
    }

    #[cfg(feature = "desktop")]
    fn paste(&self) -> Result<SecretText, Message> {
        self.with(copypasta::ClipboardProvider::get_contents)
            .map(SecretText::new)
            .filter(|text| !text.is_blank())
            .ok_or_else(unreadable)
    }

    #[cfg(not(feature = "desktop"))]
    fn paste(&self) -> Result<SecretText, Message> {
        Err(unreadable())
    }

    #[cfg(not(feature = "desktop"))]
    fn copy(&self, _: &SecretText) -> Result<(), Message> {
        Err(failed())
    }
}

#[cfg(feature = "desktop")]
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
