//! How many calls a minute are answered: counted by person over all devices and sessions, before sign-in by address, and for
//! CI tokens by environment (docs/protocol.md 15). The counts are this process's own and end with it.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use protocol::Moment;

use super::auth::{Caller, Runner};
use super::store::users::User;

/// A window begins with its first call.
const WINDOW: Duration = Duration::from_secs(60);
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Whose calls are counted together.
pub(super) trait Counted {
    /// The same text for the same one.
    fn counted_as(&self) -> String;
}

impl Counted for User {
    fn counted_as(&self) -> String {
        format!("user {}", self.id)
    }
}

impl Counted for Runner {
    fn counted_as(&self) -> String {
        format!("environment {}", self.environment_id)
    }
}

impl Counted for Caller {
    fn counted_as(&self) -> String {
        match self {
            Self::User(user) => user.counted_as(),
            Self::Runner(runner) => runner.counted_as(),
        }
    }
}

/// Before sign-in; every caller of a loopback address has the same one.
impl Counted for () {
    fn counted_as(&self) -> String {
        "address".to_owned()
    }
}

/// The counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Throttle {
    limit: Option<NonZeroU32>,
    windows: Arc<Mutex<HashMap<String, Window>>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: Instant,
    used: u32,
}

/// What is left to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    limit: u32,
    remaining: u32,
    /// Seconds to wait, where the call is refused.
    pub(super) wait: Option<u64>,
}

impl Throttle {
    /// With so many calls a minute; `None` for no limit.
    pub(super) fn of(limit: Option<NonZeroU32>) -> Self {
        Self {
            limit,
            windows: Arc::default(),
        }
    }

    /// Counts a call; `None` where nothing is counted. A refused call does not count.
    pub(super) fn take(&self, who: &impl Counted, now: Instant) -> Option<Quota> {
        let limit = self.limit?.get();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, window| window.ends > now);
        let window = windows.entry(who.counted_as()).or_insert_with(|| Window {
            ends: now.checked_add(WINDOW).unwrap_or(now),
            used: 0,
        });
        if window.used >= limit {
            let left = window.ends.saturating_duration_since(now);
            return Some(Quota {
                limit,
                remaining: 0,
                wait: Some(left.as_secs().saturating_add(1).min(WINDOW.as_secs())),
            });
        }
        window.used = window.used.saturating_add(1);
        Some(Quota {
            limit,
            remaining: limit.saturating_sub(window.used),
            wait: None,
        })
    }
}

impl Quota {
    /// Tells it in an answer's headers.
    pub(super) fn tell(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        if let Some(wait) = self.wait {
            let reset = Moment::now().plus_seconds(i64::try_from(wait).unwrap_or(i64::MAX));
            headers.insert(RESET, HeaderValue::from(reset.0.as_second()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_its_first_call_and_is_each_persons_own() {
        let user = |id: &str| User {
            id: id.to_owned(),
            name: String::new(),
            email: String::new(),
        };
        let (one, two) = (user("1"), user("2"));
        let throttle = Throttle::of(NonZeroU32::new(2));
        let begin = Instant::now();
        let at = |seconds| begin.checked_add(Duration::from_secs(seconds)).unwrap();
        let left = |who, seconds| {
            let quota = throttle.take(who, at(seconds)).unwrap();
            (quota.remaining, quota.wait)
        };
        assert_eq!(left(&one, 0), (1, None));
        assert_eq!(left(&one, 50), (0, None));
        assert_eq!(left(&one, 50), (0, Some(11)));
        assert_eq!(left(&two, 50), (1, None));
        assert_eq!(left(&one, 60), (1, None), "the next window");
        assert_eq!(Throttle::of(None).take(&one, begin), None);
    }
}
