//! The words of a checklist.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::incident::plain;
use model::{CheckedPlace, CheckedValue, Checklist, ValueState};
use protocol::Moment;

/// What it is called where it is begun.
pub const BEGIN: &str = "List values to change";

/// How far it is, in a sentence.
pub fn summary(checklist: &Checklist) -> String {
    match checklist.done() {
        (_, 0) => "There is no value to change.".to_owned(),
        (1, 1) => "The only value is done.".to_owned(),
        (done, all) if done == all => format!("All {all} values are done."),
        (done, all) => format!("{done} of {all} values are done."),
    }
}

/// What became of a value.
pub fn state(state: &ValueState, now: Moment, zone: &TimeZone) -> String {
    match state {
        ValueState::AsItWas => "Not changed".to_owned(),
        ValueState::Changed { at: Some(at), .. } => format!("Changed {}", at.past(now, zone)),
        ValueState::Changed { at: None, .. } => "Changed".to_owned(),
        ValueState::Deleted => "Deleted".to_owned(),
        ValueState::Settled { .. } => "Settled by hand".to_owned(),
        ValueState::NotKnown => "Not known".to_owned(),
    }
}

/// Why a value's state is not known.
pub const WHY_NOT_KNOWN: &str = "Somebody else has renewed the key since, which gives every variable another version. Settle those that you know to be changed.";

/// Where else the same value stood.
pub fn same(checklist: &Checklist, place: &CheckedPlace, value: &CheckedValue) -> String {
    let same = checklist.same_as(place, value).into_iter();
    let said = same.map(|(other, it)| {
        let here = other.environment.id == place.environment.id;
        match (here, it.name == value.name) {
            (true, _) => it.name.clone(),
            (false, true) => where_is(other, place),
            (false, false) => format!("{} in {}", it.name, where_is(other, place)),
        }
    });
    said.collect::<Vec<_>>().join(", ")
}

fn where_is(other: &CheckedPlace, seen_from: &CheckedPlace) -> String {
    if other.project == seen_from.project {
        other.environment.name.to_string()
    } else {
        super::place(&other.project_name, &other.environment.name)
    }
}

/// An environment that could not be looked through.
pub fn not_compared(place: &str) -> String {
    format!("{place} could not be looked through for the same values: this device cannot open its key.")
}

/// The checklist as Markdown. Names and times; never a value.
pub fn markdown(checklist: &Checklist, zone: &TimeZone) -> String {
    let mut text = format!("# Values to change\n\n{}\n\n", summary(checklist));
    let _ = writeln!(text, "- Begun: {}", checklist.begun.exact(zone));
    if !checklist.because.is_empty() {
        let _ = writeln!(text, "- Because of: {}", plain(&checklist.because.join(", ")));
    }
    for place in &checklist.places {
        let name = plain(&super::place(&place.project_name, &place.environment.name));
        let why = if place.is_exposed {
            ""
        } else {
            " (the same values)"
        };
        let _ = write!(text, "\n## {name}{why}\n\n");
        for value in &place.values {
            let tick = if value.state.is_done() { "x" } else { " " };
            let _ = write!(
                text,
                "- [{tick}] `{}`: {}",
                value.name,
                exactly(&value.state, zone)
            );
            if let Some(since) = value.since {
                let _ = write!(text, "; stood there since {}", since.exact(zone));
            }
            let same = same(checklist, place, value);
            if !same.is_empty() {
                let _ = write!(text, "; the same value: {}", plain(&same));
            }
            text.push('\n');
        }
    }
    if !checklist.not_compared.is_empty() {
        text.push_str("\n## Not looked through\n\n");
        for place in &checklist.not_compared {
            let _ = writeln!(text, "- {}", plain(place));
        }
    }
    text
}

fn exactly(state: &ValueState, zone: &TimeZone) -> String {
    match state {
        ValueState::Changed { at: Some(at), by } => {
            let by = by
                .as_ref()
                .map(|by| format!(" by {}", plain(by)))
                .unwrap_or_default();
            format!("changed {}{by}", at.exact(zone))
        }
        ValueState::Settled { at } => format!("settled by hand {}", at.exact(zone)),
        ValueState::Changed { at: None, .. } => "changed".to_owned(),
        ValueState::AsItWas => "not changed".to_owned(),
        ValueState::Deleted => "deleted".to_owned(),
        ValueState::NotKnown => "not known, because the key was renewed elsewhere".to_owned(),
    }
}
