//! What somebody is told who does not look at the window: by the system's notifications, where they are allowed.

use super::News;

/// So many days before its end a token is told of, each once.
pub const REMINDED_DAYS: [u32; 3] = [1, 7, 14];

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// Notifications were allowed: this is how they look.
    Allowed,
    /// A token ends within so many days.
    TokenEnds {
        name: String,
        environment: String,
        days: u32,
    },
    /// So many tokens of an environment do.
    TokensEnd {
        count: usize,
        environment: String,
        days: u32,
    },
    /// So many keys are waited for, by this one and perhaps by others.
    KeysWanted { who: String, count: usize },
    /// The time of a replacement has come, and the old token is revoked.
    Replaced { name: String },
    /// The time of a replacement has come, and the old token is still to be revoked.
    NotReplaced { name: String },
    /// A revocation has gone through.
    Revoked { name: String },
    /// A run of revocations is over: so many are refused, so many are not known to be.
    RunOver { refused: usize, left: usize },
}

impl Reminder {
    /// What of news is told to somebody who is not there.
    pub fn of(news: &News) -> Option<Self> {
        match news {
            News::Revoked { name } => Some(Self::Revoked { name: name.clone() }),
            News::Replaced { name } | News::ReplacedUnproven { name } => {
                Some(Self::Replaced { name: name.clone() })
            }
            News::NotYetReplaced { name, .. } | News::ReplacementOverdue { name, .. } => {
                Some(Self::NotReplaced { name: name.clone() })
            }
            _ => None,
        }
    }

    /// So many days before its end a token is to be told of that ends in so many seconds.
    pub fn due(seconds: i64) -> Option<u32> {
        REMINDED_DAYS
            .into_iter()
            .find(|days| (1..=i64::from(*days).saturating_mul(86_400)).contains(&seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_of_at_the_last_day_that_has_come() {
        const DAY: i64 = 86_400;
        for (seconds, due) in [
            (-1, None),
            (0, None),
            (60, Some(1)),
            (DAY, Some(1)),
            (DAY + 1, Some(7)),
            (7 * DAY, Some(7)),
            (14 * DAY, Some(14)),
            (14 * DAY + 1, None),
        ] {
            assert_eq!(Reminder::due(seconds), due, "{seconds}");
        }
    }
}
