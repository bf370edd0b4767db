//! The clipboard of a phone, through the web view: no crate reaches it there without the system's own programming interface.
//!
//! Security limit: what is copied and pasted passes through the web view's memory, which is not ours to wipe (SECURITY.md).
//! Nothing of it is put into the page.

use model::MachineError;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use dioxus::prelude::*;

use crate::actions::{Cleared, Clipboard, Eventually};
use protocol::secret::SecretText;

/// The web view's clipboard. It answers only in the moment after a touch, and only if the system allows it.
#[derive(Default)]
pub(super) struct WebClipboard {
    /// The secret that was copied last, to be recognised.
    secret: Rc<RefCell<Option<SecretText>>>,
}

/// Says whether it worked.
const COPY: &str = "
const text = await dioxus.recv();
try { await navigator.clipboard.writeText(text); return true; } catch { return false; }
";
const PASTE: &str = "try { return await navigator.clipboard.readText(); } catch { return null; }";

impl Clipboard for WebClipboard {
    fn copy(&self, text: String) -> Eventually<()> {
        let secret = Rc::clone(&self.secret);
        Box::pin(async move {
            write(&text).await?;
            // What was there is replaced.
            secret.take();
            Ok(())
        })
    }

    fn copy_secret(&self, text: SecretText, _limit: Option<Duration>) -> Eventually<()> {
        let secret = Rc::clone(&self.secret);
        Box::pin(async move {
            // Exposed because the user asked for it in the clipboard.
            write(text.expose()).await?;
            secret.replace(Some(text));
            Ok(())
        })
    }

    fn paste(&self) -> Eventually<SecretText> {
        Box::pin(async move {
            let text = read().await.filter(|text| !text.is_blank());
            text.ok_or(MachineError::NoPaste)
        })
    }

    fn clear(&self) -> Eventually<Cleared> {
        let secret = Rc::clone(&self.secret);
        Box::pin(async move {
            let Some(ours) = secret.take() else {
                return Ok(Cleared::NotOurs);
            };
            let cleared = match read().await {
                Some(text) if !text.ct_eq(&ours) => return Ok(Cleared::NotOurs),
                Some(_) => write("").await.is_ok(),
                None => false,
            };
            if cleared {
                return Ok(Cleared::Ours);
            }
            // Kept, so that clearing can be tried again.
            secret.replace(Some(ours));
            Err(MachineError::NotCleared)
        })
    }
}

async fn write(text: &str) -> Result<(), MachineError> {
    let script = document::eval(COPY);
    script.send(text).map_err(|_| MachineError::NotCopied)?;
    match script.join::<bool>().await {
        Ok(true) => Ok(()),
        _ => Err(MachineError::NotCopied),
    }
}

async fn read() -> Option<SecretText> {
    let text = document::eval(PASTE).join::<Option<String>>().await;
    text.ok().flatten().map(SecretText::new)
}
