//! How long secrets stay in reach without anybody doing anything.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::time::Duration;

/// Times after which a window puts secrets out of reach by itself; `None` is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretLimits {
    /// From a copy to the clearing of the clipboard.
    pub clipboard: Option<Duration>,
    /// From the last input of the user to the hiding of the one-time sheet.
    pub idle: Option<Duration>,
}

impl SecretLimits {
    /// As long as it takes to paste into another window.
    pub const CLIPBOARD_SECONDS: u64 = 45;
    /// As long as it takes to look something up, and shorter than a break.
    pub const IDLE_SECONDS: u64 = 300;

    /// A day: what lies about for longer is better said as never.
    pub const MOST_SECONDS: u64 = 24 * 60 * 60;

    /// Limits in seconds, where none is never and more than [`Self::MOST_SECONDS`] is as many.
    pub fn from_seconds(clipboard: u64, idle: u64) -> Self {
        let limit =
            |seconds: u64| (seconds > 0).then(|| Duration::from_secs(seconds.min(Self::MOST_SECONDS)));
        Self {
            clipboard: limit(clipboard),
            idle: limit(idle),
        }
    }
}

impl Default for SecretLimits {
    fn default() -> Self {
        Self::from_seconds(Self::CLIPBOARD_SECONDS, Self::IDLE_SECONDS)
    }
}
