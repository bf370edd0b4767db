//! What a bundle says twice: in clear, by the server, and inside what a tag vouches for, or in two of its parts. Whoever delivers
//! a bundle cannot read it, and must not be able to make one thing in it pass for another.
//!
//! What is not told is not compared: servers leave out layers and chains, envelopes of other clients their meta. A variable's
//! name and environment are compared where it is opened.

use std::collections::HashSet;

use super::super::meta::{ENVIRONMENT, PROJECT_ID};
use super::{BundleProblemKind, RunnerKey};
use crate::types::EnvironmentName;
use crate::types::variable::{Bundle, SealedVariable};

/// What the parts of a bundle are compared with.
pub(super) struct Checks<'a> {
    bundle: &'a Bundle,
    /// What the envelope of the key says that it is for.
    environment: Option<&'a str>,
    project: Option<&'a str>,
    former_name: Option<&'a EnvironmentName>,
    /// Environment and name of variables that are there more than once.
    repeated: HashSet<(&'a str, &'a str)>,
}

impl<'a> Checks<'a> {
    pub(super) fn of(
        bundle: &'a Bundle,
        key: Option<&'a RunnerKey>,
        former_name: Option<&'a EnvironmentName>,
    ) -> Self {
        let meta = key.and_then(|key| key.meta.as_ref());
        let told = |member| {
            meta.and_then(|meta| meta.get(member))
                .filter(|text| !text.is_empty())
        };
        Self {
            bundle,
            environment: told(ENVIRONMENT),
            project: told(PROJECT_ID),
            former_name,
            repeated: repeated(bundle),
        }
    }

    /// What is wrong with the bundle as a whole.
    pub(super) fn bundle(&self) -> impl Iterator<Item = BundleProblemKind> + use<> {
        let delivered = self.bundle.environment.as_str();
        let is_own = |name: &str| name == delivered || self.former_name.is_some_and(|it| it.as_str() == name);
        let key = self.environment.filter(|sealed| !is_own(sealed));
        let key = key.map(|sealed| BundleProblemKind::EnvironmentMismatch {
            sealed: sealed.to_owned(),
            delivered: delivered.to_owned(),
        });
        let last = self.bundle.chain.last().filter(|last| *last != delivered);
        let chain = last
            .cloned()
            .map(|last| BundleProblemKind::ChainMismatch { last });
        key.into_iter().chain(chain)
    }

    /// What is wrong with a variable that opens.
    pub(super) fn variable(&self, sealed: &SealedVariable) -> Option<BundleProblemKind> {
        let layer = sealed.environment.as_str();
        let is_part = layer == self.bundle.environment || self.bundle.chain.iter().any(|it| it == layer);
        if !layer.is_empty() && !is_part {
            let layer = layer.to_owned();
            return Some(BundleProblemKind::UnknownLayer { layer });
        }
        if let Some(project) = self.project.filter(|it| *it != sealed.scope.project) {
            return Some(BundleProblemKind::ProjectMismatch {
                sealed: sealed.scope.project.clone(),
                of_key: project.to_owned(),
            });
        }
        let is_repeated = self.repeated.contains(&(layer, sealed.name.as_str()));
        is_repeated.then_some(BundleProblemKind::Repeated)
    }
}

/// Of two environments the later one's variable counts; of one environment nothing says which.
fn repeated(bundle: &Bundle) -> HashSet<(&str, &str)> {
    let mut seen = HashSet::with_capacity(bundle.variables.len());
    let named = bundle
        .variables
        .iter()
        .map(|it| (it.environment.as_str(), it.name.as_str()));
    named.filter(|it| !seen.insert(*it)).collect()
}
