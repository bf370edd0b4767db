//! The clipboard: a secret that was copied does not stay in it.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use model::{News, Problem, PublicText};
use std::time::{Duration, Instant};

use dioxus::prelude::*;

use super::{Actions, Cleared};
use crate::state::Copied;
use protocol::secret::SecretText;

impl Actions {
    /// Copies a text that is public anyway.
    pub(super) fn copy_text(&self, what: PublicText, text: String) {
        let actions = self.clone();
        spawn(async move {
            match actions.clipboard.copy(text).await {
                Ok(()) => {
                    // If a secret was there, it is replaced.
                    actions.state.clipboard.reset();
                    actions.tell(News::Copied(what));
                }
                Err(problem) => actions.tell(News::Trouble(problem)),
            }
        });
    }

    /// Clears the clipboard now, if it still holds what was copied from a sheet.
    pub(super) fn clear_clipboard(&self) {
        let actions = self.clone();
        spawn(async move { actions.clear().await });
    }

    /// Copies a secret; its time begins. The clipboard keeps to it by itself: what runs here counts down for the user, and
    /// stands still while the page does.
    pub(super) async fn copy_secret(&self, text: SecretText) -> Result<(), Problem> {
        let limit = self.state.settings.limits_now().clipboard;
        self.clipboard.copy_secret(text, limit).await?;
        let store = self.state.clipboard;
        let copy = store.copied();
        let Some(limit) = limit else {
            return Ok(());
        };
        let actions = self.clone();
        let begun = Instant::now();
        store.count(copy, limit.as_secs());
        spawn(async move {
            loop {
                let left = limit.saturating_sub(begun.elapsed());
                // Told as it is counted: 45, 44, … 1.
                let seconds = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
                if !store.count(copy, seconds) {
                    return;
                }
                if left.is_zero() {
                    return actions.clear().await;
                }
                let to_next_second = Duration::from_nanos(left.subsec_nanos().into());
                let pause = if to_next_second.is_zero() {
                    Duration::from_secs(1)
                } else {
                    to_next_second
                };
                tokio::time::sleep(pause).await;
            }
        });
        Ok(())
    }

    async fn clear(&self) {
        self.state.clipboard.reset();
        let mut sheet = self.state.sheet;
        let open = sheet.issuance.peek().is_some();
        match self.clipboard.clear().await {
            Ok(Cleared::Ours) if open => sheet.copied.set(Some(Copied::Cleared)),
            Ok(Cleared::Ours) => {
                self.tell(News::ClipboardCleared);
            }
            Ok(Cleared::NotOurs) => {}
            Err(message) if open => {
                sheet.copied.set(None);
                sheet.copy_failed.set(Some(message));
            }
            Err(problem) => self.tell(News::Trouble(problem)),
        }
    }
}
