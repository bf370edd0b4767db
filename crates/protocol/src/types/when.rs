//! Moments, and how people read them: relative up to seven days, then the date; the exact time beside it.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use jiff::{Timestamp, Unit, ZonedDateTime, tz::TimeZone};

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// Now, by this machine's clock.
    pub fn now() -> Self {
        Self(Timestamp::now())
    }

    /// Reads ISO 8601 with an offset or `Z`, or without either as UTC; `None` if it is neither, or before the year 0, which
    /// cannot be written for the wire.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let zoned = text.parse::<Timestamp>().ok();
        let civil = || {
            text.parse::<jiff::civil::DateTime>()
                .ok()?
                .to_zoned_datetime(TimeZone::UTC)
                .ok()
        };
        let moment = zoned.or_else(|| civil().map(|time| time.timestamp()))?;
        (moment.to_zoned_datetime(TimeZone::UTC).year() >= 0).then_some(Self(moment))
    }

    /// ISO 8601 in UTC with milliseconds and `Z`, as it goes over the wire (docs/protocol.md 1.4).
    pub fn to_wire(self) -> String {
        self.0
            .to_zoned_datetime(TimeZone::UTC)
            .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
            .to_string()
    }

    /// Whole seconds from `earlier` to here; negative if this is before it.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.as_second().saturating_sub(earlier.0.as_second())
    }

    /// Whole days from `earlier` to here, rounded toward zero.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.seconds_since(earlier) / SECONDS_A_DAY
    }

    /// The same moment, this many seconds later; the first or last one that there is where that would be beyond it.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let moved = self.0.as_second().saturating_add(seconds);
        let beyond = if seconds < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        Self(Timestamp::from_second(moved).unwrap_or(beyond))
    }

    /// The exact time with its zone: `24 Nov 2026, 09:12:05 +01:00`.
    pub fn exact(self, zone: &TimeZone) -> String {
        self.0
            .to_zoned_datetime(zone.clone())
            .strftime("%-d %b %Y, %H:%M:%S %:z")
            .to_string()
    }

    /// A moment in the past as people read it: `4 min ago`, `yesterday`, `3 days ago`, `12 Aug 2026`.
    pub fn past(self, now: Self, zone: &TimeZone) -> String {
        let seconds = now.seconds_since(self);
        let days = calendar_days(self, now, zone);
        match (days, seconds) {
            (_, ..60) => "just now".to_owned(),
            (_, ..3600) => format!("{} min ago", seconds / 60),
            (0, _) => format!("{} h ago", seconds / 3600),
            (1, ..43_200) => format!("{} h ago", seconds / 3600),
            (1, _) => "yesterday".to_owned(),
            (2..=7, _) => format!("{days} days ago"),
            _ => self.date(zone),
        }
    }

    /// A moment ahead as people read it: `in 6 days`, `in 3 h`, `in 262 days`; `expired` when it is past. Days are
    /// the nearest ones: what was given for 365 days a moment ago ends in 365.
    pub fn ahead(self, now: Self) -> String {
        let seconds = self.seconds_since(now);
        match seconds {
            ..=0 => "expired".to_owned(),
            1..=119 => "in a minute".to_owned(),
            120..7200 => format!("in {} min", seconds / 60),
            7200..172_800 => format!("in {} h", seconds / 3600),
            _ => format!(
                "in {} days",
                seconds.saturating_add(SECONDS_A_DAY / 2) / SECONDS_A_DAY
            ),
        }
    }

    /// The date alone: `12 Aug 2026`.
    pub fn date(self, zone: &TimeZone) -> String {
        self.0
            .to_zoned_datetime(zone.clone())
            .strftime("%-d %b %Y")
            .to_string()
    }
}

const SECONDS_A_DAY: i64 = 86_400;

fn calendar_days(earlier: Moment, later: Moment, zone: &TimeZone) -> i64 {
    let day = |moment: Moment| -> ZonedDateTime { moment.0.to_zoned_datetime(zone.clone()) };
    day(earlier)
        .date()
        .until((Unit::Day, day(later).date()))
        .map_or(i64::MAX, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    /// Found by fuzzing.
    #[test]
    fn what_cannot_be_written_is_not_read() {
        for old in ["-009999-01-21T00:05:00Z", "-000001-12-31T23:59:59Z"] {
            assert_eq!(Moment::parse(old), None, "{old}");
        }
        for kept in [
            "0000-01-01T00:00:00.000Z",
            "0033-04-03T15:00:00.000Z",
            "9999-12-30T22:00:00.000Z",
        ] {
            assert_eq!(Moment::parse(kept).map(Moment::to_wire).as_deref(), Some(kept));
        }
    }

    #[test]
    fn reads_offsets_microseconds_and_bare_times() {
        assert_eq!(
            at("2026-02-03T05:05:06.007000+01:00").to_wire(),
            "2026-02-03T04:05:06.007Z"
        );
        assert_eq!(at("2026-02-03 04:05:06").to_wire(), "2026-02-03T04:05:06.000Z");
        assert!(Moment::parse("soon").is_none());
    }

    #[test]
    fn past_is_relative_for_a_week_and_then_a_date() {
        let (now, utc) = (at("2026-11-24T12:00:00Z"), TimeZone::UTC);
        for (when, shown) in [
            ("2026-11-24T11:59:30Z", "just now"),
            ("2026-11-24T11:56:00Z", "4 min ago"),
            ("2026-11-24T01:00:00Z", "11 h ago"),
            ("2026-11-23T23:30:00Z", "yesterday"),
            ("2026-11-23T11:00:00Z", "yesterday"),
            ("2026-11-21T12:00:00Z", "3 days ago"),
            ("2026-11-17T12:00:00Z", "7 days ago"),
            ("2026-08-12T12:00:00Z", "12 Aug 2026"),
        ] {
            assert_eq!(at(when).past(now, &utc), shown, "{when}");
        }
    }

    #[test]
    fn the_ends_of_time_are_reached_and_not_passed() {
        let (now, utc) = (at("2026-11-24T12:00:00Z"), TimeZone::UTC);
        let (first, last) = (now.plus_seconds(i64::MIN), now.plus_seconds(i64::MAX));
        assert_eq!((first.0, last.0), (Timestamp::MIN, Timestamp::MAX));
        assert_eq!(last.plus_seconds(1), last);
        for moment in [first, last] {
            for zone in [
                &utc,
                &TimeZone::fixed(jiff::tz::offset(14)),
                &TimeZone::fixed(jiff::tz::offset(-12)),
            ] {
                let shown = [
                    moment.exact(zone),
                    moment.date(zone),
                    moment.past(now, zone),
                    now.past(moment, zone),
                ];
                assert!(shown.iter().all(|text| !text.is_empty()), "{shown:?}");
            }
            assert!(!moment.ahead(now).is_empty() && !moment.to_wire().is_empty());
            assert!(moment.days_since(now) != 0);
        }
        for wrong in [
            "99999-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "-1",
            "1e400",
            "18446744073709551615",
        ] {
            assert!(Moment::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn ahead_counts_down() {
        let now = at("2026-11-24T12:00:00Z");
        assert_eq!(at("2026-11-30T13:00:00Z").ahead(now), "in 6 days");
        assert_eq!(at("2027-11-24T11:59:40Z").ahead(now), "in 365 days");
        assert_eq!(at("2026-11-24T15:00:00Z").ahead(now), "in 3 h");
        assert_eq!(at("2026-11-24T12:01:00Z").ahead(now), "in a minute");
        assert_eq!(at("2026-11-24T12:00:00Z").ahead(now), "expired");
    }
}
