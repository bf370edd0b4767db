//! An environment key that was made anew.

use std::time::Duration;

use protocol::Fingerprint;

use super::Problem;

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

/// Whether a runner decrypts everything under a new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunnerProof {
    /// A throw-away token was made, decrypted this many variables, and is deleted again.
    Passed(usize),
    /// What kept it from being tried, or from decrypting; or from being cleared away afterwards.
    Failed(Problem),
}
