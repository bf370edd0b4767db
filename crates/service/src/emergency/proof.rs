//! CI tokens with which a refusal can be proven.

use std::collections::HashMap;

use crate::Context;
use crate::journal::{Found, Successor, Work};
use protocol::DeployTokenId;
use protocol::secret::CiToken;

/// CI tokens that are at hand, by the token that they belong to: pasted, or of an issuance in the journal.
#[derive(Clone, Debug, Default)]
pub struct KnownCiTokens(HashMap<DeployTokenId, CiToken>);

impl KnownCiTokens {
    /// Those of interrupted issuances in this device's journal.
    pub fn held_here(context: &Context) -> Self {
        let entries = context.journal.as_ref().map(|journal| journal.entries());
        // An unreadable journal must not stop an emergency: then the server's list is the proof.
        let entries = entries.and_then(Result::ok).unwrap_or_default();
        let held = entries.into_iter().filter_map(|found| match found {
            Found::Interrupted(entry) => {
                let issue = match &entry.entry().work {
                    Work::Issue(issue) => issue,
                    Work::Replace(replace) => match &replace.successor {
                        Successor::Issuing(issue) => issue,
                        Successor::Delivered(_) => return None,
                    },
                    Work::Revoke(_) => return None,
                };
                Some((issue.token.clone()?, issue.ci_token.clone()?))
            }
            Found::InUse(_) | Found::Unreadable(..) => None,
        });
        Self(held.collect())
    }

    /// Adds one.
    pub fn insert(&mut self, token: DeployTokenId, ci_token: CiToken) {
        self.0.insert(token, ci_token);
    }

    pub(super) fn get(&self, token: &DeployTokenId) -> Option<&CiToken> {
        self.0.get(token)
    }
}
