//! The clipboard of a phone, through the web view: no crate reaches it there without the system's own programming interface.
//!
//! Security limit: what is copied and pasted passes through the web view's memory, which is not ours to wipe (SECURITY.md).
//! Nothing of it is put into the page.

use dioxus::prelude::*;

use crate::actions::{Clipboard, Eventually};
use crate::domain::Message;
use crate::secret::SecretText;

/// The web view's clipboard. It answers only in the moment after a touch, and only if the system allows it.
pub(super) struct WebClipboard;

/// Says whether it worked.
const COPY: &str = "
const text = await dioxus.recv();
try { await navigator.clipboard.writeText(text); return true; } catch { return false; }
";
const PASTE: &str = "try { return await navigator.clipboard.readText(); } catch { return null; }";

impl Clipboard for WebClipboard {
    fn copy(&self, text: String) -> Eventually<()> {
        self.copy_secret(SecretText::new(text))
    }

    fn copy_secret(&self, text: SecretText) -> Eventually<()> {
        Box::pin(async move {
            let script = document::eval(COPY);
            // Exposed because the user asked for it in the clipboard.
            script.send(text.expose()).map_err(|_| not_copied())?;
            match script.join::<bool>().await {
                Ok(true) => Ok(()),
                _ => Err(not_copied()),
            }
        })
    }

    fn paste(&self) -> Eventually<SecretText> {
        Box::pin(async move {
            let text = document::eval(PASTE).join::<Option<String>>().await;
            let text = text.ok().flatten().map(SecretText::new);
            text.filter(|text| !text.is_blank()).ok_or_else(nothing_there)
        })
    }
}

fn not_copied() -> Message {
    Message::new(
        "The clipboard cannot be used, so nothing was copied.",
        "Reveal the value, or select the text, and copy it by hand.",
    )
}

fn nothing_there() -> Message {
    Message::new(
        "There is no text in the clipboard, or this app may not read it.",
        "Copy the leaked block first, and allow this app to paste when the system asks.",
    )
}
