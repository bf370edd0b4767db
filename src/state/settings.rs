//! What was chosen of the window on this machine, and what this start has set for itself.

use std::path::PathBuf;

use dioxus::prelude::*;

use super::begin;
use model::{GivenLimits, Preferences, SecretLimits};

/// This machine's, whatever is open.
#[derive(Clone, Copy, PartialEq)]
pub struct SettingsStore {
    /// What was chosen.
    pub chosen: Signal<Preferences>,
    /// What the start has set, which rules.
    pub given: Signal<GivenLimits>,
    /// Whether the system shows notifications.
    pub can_notify: Signal<bool>,
    /// The key file, where session and keys are in it and not in the system's keychain.
    pub key_file: Signal<Option<PathBuf>>,
}

impl SettingsStore {
    pub(super) fn make() -> Self {
        Self {
            chosen: begin(),
            given: begin(),
            can_notify: begin(),
            key_file: begin(),
        }
    }

    /// The times after which secrets go out of reach; who reads them hears of changes.
    pub fn limits(self) -> SecretLimits {
        self.given.read().over(&self.chosen.read())
    }

    /// The same, for now.
    pub fn limits_now(self) -> SecretLimits {
        self.given.peek().over(&self.chosen.peek())
    }
}
