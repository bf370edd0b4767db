//! Which part of the activity is looked at.

use protocol::{ActivityEntry, ActivityKind, DeployTokenId, EnvironmentId};

/// What is wanted; nothing is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// What happened in this environment.
    pub environment: Option<EnvironmentId>,
    /// What is about this deploy token: its fetches by its id, the rest by its name.
    pub token: Option<(DeployTokenId, String)>,
    /// Entries of this kind.
    pub kind: Option<ActivityKind>,
}

impl ActivityFilter {
    /// Whether an entry is wanted.
    pub fn fits(&self, entry: &ActivityEntry) -> bool {
        let environment = self.environment.as_ref();
        let token = self.token.as_ref();
        environment.is_none_or(|it| entry.is_in(it))
            && token.is_none_or(|(id, name)| entry.is_about(id, name))
            && self.kind.is_none_or(|it| entry.kind == it)
    }
}
