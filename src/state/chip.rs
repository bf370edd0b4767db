//! The tokens of a list that have something in common, beside their status.

use dioxus::prelude::ReadableExt as _;

use super::TokensStore;
use model::{HealthLimits, TokenHealth};
use protocol::{DeployToken, Moment, Occurrence};

/// What they have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenChip {
    /// Their CI token ends soon, or has ended.
    EndsSoon,
    /// No runner has used them for a long time.
    Unused,
    /// No runner has ever used them.
    NeverUsed,
    /// The environment's key is not sealed for them.
    NotShared,
    /// Their values were not handed over.
    NotHandedOver,
    /// Their successor is made.
    BeingReplaced,
}

impl TokenChip {
    /// All of them, as they are offered.
    pub const ALL: [Self; 6] = [
        Self::EndsSoon,
        Self::Unused,
        Self::NeverUsed,
        Self::NotShared,
        Self::NotHandedOver,
        Self::BeingReplaced,
    ];

    /// Whether a token is one of them at this moment. One that is revoked is none.
    pub fn fits(self, token: &DeployToken, tokens: &TokensStore, now: Moment) -> bool {
        if !token.may_be_active() {
            return false;
        }
        let idle = |days| {
            token
                .last_use
                .known()
                .is_some_and(|at| now.days_since(at) >= days)
        };
        match self {
            Self::EndsSoon => matches!(
                model::health(token, now, HealthLimits::USUAL),
                TokenHealth::Expiring(_) | TokenHealth::Expired
            ),
            Self::Unused => idle(HealthLimits::USUAL.unused),
            Self::NeverUsed => token.last_use == Occurrence::Never,
            Self::NotShared => tokens.lacks_key(token),
            Self::NotHandedOver => tokens.unclaimed.read().contains(&token.id),
            Self::BeingReplaced => tokens.is_being_replaced(token),
        }
    }
}
