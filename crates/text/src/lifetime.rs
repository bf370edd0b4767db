//! For how long a CI token works, in words.

use super::{Message, plural};
use protocol::LifetimeError;

/// Why something is no lifetime of a CI token.
pub fn lifetime(error: &LifetimeError) -> Message {
    let what = match error {
        LifetimeError::OutOfRange { days: ..=0 } => "That day is not ahead.".to_owned(),
        LifetimeError::OutOfRange { days } => {
            let days = usize::try_from(*days).unwrap_or(usize::MAX);
            format!("That is {} from today.", plural(days, "day"))
        }
        LifetimeError::NotADate(_) => "That is not a date.".to_owned(),
    };
    let next = match error {
        LifetimeError::OutOfRange { .. } => "The server makes CI tokens that work for 7 to 365 days.",
        LifetimeError::NotADate(_) => "Type it as 2027-01-31.",
    };
    Message::new(what, next)
}
