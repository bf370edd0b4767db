//! When runners last fetched, and how often, as the activity of a project tells it (docs/protocol.md 17).

use std::collections::HashMap;

use super::access::{Holder, HolderKind};
use protocol::{DeployToken, DeployTokenId, NotKnown, Occurrence, TokenEntry};

/// What was found of each token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses {
    /// By token.
    found: HashMap<DeployTokenId, TokenUse>,
    /// What is said of a token that is not among them.
    others: NotKnown,
}

/// What was found of one token, this program's own checks left out (docs/protocol.md G30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenUse {
    /// When a runner last fetched with it.
    pub last: Occurrence,
    /// How many fetches were seen.
    pub fetches: usize,
    /// Whether that is all of them; if not, it is how many there are at least.
    pub are_all: bool,
}

impl Uses {
    /// What was found.
    pub fn new(found: HashMap<DeployTokenId, TokenUse>) -> Self {
        Self {
            found,
            others: NotKnown::NotTold,
        }
    }

    /// Nothing, of any token, and why.
    pub fn not_known(why: NotKnown) -> Self {
        Self {
            found: HashMap::new(),
            others: why,
        }
    }

    /// What was found of a token.
    pub fn of(&self, token: &DeployTokenId) -> Option<TokenUse> {
        self.found.get(token).copied()
    }

    /// When a runner last fetched with a token.
    pub fn last(&self, token: &DeployTokenId) -> Occurrence {
        self.of(token)
            .map_or(Occurrence::NotKnown(self.others), |it| it.last)
    }

    /// Puts the last use into a list. What the list itself tells of it counts only where nothing was found.
    pub fn fill_in(&self, entries: &mut [TokenEntry]) {
        for entry in entries {
            if let TokenEntry::Token(token) = entry {
                self.tell(token);
            }
        }
    }

    /// The same for one token.
    pub fn tell(&self, token: &mut DeployToken) {
        token.last_use = self.last_or(&token.id, token.last_use);
    }

    /// The same for those that hold a key.
    pub fn tell_holders(&self, holders: &mut [Holder]) {
        for holder in holders {
            if let HolderKind::Token { id: Some(id) } = &holder.kind {
                holder.last_seen = self.last_or(id, holder.last_seen);
            }
        }
    }

    fn last_or(&self, token: &DeployTokenId, told: Occurrence) -> Occurrence {
        match self.last(token) {
            Occurrence::NotKnown(_) if told.is_known() => told,
            found => found,
        }
    }
}

/// Of no token, because there is none.
impl Default for Uses {
    fn default() -> Self {
        Self::new(HashMap::new())
    }
}
