//! The time that the window shows relative times against.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::time::Duration;

use dioxus::prelude::*;
use jiff::tz::TimeZone;

use protocol::Moment;

/// How often relative times are brought up to date.
const TICK: Duration = Duration::from_secs(20);

/// Now, and the zone of this machine.
#[derive(Clone, PartialEq)]
pub struct Clock {
    /// Moves forward while the window is open.
    pub now: Signal<Moment>,
    /// The zone in which times are shown.
    pub zone: TimeZone,
}

impl Clock {
    /// A clock that stands still at a moment; call inside a component.
    pub fn fixed(now: Moment, zone: TimeZone) -> Self {
        Self {
            now: Signal::new(now),
            zone,
        }
    }

    /// The moment, in words, as seen from now.
    pub fn past(&self, moment: Moment) -> String {
        moment.past(*self.now.read(), &self.zone)
    }

    /// The exact time with its zone.
    pub fn exact(&self, moment: Moment) -> String {
        moment.exact(&self.zone)
    }
}

/// Puts a clock that runs into the context, unless there is one already.
pub fn use_clock_provider() -> Clock {
    let clock = use_hook(|| {
        try_consume_context::<Clock>()
            .unwrap_or_else(|| provide_context(Clock::fixed(Moment::now(), TimeZone::system())))
    });
    let mut now = clock.now;
    use_future(move || async move {
        loop {
            tokio::time::sleep(TICK).await;
            now.set(Moment::now());
        }
    });
    clock
}

/// The clock.
pub fn use_clock() -> Clock {
    use_context::<Clock>()
}
