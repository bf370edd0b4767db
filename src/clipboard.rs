//! The system's clipboard, from Rust: what is copied never passes through the web view.
//!
//! A secret is copied with the mark that asks clipboard managers to keep no history of it, and is cleared again only
//! while it is still there. Its time runs on the runtime's threads, so that it is kept whatever the window does. On X11 the program that copied serves the text to whoever pastes it; that ends, with the
//! connection and its buffers, when it is cleared. Copies that others made are out of reach (SECURITY.md).

use model::MachineError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::actions::{self, Cleared, Eventually};
use protocol::secret::SecretText;

/// The clipboard of the desktop that the window is on; a handle. Opened at the first copy.
#[derive(Clone, Default)]
pub struct System(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    /// For public texts.
    public: Option<copypasta::ClipboardContext>,
    /// For secrets: it can mark them and clear them.
    handle: Option<arboard::Clipboard>,
    /// The secret that was copied last, to be recognised.
    secret: Option<SecretText>,
    /// Counts copies, so that the time of one that was replaced clears nothing.
    copies: u64,
    /// The time of the secret that was copied last is over, and it was cleared.
    in_time: bool,
}

/// Until clearing is tried again where it did not work.
const AGAIN: Duration = Duration::from_secs(5);

impl System {
    /// Clears the clipboard if it still holds our secret, and waits for it: for the end of the program.
    pub fn clear_now(&self) {
        if let Err(error) = self.held().clear() {
            tracing::warn!(%error, "at the end of the program");
        }
    }

    /// Clears a copy when its time has passed, again and again until it is gone or replaced.
    async fn clear_in_time(self, copy: u64, limit: Duration) {
        let mut pause = limit;
        loop {
            tokio::time::sleep(pause).await;
            let system = self.clone();
            let over = tokio::task::spawn_blocking(move || system.held().time_is_over(copy)).await;
            match over {
                Ok(Ok(())) => return,
                Ok(Err(error)) => tracing::warn!(%error, "when its time was over"),
                Err(error) => tracing::warn!(%error, "clearing the clipboard was broken off"),
            }
            pause = AGAIN;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Half a copy is still a clipboard that can be cleared.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another program may own the clipboard and take its time to answer, so the window does not wait here.
    fn off_ui<T: Send + 'static>(
        &self,
        failed: MachineError,
        work: impl FnOnce(&mut Held) -> Result<T, MachineError> + Send + 'static,
    ) -> Eventually<T> {
        let system = self.clone();
        Box::pin(async move {
            let work = tokio::task::spawn_blocking(move || work(&mut system.held()));
            Ok(work.await.unwrap_or(Err(failed))?)
        })
    }
}

impl actions::Clipboard for System {
    fn copy(&self, text: String) -> Eventually<()> {
        self.off_ui(MachineError::NotCopied, move |held| held.copy(text))
    }

    fn copy_secret(&self, text: SecretText, limit: Option<Duration>) -> Eventually<()> {
        let system = self.clone();
        self.off_ui(MachineError::NotCopied, move |held| {
            held.copy_secret(&text)?;
            held.secret = Some(text);
            if let Some(limit) = limit {
                tokio::spawn(system.clear_in_time(held.copies, limit));
            }
            Ok(())
        })
    }

    fn paste(&self) -> Eventually<SecretText> {
        self.off_ui(MachineError::NothingToPaste, |held| {
            let text = held.handle().and_then(|handle| handle.get_text().ok());
            let text = text.map(SecretText::new).filter(|text| !text.is_blank());
            text.ok_or(MachineError::NothingToPaste)
        })
    }

    fn clear(&self) -> Eventually<Cleared> {
        self.off_ui(MachineError::NotCleared, Held::clear)
    }
}

impl Held {
    fn copy(&mut self, text: String) -> Result<(), MachineError> {
        use copypasta::ClipboardProvider as _;

        if self.public.is_none() {
            self.public = copypasta::ClipboardContext::new().ok();
        }
        match &mut self.public {
            Some(public) => {
                public.set_contents(text).map_err(|_| MachineError::NotCopied)?;
                self.handle = None;
            }
            // That one knows no Wayland without an X server.
            None => {
                // Ends the connection whose buffers held a secret. That it fails does not matter: it is replaced now.
                drop(self.clear());
                let handle = self.handle().ok_or(MachineError::NotCopied)?;
                handle.set_text(text).map_err(|_| MachineError::NotCopied)?;
            }
        }
        // What was there is replaced.
        self.replaced();
        self.secret = None;
        Ok(())
    }

    fn copy_secret(&mut self, text: &SecretText) -> Result<(), MachineError> {
        let set = without_history(self.handle().ok_or(MachineError::NotCopied)?.set());
        // Exposed because the user asked for it in the clipboard.
        set.text(text.expose()).map_err(|_| MachineError::NotCopied)?;
        self.replaced();
        self.public = None;
        Ok(())
    }

    /// There is another copy now.
    fn replaced(&mut self) {
        self.copies = self.copies.wrapping_add(1);
        self.in_time = false;
    }

    fn time_is_over(&mut self, copy: u64) -> Result<(), MachineError> {
        if self.copies == copy && self.secret.is_some() {
            self.in_time = self.clear()? == Cleared::Ours;
        }
        Ok(())
    }

    /// Clears it and looks whether it is gone.
    fn clear(&mut self) -> Result<Cleared, MachineError> {
        let Some(secret) = self.secret.take() else {
            let before = std::mem::take(&mut self.in_time);
            return Ok(if before { Cleared::Ours } else { Cleared::NotOurs });
        };
        if !self.holds(&secret) {
            self.handle = None;
            return Ok(Cleared::NotOurs);
        }
        let cleared = self.handle().is_some_and(|handle| handle.clear().is_ok());
        if !cleared || self.holds(&secret) {
            // Kept, so that clearing can be tried again and is tried at the end of the program.
            self.secret = Some(secret);
            return Err(MachineError::NotCleared);
        }
        // Ends the connection to the display; its buffers held the secret.
        self.handle = None;
        Ok(Cleared::Ours)
    }

    fn holds(&mut self, secret: &SecretText) -> bool {
        let text = self.handle().and_then(|handle| handle.get_text().ok());
        text.is_some_and(|text| SecretText::new(text).ct_eq(secret))
    }

    fn handle(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.handle.is_none() {
            self.handle = arboard::Clipboard::new().ok();
        }
        self.handle.as_mut()
    }
}

/// Each system has its own mark; where there is none, the text is copied all the same.
fn without_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(all(unix, not(any(target_os = "macos", target_os = "android"))))]
    use arboard::SetExtLinux as _;
    #[cfg(windows)]
    use arboard::SetExtWindows as _;

    #[cfg(windows)]
    return set
        .exclude_from_monitoring()
        .exclude_from_history()
        .exclude_from_cloud();
    #[cfg(not(windows))]
    set.exclude_from_history()
}
