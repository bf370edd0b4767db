//! How far the server's clock is from this machine's, by the dates of its answers (RFC 9110, 6.6.1).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use protocol::Moment;

/// An answer that took longer says little of when it was given.
const QUICK: Duration = Duration::from_secs(10);
/// No answer had a date yet.
const UNKNOWN: i64 = i64::MIN;

/// What the last answer said. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct ServerClock(Arc<AtomicI64>);

impl Default for ServerClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(UNKNOWN)))
    }
}

impl ServerClock {
    /// Notes what an answer says that took so long.
    pub(super) fn note(&self, said: Moment, took: Duration) {
        if took < QUICK {
            self.0.store(said.seconds_since(Moment::now()), Ordering::Relaxed);
        }
    }

    /// By how many seconds the server's clock is ahead of this machine's; negative where it is behind.
    pub(super) fn ahead(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|ahead| *ahead != UNKNOWN)
    }
}
