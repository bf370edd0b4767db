//! An environment key that was made anew.

use std::time::Duration;

use protocol::{Environment, Fingerprint, ProjectId};

use super::{Problem, RevokeTarget};

/// What came of renewing an environment's key: it counts, everything is under it, and was read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// The fingerprint of the key before.
    pub before: Fingerprint,
    /// That of the key of now.
    pub now: Fingerprint,
    /// Its version.
    pub version: u64,
    /// The names of the variables, all of which are under it: whoever held the key before may have read them.
    pub variables: Vec<String>,
    /// How many devices and tokens it is sealed for.
    pub recipients: usize,
    /// Who held the key before and does not hold this one: names, or else ids.
    pub left_out: Vec<String>,
    /// How many variables that were deleted by somebody meanwhile are there again.
    pub revived: u64,
    /// From the request that published the key until the last variable was under it: as long a runner could not decrypt.
    /// `None` of one that was finished after an interruption.
    pub gap: Option<Duration>,
}

/// An environment whose key is to be renewed because tokens of it leaked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyToRenew {
    pub project: ProjectId,
    pub project_name: String,
    pub environment: Environment,
    pub status: KeyStatus,
}

impl KeyToRenew {
    /// Those of the environments of these tokens, each once; the order stays.
    pub fn of<'a>(targets: impl IntoIterator<Item = &'a RevokeTarget>) -> Vec<Self> {
        let mut keys: Vec<Self> = Vec::new();
        for target in targets {
            if !keys.iter().any(|key| key.is_of(target)) {
                keys.push(Self {
                    project: target.project.clone(),
                    project_name: target.project_name.clone(),
                    environment: target.environment.clone(),
                    status: KeyStatus::Queued,
                });
            }
        }
        keys
    }

    /// Whether it is still to be renewed, or is being renewed.
    pub fn is_under_way(&self) -> bool {
        matches!(self.status, KeyStatus::Queued | KeyStatus::Renewing)
    }

    /// Whether a token is of this environment.
    pub fn is_of(&self, target: &RevokeTarget) -> bool {
        self.project == target.project && self.environment.id == target.environment.id
    }
}

/// What becomes of a key that is to be renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// The tokens come first.
    Queued,
    Renewing,
    Renewed(Box<Renewed>),
    /// It is as it was; that it is wanted stays in the journal.
    NotRenewed(Problem),
}

/// Whether a runner decrypts everything under a new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunnerProof {
    /// A throw-away token was made, decrypted this many variables, and is deleted again.
    Passed(usize),
    /// What kept it from being tried, or from decrypting; or from being cleared away afterwards.
    Failed(Problem),
}
