//! What an audit points out: in any environment of any project that the user can see.

use protocol::{DeployTokenId, EnvironmentName, ProjectId};

use super::{HealthLimits, TokenHealth};

/// From when on something is pointed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditLimits {
    /// Of tokens.
    pub health: HealthLimits,
    /// A key that is older than so many days; `None` for no age.
    pub key_age: Option<i64>,
}

/// One thing that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFinding {
    pub project: ProjectId,
    pub project_name: String,
    pub environment: EnvironmentName,
    pub fact: AuditFact,
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditFact {
    /// A token is not in order.
    Token {
        id: DeployTokenId,
        name: String,
        health: TokenHealth,
    },
    /// The newest key has no envelope, so that nobody has it (docs/protocol.md G22).
    KeyOfNobody,
    /// The key is sealed for these, who are revoked or not listed any more: names, or else ids.
    StillSealed(Vec<String>),
    /// These were revoked since the key was made, and may have kept it.
    MayHaveKept(Vec<String>),
    /// The key is this many days old.
    OldKey(i64),
}

impl AuditFact {
    /// The order in which they want to be looked at: the lowest first.
    pub fn urgency(&self) -> i64 {
        match self {
            Self::Token { health, .. } => health.urgency(),
            Self::KeyOfNobody => -1,
            Self::StillSealed(_) => 2,
            Self::MayHaveKept(_) => 3_500_000,
            Self::OldKey(_) => 5_000_000,
        }
    }
}
