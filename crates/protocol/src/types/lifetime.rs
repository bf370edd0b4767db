//! For how long a CI token works (docs/protocol.md 7.2).

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use jiff::tz::TimeZone;
use jiff::{Unit, civil::Date};

use super::Moment;

/// For how many days a CI token works from when it is made: 7 to 365. The server has no other and none without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime(u16);

/// Why a text or a number is no lifetime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifetimeError {
    /// So many days, which the server does not take.
    #[error("a CI token works for {} to {} days, not for {days}", Lifetime::SHORTEST.0, Lifetime::LONGEST.0)]
    OutOfRange {
        /// From today.
        days: i64,
    },
    /// A text that is no date.
    #[error("“{0}” is not a date such as 2027-01-31")]
    NotADate(String),
}

impl Default for Lifetime {
    /// 90 days, as the server has it.
    fn default() -> Self {
        Self(90)
    }
}

impl Lifetime {
    /// The shortest that the server takes.
    pub const SHORTEST: Self = Self(7);
    /// The longest.
    pub const LONGEST: Self = Self(365);
    /// What is offered beside a date.
    pub const OFFERED: [Self; 5] = [Self(7), Self(30), Self(90), Self(180), Self(365)];

    /// So many days.
    ///
    /// # Errors
    /// [`LifetimeError::OutOfRange`] below 7 and above 365.
    pub fn of_days(days: i64) -> Result<Self, LifetimeError> {
        let range = i64::from(Self::SHORTEST.0)..=i64::from(Self::LONGEST.0);
        match u16::try_from(days) {
            Ok(number) if range.contains(&days) => Ok(Self(number)),
            _ => Err(LifetimeError::OutOfRange { days }),
        }
    }

    /// So long that a CI token made now ends on this day of the zone, given as `2027-01-31`.
    ///
    /// # Errors
    /// [`LifetimeError::NotADate`], and [`LifetimeError::OutOfRange`] for a day that is too near or too far.
    pub fn until(day: &str, now: Moment, zone: &TimeZone) -> Result<Self, LifetimeError> {
        let wrong = || LifetimeError::NotADate(day.trim().chars().take(40).collect());
        let end: Date = day.trim().parse().map_err(|_| wrong())?;
        let today = now.0.to_zoned_datetime(zone.clone()).date();
        let span = today.until((Unit::Day, end)).map_err(|_| wrong())?;
        Self::of_days(i64::from(span.get_days()))
    }

    /// How many days.
    pub fn days(self) -> u16 {
        self.0
    }

    /// When a CI token ends that is made now.
    pub fn end(self, now: Moment) -> Moment {
        now.plus_seconds(i64::from(self.0).saturating_mul(86_400))
    }

    /// The day of the zone on which that is, as `2027-01-31`.
    pub fn last_day(self, now: Moment, zone: &TimeZone) -> String {
        self.end(now).0.to_zoned_datetime(zone.clone()).date().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_the_servers() {
        for days in [i64::MIN, -1, 0, 6, 366, 65_536 + 30, i64::MAX] {
            assert_eq!(Lifetime::of_days(days), Err(LifetimeError::OutOfRange { days }));
        }
        for days in [7, 90, 365] {
            assert_eq!(i64::from(Lifetime::of_days(days).unwrap().days()), days);
        }
    }

    #[test]
    fn a_date_is_counted_in_days_of_the_zone() {
        // Late in the evening of the 24th in UTC, and the 25th already in Tokyo.
        let now = Moment::parse("2026-11-24T20:00:00Z").unwrap();
        let tokyo = TimeZone::fixed(jiff::tz::offset(9));
        let days = |zone: &TimeZone| Lifetime::until("2026-12-24", now, zone).unwrap().days();
        assert_eq!((days(&TimeZone::UTC), days(&tokyo)), (30, 29));
        let month = Lifetime::of_days(30).unwrap();
        assert_eq!(month.last_day(now, &TimeZone::UTC), "2026-12-24");
        let until = |day: &str| Lifetime::until(day, now, &TimeZone::UTC);
        assert_eq!(until("2026-11-30"), Err(LifetimeError::OutOfRange { days: 6 }));
        assert_eq!(
            until("2020-01-01"),
            Err(LifetimeError::OutOfRange { days: -2519 })
        );
        for odd in ["", "soon", "31.12.2026", "2026-02-30", "99999-01-01"] {
            assert_eq!(until(odd), Err(LifetimeError::NotADate(odd.to_owned())), "{odd}");
        }
    }
}
