//! What is known of a moment, in words: *never* is said only where the server says so.

use jiff::tz::TimeZone;
use protocol::{Moment, NotKnown, Occurrence};

/// When something happened: `4 min ago`, `never`, `not known`.
pub fn happened(what: Occurrence, now: Moment, zone: &TimeZone) -> String {
    worded(what, |at| at.past(now, zone))
}

/// The day on which something happened.
pub fn dated(what: Occurrence, zone: &TimeZone) -> String {
    worded(what, |at| at.date(zone))
}

/// When something ends, from now.
pub fn ends(what: Occurrence, now: Moment) -> String {
    worded(what, |at| at.ahead(now))
}

/// The exact time of something, as a report has it.
pub fn exactly(what: Occurrence, zone: &TimeZone) -> String {
    worded(what, |at| at.exact(zone))
}

fn worded(what: Occurrence, known: impl FnOnce(Moment) -> String) -> String {
    match what {
        Occurrence::At(at) => known(at),
        Occurrence::Never => "never".to_owned(),
        Occurrence::NotKnown(_) => "not known".to_owned(),
    }
}

/// Why something is not known.
pub fn not_known(why: NotKnown) -> &'static str {
    match why {
        NotKnown::NotTold => "The server does not tell it.",
        NotKnown::Unreadable => "What the server tells of it cannot be read.",
        NotKnown::ChangedElsewhere => "The token was rotated elsewhere since it was last told here.",
        NotKnown::NotAllowed => "The activity is shown to admins and auditors, on plans that have it.",
        NotKnown::TooFarBack => "The activity was not read back that far.",
        NotKnown::NotReached => "The activity could not be read.",
    }
}
