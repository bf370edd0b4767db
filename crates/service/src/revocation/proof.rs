//! The strongest proof: asking as the runner, and the CI tokens with which that can be done.

use std::collections::HashMap;
use std::time::Duration;

use crate::Context;
use crate::activity::OwnChecks;
use crate::journal::Seen;
use crate::tokens::verify::fetch_as_own;
use client::Runner;
use model::{CallError, Problem, Proof};
use protocol::DeployTokenId;
use protocol::secret::CiToken;

/// A revocation may take a moment to reach every part of a server.
const SPREADING: [Duration; 3] = [
    Duration::from_millis(300),
    Duration::from_millis(1000),
    Duration::from_millis(3000),
];

/// Whether the server refuses this CI token.
///
/// # Errors
/// API errors: then it is not known.
pub(super) async fn is_refused(context: &Context, token: &CiToken) -> Result<bool, Problem> {
    let runner = Runner::new(context.client.address().clone(), token)?;
    match fetch_as_own(&runner, OwnChecks::of(context), None).await {
        Err(CallError::Unauthorized) => Ok(true),
        Ok(_) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Asks as the runner until it is refused.
///
/// # Errors
/// [`Problem::NotDone`] when the server goes on serving the runner; API errors.
pub(super) async fn as_runner(context: &Context, token: &CiToken) -> Result<Proof, Problem> {
    let mut pauses = SPREADING.into_iter();
    while !is_refused(context, token).await? {
        match pauses.next() {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(Problem::NotDone),
        }
    }
    Ok(Proof::RunnerRefused)
}

/// CI tokens that are at hand, by the token that they belong to: pasted, or of an issuance in the journal.
#[derive(Clone, Debug, Default)]
pub struct KnownCiTokens(HashMap<DeployTokenId, CiToken>);

impl KnownCiTokens {
    /// Those of interrupted issuances in this device's journal.
    pub fn held_here(context: &Context) -> Self {
        let entries = context.journal.as_ref().map(|journal| journal.look());
        // An unreadable journal must not stop an emergency: then the server's list is the proof.
        let entries = entries.and_then(Result::ok).unwrap_or_default();
        let held = entries.into_iter().filter_map(|seen| match seen {
            Seen::Entry(entry, _) => {
                let issue = entry.issue()?;
                Some((issue.token.clone()?, issue.ci_token.clone()?))
            }
            Seen::InUse(_) | Seen::Unreadable(..) => None,
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
