//! Keys derived from a seed alone (docs/protocol.md 5.6, 8.3): the reference runner's fallback.
//!
//! Nothing writes data under such keys any more. [`super::open_bundle`] never uses them; they are for answering whether
//! old data can still be read by the reference, and only on request.

use super::primitives::{self, KEY_LENGTH, ZERO_SALT};
use crate::secret::{DeploySeed, EnvironmentKey};
use crate::types::variable::VariableScope;

/// The environment key at the end of the chain seed, organisation, project, environment.
pub fn derive_legacy_key(seed: &DeploySeed, scope: &VariableScope) -> EnvironmentKey {
    // The chain starts with the seed's bytes.
    derive_chain(
        seed.expose(),
        &scope.organization,
        &scope.project,
        &scope.environment,
    )
}

pub(super) fn derive_chain(
    seed: &[u8],
    organization: &str,
    project: &str,
    environment: &str,
) -> EnvironmentKey {
    let organization = derive_step(seed, "org", organization);
    // Each step's key is the input of the next.
    let project = derive_step(organization.expose(), "proj", project);
    derive_step(project.expose(), "env", environment)
}

pub(super) fn derive_step(parent: &[u8], level: &str, name: &str) -> EnvironmentKey {
    let info = format!("ghostable:v1:{level}:{name}:kek");
    EnvironmentKey::fill_with(|key: &mut [u8; KEY_LENGTH]| {
        primitives::derive(parent, &ZERO_SALT, info.as_bytes(), key);
    })
}
