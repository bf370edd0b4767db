//! When a call that failed is made again, and after which pause: one policy, with other numbers for other work.
//!
//! Whether a failure can be over by itself is [`CallError::may_pass`]'s to say.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use super::CallError;

/// How often a call is made again, and how long is waited in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The first pause.
    pub first: Duration,
    /// By how much each pause is longer than the one before.
    pub factor: u8,
    /// The longest pause of our own.
    pub longest: Duration,
    /// How often again at most; `None` for as long as somebody waits.
    pub times: Option<usize>,
    /// The longest pause that a server may ask for; where it asks for more, the call has failed.
    pub longest_asked: Duration,
    /// No new try after this time; `None` for no such limit.
    pub within: Option<Duration>,
    /// Whether only a server that asks to slow down is asked again, and none that does not answer.
    pub only_slow_down: bool,
}

/// As long a pause may a server ask for of a single call.
const LONGEST_ASKED_OF_ONE: Duration = Duration::from_secs(5 * 60);

impl RetryPolicy {
    /// Somebody looks at a spinner meanwhile. A server that was silent for a whole call's time is not asked again, nor is one
    /// that names a time: that was waited for before the call failed.
    pub const READ: Self = Self {
        first: Duration::from_millis(250),
        factor: 4,
        longest: Duration::from_secs(1),
        times: Some(2),
        longest_asked: Duration::ZERO,
        within: Some(Duration::from_secs(25)),
        only_slow_down: false,
    };

    /// A token is to end, and the server does not answer: until it does.
    pub const REVOKE: Self = Self {
        first: Duration::from_millis(250),
        factor: 2,
        longest: Duration::from_secs(15),
        times: None,
        longest_asked: Duration::MAX,
        within: None,
        only_slow_down: false,
    };

    /// For somebody who waits for one call: a server that asks to slow down is waited for as usual, and no other.
    pub fn only_slow_down(self) -> Self {
        Self {
            only_slow_down: true,
            longest_asked: LONGEST_ASKED_OF_ONE,
            ..self
        }
    }

    /// With so many tries in all.
    pub fn tries(self, tries: usize) -> Self {
        Self {
            times: Some(tries.saturating_sub(1)),
            ..self
        }
    }

    /// The pauses of one piece of work, which begins now.
    pub fn begin(self) -> Pauses {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(self.first)
            .with_factor(f32::from(self.factor))
            .with_max_delay(self.longest);
        let pauses = match self.times {
            Some(times) => pauses.with_max_times(times),
            None => pauses.without_max_times(),
        };
        Pauses {
            policy: self,
            pauses: pauses.build(),
            begun: Instant::now(),
        }
    }
}

/// The pauses that are left.
#[derive(Debug)]
pub struct Pauses {
    policy: RetryPolicy,
    pauses: ExponentialBackoff,
    begun: Instant,
}

impl Pauses {
    /// How long to wait before the next try; `None` when there is to be none.
    pub fn after(&mut self, error: &CallError) -> Option<Duration> {
        let is_other = !matches!(error, CallError::TooManyRequests { .. });
        if !error.may_pass()
            || (self.policy.only_slow_down && is_other)
            || self
                .policy
                .within
                .is_some_and(|within| self.begun.elapsed() > within)
        {
            return None;
        }
        let pause = self.pauses.next()?;
        match error.retry_after() {
            Some(asked) => (asked <= self.policy.longest_asked).then_some(asked),
            None => Some(pause),
        }
    }
}

/// Requests wait, because the server takes only so many in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// They go on then.
    pub until: Instant,
    /// How many it takes a minute, where it says so.
    pub calls_a_minute: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sent;

    fn lost() -> CallError {
        CallError::TimedOut { sent: Sent::Maybe }
    }

    #[test]
    fn pauses_double_up_to_a_limit() {
        let mut pauses = RetryPolicy::REVOKE.begin();
        let waits: Vec<u128> = (0..9)
            .map(|_| pauses.after(&lost()).unwrap().as_millis())
            .collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
        let mut few = RetryPolicy::REVOKE.tries(3).begin();
        assert!(few.after(&lost()).is_some() && few.after(&lost()).is_some());
        assert_eq!(few.after(&lost()), None);
    }

    #[test]
    fn a_server_that_names_a_time_is_followed_up_to_a_limit() {
        let asked = |seconds| CallError::TooManyRequests {
            retry_after: Some(Duration::from_secs(seconds)),
        };
        let mut pauses = RetryPolicy {
            longest_asked: Duration::from_secs(20),
            ..RetryPolicy::READ
        }
        .begin();
        assert_eq!(pauses.after(&asked(7)), Some(Duration::from_secs(7)));
        assert_eq!(pauses.after(&asked(21)), None);
        assert_eq!(RetryPolicy::READ.begin().after(&asked(7)), None);
        assert_eq!(
            RetryPolicy::REVOKE.begin().after(&asked(60)),
            Some(Duration::from_secs(60))
        );
    }

    #[test]
    fn a_single_call_waits_for_who_asks_to_slow_down_and_for_nobody_else() {
        let slow = |retry_after| CallError::TooManyRequests { retry_after };
        let mut pauses = RetryPolicy::REVOKE.tries(3).only_slow_down().begin();
        assert_eq!(pauses.after(&lost()), None);
        assert_eq!(pauses.after(&slow(None)), Some(Duration::from_millis(250)));
        let day = Duration::from_secs(24 * 60 * 60);
        assert_eq!(pauses.after(&slow(Some(day))), None);
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        assert_eq!(RetryPolicy::READ.begin().after(&CallError::Unauthorized), None);
    }
}
