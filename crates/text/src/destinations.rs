//! Where values are sent, and why they were not.

use super::Message;
use jiff::tz::TimeZone;
use model::destinations::{self, KINDS, Sent};
use model::{DestinationError, Handed, SendError};
use protocol::Moment;

/// A text that is no destination.
pub(super) fn unknown(error: &DestinationError) -> Message {
    match error {
        DestinationError::Kind { text } => {
            let kinds = KINDS.map(|kind| kind.name).join(", ");
            Message::new(
                format!("“{text}” is no kind of destinations."),
                format!("The kinds are {kinds}: deploy-tokens destinations says more."),
            )
        }
        DestinationError::Target { kind, text } => {
            let known = destinations::kind(kind);
            let (hint, example) = known.map_or(("", ""), |it| (it.hint, it.example));
            Message::new(
                format!("“{text}” is no destination of {kind}."),
                format!("It is {hint}; such as {example}."),
            )
        }
    }
}

/// Why values were not sent.
pub(super) fn not_sent(error: &SendError) -> Message {
    match error {
        SendError::Missing { program, install } => {
            Message::new(format!("{program} is not on this machine."), *install)
        }
        SendError::NotSignedIn {
            program,
            sign_in,
            said,
        } => Message::new(
            format!(
                "{} says that you are not signed in.{}",
                program.display(),
                quoted(said)
            ),
            format!("Run {sign_in} in a terminal, and send again."),
        ),
        SendError::Incomplete => Message::new(
            "It keeps both values as one, and GHOSTABLE_CI_TOKEN has not changed and is not known here.",
            "Put the seed there by hand, or replace the token to get both.",
        ),
        SendError::NotStarted { program, cause } => Message::new(
            format!("{} cannot be started: {cause}.", program.display()),
            "Check the program, and send again.",
        ),
        SendError::Failed { program, said } => Message::new(
            format!("{} failed.{}", program.display(), quoted(said)),
            "Mend that and send again, or copy the block instead. A value may have been stored already.",
        ),
        SendError::TimedOut { program, seconds } => Message::new(
            format!(
                "{} did not end within {seconds} seconds, and was stopped.",
                program.display()
            ),
            "Send again, or copy the block instead. A value may have been stored already.",
        ),
        SendError::Stopped => Message::new(
            "You stopped it.",
            "Send again, or copy the block instead. A value may have been stored already.",
        ),
    }
}

/// What a program said, after a sentence about it.
fn quoted(said: &str) -> String {
    match said.trim() {
        "" => String::new(),
        said => format!(" It says: {said}"),
    }
}

/// What was seen when values had been sent.
pub fn seen(sent: &Sent) -> String {
    if sent.seen.is_empty() {
        return "Sent. It cannot be asked what it stored.".to_owned();
    }
    format!("Sent. It lists: {}", sent.seen.join("; "))
}

/// To where a token's values were handed, with when.
pub fn handed(handed: &Handed, now: Moment, zone: &TimeZone) -> String {
    format!("{}, {}", handed.destination.title(), handed.at.past(now, zone))
}
