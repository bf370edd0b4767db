//! What is told by the system's notifications: a title, and what there is to do.

use crate::{Message, plural};
use model::Reminder;
use protocol::unseen::shown;

/// A notification in words.
pub fn reminder(reminder: &Reminder) -> Message {
    match reminder {
        Reminder::Allowed => Message::new(
            "Notifications are on",
            "You are told when a token ends soon, when somebody waits for a key, and when what you left has gone through.",
        ),
        Reminder::TokenEnds {
            name,
            environment,
            days,
        } => Message::new(
            format!("{} ends within {}", shown(name), plural_days(*days)),
            format!(
                "A token of {}. Rotate or replace it before its runners are refused.",
                shown(environment)
            ),
        ),
        Reminder::TokensEnd {
            count,
            environment,
            days,
        } => Message::new(
            format!("{} end within {}", plural(*count, "token"), plural_days(*days)),
            format!(
                "They are of {}. Rotate or replace them before their runners are refused.",
                shown(environment)
            ),
        ),
        Reminder::KeysWanted { who, count: 1 } => Message::new(
            format!("{} waits for a key", shown(who)),
            "Compare the fingerprint with its owner before you share it.",
        ),
        Reminder::KeysWanted { who, count } => Message::new(
            format!("{} are waited for", plural(*count, "key")),
            format!(
                "By {}, among others perhaps. Compare fingerprints before you share them.",
                shown(who)
            ),
        ),
        Reminder::Replaced { name } => Message::new(
            format!("{} is replaced", shown(name)),
            "Its time has come: the old token is revoked.",
        ),
        Reminder::NotReplaced { name } => Message::new(
            format!("{} is not replaced yet", shown(name)),
            "Its time has come, and the old token could not be revoked. The window says why.",
        ),
        Reminder::Revoked { name } => Message::new(
            format!("{} is revoked", shown(name)),
            "Runners with it are refused.",
        ),
        Reminder::RunOver { refused, left: 0 } => Message::new(
            format!("{} revoked", plural(*refused, "token")),
            "The revocation is over: the server refuses all of them.",
        ),
        Reminder::RunOver { refused, left } => Message::new(
            format!("{} not known to be revoked", plural(*left, "token")),
            format!("The revocation is over; {} refused.", plural(*refused, "token")),
        ),
    }
}

fn plural_days(days: u32) -> String {
    plural(usize::try_from(days).unwrap_or(usize::MAX), "day")
}
