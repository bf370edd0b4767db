//! How it stands with a token, in the one fact that somebody may have to act on.

use protocol::{DeployToken, Moment, Occurrence, TokenStatus};

/// From when on something is pointed out, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthLimits {
    /// A token that was not used for so many.
    pub unused: i64,
    /// A token that ends within fewer.
    pub ending: i64,
}

impl HealthLimits {
    /// Those of the window, and of commands that are told no others.
    pub const USUAL: Self = Self {
        unused: 90,
        ending: 14,
    };
}

/// What a token's badge says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenHealth {
    /// In order.
    Active,
    /// The environment's key is not sealed for it, so that its runner decrypts nothing.
    NotShared,
    /// Its values were not handed over, as far as it is known here.
    NotHandedOver,
    /// Its successor is made, and it works until that is finished.
    BeingReplaced,
    /// Its CI token ends soon; in how many whole days.
    Expiring(i64),
    /// Its CI token has ended although nobody revoked it.
    Expired,
    /// Nobody used it for this many days.
    Unused(i64),
    Revoked,
    /// A status this program does not know.
    Other(String),
    /// A status that cannot be read.
    Unreadable,
}

impl TokenHealth {
    /// The order in which tokens want to be looked at: the lowest first.
    pub fn urgency(&self) -> i64 {
        /// More than any number of days.
        const STEP: i64 = 1_000_000;
        match self {
            Self::NotShared => 0,
            Self::NotHandedOver => 1,
            Self::Expired => STEP,
            Self::Expiring(days) => 2 * STEP + days,
            Self::BeingReplaced => 3 * STEP,
            Self::Unreadable | Self::Other(_) => 4 * STEP,
            Self::Unused(days) => 6 * STEP - days.min(&(STEP - 1)),
            Self::Active => 7 * STEP,
            Self::Revoked => 8 * STEP,
        }
    }

    /// Whether somebody should look at it.
    pub fn needs_a_look(&self) -> bool {
        matches!(
            self,
            Self::NotShared | Self::NotHandedOver | Self::Expiring(_) | Self::Expired | Self::Unused(_)
        )
    }
}

/// What a token's own record says of it at this moment.
pub fn health(token: &DeployToken, now: Moment, limits: HealthLimits) -> TokenHealth {
    match &token.status {
        TokenStatus::Revoked { .. } => return TokenHealth::Revoked,
        TokenStatus::Other(text) => return TokenHealth::Other(text.clone()),
        TokenStatus::NotKnown => return TokenHealth::Unreadable,
        TokenStatus::Active => {}
    }
    if let Some(expires) = token.end.known() {
        if expires <= now {
            return TokenHealth::Expired;
        }
        let days = expires.days_since(now);
        if days < limits.ending {
            return TokenHealth::Expiring(days);
        }
    }
    match idle_since(token).map(|since| now.days_since(since)) {
        Some(idle) if idle >= limits.unused => TokenHealth::Unused(idle),
        _ => TokenHealth::Active,
    }
}

/// Since when no runner has used a token; `None` where that is not known.
fn idle_since(token: &DeployToken) -> Option<Moment> {
    match token.last_use {
        Occurrence::At(at) => Some(at),
        Occurrence::Never => token.created.known(),
        Occurrence::NotKnown(_) => None,
    }
}
