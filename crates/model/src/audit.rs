//! What an audit points out: in any environment of any project that the user can see.

use protocol::{DeployTokenId, EnvironmentId, EnvironmentName, ProjectId};

use super::{HealthLimits, TokenHealth, Unlisted};

/// From when on something is pointed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditLimits {
    /// Of tokens.
    pub health: HealthLimits,
    /// A key that is older than so many days; `None` for no age.
    pub key_age: Option<i64>,
}

impl AuditLimits {
    /// Those of the window, and of commands that are told no others.
    pub const USUAL: Self = Self {
        health: HealthLimits::USUAL,
        key_age: None,
    };
}

/// What was found, and what was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// The most urgent first.
    pub findings: Vec<AuditFinding>,
    /// What could not be looked at.
    pub unlisted: Vec<Unlisted>,
    /// How many projects there are.
    pub projects: usize,
    /// How many of them were looked into, or could not be.
    pub done: usize,
    /// In how many environments.
    pub environments: usize,
    /// At how many tokens that may be active.
    pub tokens: usize,
    /// Whether keys were looked at: that takes a device.
    pub keys: bool,
}

/// How far an audit is, for who watches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditStep {
    /// What there is to look into, before any of it was.
    Begun(Audit),
    /// What one more project has.
    Project(Audit),
}

impl Audit {
    /// Takes in what a project has. The order stays: the most urgent first, and of equally urgent ones those that came first.
    pub fn add(&mut self, part: Self) {
        self.findings.extend(part.findings);
        self.findings.sort_by_key(|it| it.fact.urgency());
        self.unlisted.extend(part.unlisted);
        self.done = self.done.saturating_add(1);
        self.environments = self.environments.saturating_add(part.environments);
        self.tokens = self.tokens.saturating_add(part.tokens);
    }

    /// Whether every project was looked into, or is named as one that could not be.
    pub fn is_whole(&self) -> bool {
        self.done >= self.projects
    }
}

/// One thing that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFinding {
    pub project: ProjectId,
    pub project_name: String,
    pub environment_id: EnvironmentId,
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
    /// The key was sealed by devices whose signing keys anybody can compute, because they use a nonce again (docs/protocol.md
    /// 5.5): their fingerprints.
    DisclosedSigner(Vec<String>),
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
            Self::DisclosedSigner(_) => 3,
            Self::MayHaveKept(_) => 3_500_000,
            Self::OldKey(_) => 5_000_000,
        }
    }
}
