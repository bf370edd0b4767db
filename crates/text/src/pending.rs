//! Interrupted operations: what they were, and what became of them.

use super::{Message, causes, explain, plural};
use model::{About, Finding, NotActive, Pending, Shown, Unfinished, Values, WorkKind};
use protocol::{Moment, Occurrence};

/// What it was; `None` where that cannot be known.
pub fn operation(about: Option<&About>) -> String {
    let Some(about) = about else {
        return "An operation that cannot be looked into".to_owned();
    };
    let About {
        name, environment, ..
    } = about;
    match about.kind {
        WorkKind::Create => format!("Create {name} in {environment}"),
        WorkKind::Rotate => format!("Rotate {name} in {environment}"),
        WorkKind::Replace => format!("Replace {name} in {environment}"),
        WorkKind::RenewKey => format!("Renew the key of {environment}"),
        WorkKind::Revoke(1) => format!("Revoke {name} in {environment}"),
        WorkKind::Revoke(count) => format!("Revoke {name} and {} more in {environment}", count - 1),
    }
}

/// For how long something can still be had: `9 min`.
pub fn time_left(until: Moment, now: Moment) -> String {
    match until.seconds_since(now) {
        ..60 => "less than a minute".to_owned(),
        60..7200 => format!("{} min", until.seconds_since(now) / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// The same in a sentence: `for another 9 min`.
pub fn for_another(until: Moment, now: Moment) -> String {
    match until.seconds_since(now) {
        ..60 => "for less than a minute".to_owned(),
        _ => format!("for another {}", time_left(until, now)),
    }
}

/// What became of an operation, and for how long its values can still be shown.
pub fn pending(it: &Pending, now: Moment) -> String {
    let left = |shown: &Shown| for_another(shown.until, now);
    match (&it.finding, &it.shown) {
        (Finding::Complete, Some(shown)) if shown.is_closed => format!(
            "Its sheet was closed. Its values can be shown again {}.",
            left(shown)
        ),
        (Finding::Complete, Some(shown)) => format!(
            "The token works; only its values were not handed over. They can be shown {}.",
            left(shown)
        ),
        (Finding::Unfinished { .. }, Some(shown)) => format!(
            "{} Its values can be shown {}.",
            finding(&it.finding),
            left(shown)
        ),
        _ => finding(&it.finding),
    }
}

/// What is said of operations that were not ended, in a sentence and one after it; they are not none.
pub fn unfinished(all: &[Unfinished], now: Moment) -> Message {
    let name = |it: &Unfinished| it.about.as_ref().map(|about| about.name.clone());
    match all {
        [one] => match (name(one), one.values) {
            (Some(name), Values::Until(until)) => Message::new(
                format!("The values of {name} were not handed over."),
                format!("They can be shown {}.", for_another(until, now)),
            ),
            (Some(name), Values::Gone) => Message::new(
                format!("The values of {name} were shown, but nobody has closed their sheet."),
                "They are not kept any more: if CI does not have them, rotate it.",
            ),
            _ => Message::new(
                format!("An operation was interrupted: {}.", operation(one.about.as_ref())),
                "What was made is kept.",
            ),
        },
        several => {
            let names: Vec<String> = several.iter().filter_map(name).take(2).collect();
            let whose = match (names.as_slice(), several.len()) {
                ([], _) => String::new(),
                ([first, second], 2) => format!(": those of {first} and {second}"),
                ([first, ..], count) => format!(": that of {first}, and {} more", count.saturating_sub(1)),
            };
            Message::new(
                format!("{} are not finished{whose}.", plural(several.len(), "operation")),
                "See for how long their values are kept.",
            )
        }
    }
}

/// What became of it.
pub fn finding(finding: &Finding) -> String {
    let text = match finding {
        Finding::Complete => "The token works; only its secrets were not handed over.",
        Finding::Unfinished { has_ci_token: true } => {
            "The token is active, but its runner cannot decrypt yet."
        }
        Finding::Unfinished { has_ci_token: false } => "The token is active; its CI token never arrived.",
        Finding::ValuesGone => {
            "The token works. Its values were shown, nobody has closed their sheet, and they are not kept any more. If CI does not have them, rotate the token to get new ones, or revoke it."
        }
        Finding::OtherKey => "The token is active with another key: its seed is not here.",
        Finding::NotActive(NotActive::NeverRegistered) => {
            "The server never registered it: nothing was changed."
        }
        Finding::NotActive(NotActive::Superseded) => "The token has newer secrets: these are of no use.",
        Finding::NotActive(NotActive::Revoked) => "The token was revoked meanwhile.",
        Finding::NotActive(NotActive::Gone) => "The token was deleted meanwhile.",
        Finding::NotActive(NotActive::SuccessorGone) => {
            "The successor was revoked or deleted meanwhile; the token it was for was left as it is."
        }
        Finding::Queue { waiting: 0 } => {
            "The tokens are revoked; the key was not sealed again for those who remain."
        }
        Finding::Queue { waiting } => return format!("{} to be revoked.", still(*waiting)),
        Finding::Waiting {
            used: Occurrence::Never,
        } => "The old token works on; its successor has not been used yet.",
        Finding::Waiting {
            used: Occurrence::NotKnown(_),
        } => "The old token works on; it is not known whether its successor has been used.",
        Finding::Waiting {
            used: Occurrence::At(at),
        } => {
            let used = at.past(Moment::now(), &jiff::tz::TimeZone::system());
            return format!("The old token works on; its successor was used {used}.");
        }
        Finding::Variables { left: 0, lost: 0 } => "The key is new, and all variables are under it.",
        Finding::Variables { left, lost: 0 } => {
            return format!(
                "The key may be new, and {} under an earlier one: runners cannot decrypt them.",
                are(*left)
            );
        }
        Finding::Variables { left, lost } => {
            return format!(
                "{} under an earlier key, and {} under one that is not here: runners cannot decrypt them.",
                are(*left),
                are(*lost)
            );
        }
        Finding::KeyWanted => {
            "Tokens that had the key leaked, and it was to be renewed once they are revoked. What was kept of it opens everything until then."
        }
        Finding::InUse => "Another window or command still has it open.",
        Finding::Elsewhere => "It belongs to another server: connect to that one.",
        Finding::Unreadable(error) => {
            let cause = causes::entry(*error);
            return format!("Its entry cannot be read: {cause}. It was left as it is.");
        }
        Finding::Unknown(error) => return explain(error).to_string(),
    };
    text.to_owned()
}

fn are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", plural(count, "variable"))
}

fn still(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb} still", plural(count, "token"))
}
