//! An emergency: every active token that the user can see, what becomes of those that are to end, and what is told of it
//! afterwards.

use std::cmp::Reverse;

use super::{KeyToRenew, Problem};
use protocol::{
    DeployToken, DeployTokenId, Environment, EnvironmentName, Listed, Moment, Occurrence, ProjectId,
    UnreadEntry,
};

/// A token and where it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedToken {
    pub project: ProjectId,
    pub project_name: String,
    pub environment: Environment,
    pub token: DeployToken,
}

/// A token that is to end: what must be known of it, also after a restart without a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeTarget {
    pub project: ProjectId,
    pub project_name: String,
    pub environment: Environment,
    pub token: DeployTokenId,
    pub name: String,
    /// When a runner last used it.
    pub last_use: Occurrence,
}

/// How it is known that runners with a token are refused, the strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// The server's answer to the revocation says so.
    Answered,
    /// Asked again afterwards, the server lists it as revoked.
    Listed,
    /// Asked as the runner, with its CI token: refused.
    RunnerRefused,
}

/// What becomes of a token that is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationStatus {
    /// Its turn has not come.
    Queued,
    /// The server is being told.
    Revoking,
    /// The server did not answer; it is told again.
    Retrying(Problem),
    /// Runners are refused from here on; the key is not sealed again yet.
    Refused {
        /// How that is known.
        proof: Proof,
        /// Since when, by this machine's clock; `None` for before this run.
        at: Option<Moment>,
    },
    /// Runners are refused, and the key is sealed again for everybody else.
    Reshared {
        /// How that is known.
        proof: Proof,
        /// Since when runners are refused.
        at: Option<Moment>,
        /// For how many the key is sealed; none where the environment has no key.
        recipients: usize,
    },
    /// Runners are refused, but the key could not be sealed again for everybody else.
    ReshareFailed {
        /// How that is known.
        proof: Proof,
        /// Since when runners are refused.
        at: Option<Moment>,
        why: Problem,
    },
    /// It is still working, as far as is known, and will not be tried again.
    NotRevoked(Problem),
    /// The server could not be asked to the end. It stays in the journal.
    Unknown(Problem),
}

impl RevocationStatus {
    /// Whether runners are refused.
    pub fn is_refused(&self) -> bool {
        self.proof().is_some()
    }

    /// How it is known that runners are refused, and since when.
    pub fn proof(&self) -> Option<(Proof, Option<Moment>)> {
        match self {
            Self::Refused { proof, at }
            | Self::Reshared { proof, at, .. }
            | Self::ReshareFailed { proof, at, .. } => Some((*proof, *at)),
            _ => None,
        }
    }
}

/// How many of several tokens are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub total: usize,
    /// Runners with these are refused.
    pub refused: usize,
    /// The key is sealed again without these.
    pub gone: usize,
    /// These could not be revoked, or it is not known.
    pub failed: usize,
}

impl Tally {
    /// Counts.
    pub fn of<'a>(statuses: impl IntoIterator<Item = &'a RevocationStatus>) -> Self {
        let mut tally = Self::default();
        for status in statuses {
            tally.total += 1;
            tally.refused += usize::from(status.is_refused());
            tally.gone += usize::from(matches!(status, RevocationStatus::Reshared { .. }));
            tally.failed += usize::from(matches!(
                status,
                RevocationStatus::NotRevoked(_) | RevocationStatus::Unknown(_)
            ));
        }
        tally
    }
}

/// Tokens that could not be seen, so that nobody takes the rest for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// The projects of an organisation could not be listed.
    Organization {
        name: String,
        /// Why.
        error: Problem,
    },
    /// The tokens of a project could not be listed.
    Project {
        name: String,
        /// Why.
        error: Problem,
    },
    /// Entries of a list cannot be read.
    Entries {
        /// Of which list.
        of: ListOf,
        /// Which.
        entries: Vec<UnreadEntry>,
    },
}

impl Unlisted {
    /// The project, where nothing failed and its tokens are only not for the user.
    pub fn for_admins(&self) -> Option<&str> {
        match self {
            Self::Project {
                name,
                error: Problem::NotAnAdmin,
            } => Some(name),
            _ => None,
        }
    }
}

/// What something that leaked is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaked {
    /// A whole CI token.
    CiToken,
    /// What may be a CI token: put together of several lines, or longer than one.
    WrappedCiToken,
    /// A part of a CI token.
    CutCiToken,
    /// A place where a CI token is not shown.
    MaskedCiToken,
    Seed,
    /// A part of a seed.
    CutSeed,
    /// A place where a seed is not shown.
    MaskedSeed,
}

impl Leaked {
    /// Whether it stands there as a whole.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::CiToken | Self::Seed)
    }

    /// Whether it is a CI token or a part of one.
    pub fn is_ci_token(self) -> bool {
        !matches!(self, Self::Seed | Self::CutSeed | Self::MaskedSeed)
    }
}

/// A list of the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListOf {
    /// The user's organisations.
    Organizations,
    /// The projects of the organisation with this name.
    Projects(String),
    /// The environments of the project with this name.
    Environments(String),
    /// The deploy tokens of the project with this name.
    Tokens(String),
    /// The user's own devices.
    Devices,
}

impl Unlisted {
    /// That these entries of a list cannot be read, if there are any.
    pub fn entries(of: ListOf, entries: Vec<UnreadEntry>) -> Option<Self> {
        (!entries.is_empty()).then_some(Self::Entries { of, entries })
    }
}

/// A token that fits what leaked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeakMatch {
    /// The token; it may be revoked already.
    pub placed: PlacedToken,
    /// Its public key is that of the seed: there is no doubt.
    pub by_seed: bool,
    /// Its CI token ends in the same characters.
    pub by_suffix: bool,
}

impl LeakMatch {
    /// Whether the leaked CI token is this token's, so that asking with it proves something. A seed that fits says nothing
    /// of a CI token that ends differently: that may be another one's.
    pub fn has_the_ci_token(&self) -> bool {
        self.by_suffix || (self.by_seed && self.placed.token.ci_token_suffix.is_none())
    }
}

/// What runners of an environment could have read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    /// The project's name.
    pub project_name: String,
    pub environment: EnvironmentName,
    /// The names of its variables, never their values; or why they are not known.
    pub variables: Result<Listed<String>, Problem>,
}

/// What an incident report tells. It has no secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Who revoked; `None` where the server could not be asked.
    pub by: Option<String>,
    /// Where: the server's host, or the local workspace.
    pub origin: String,
    /// When the first token was told to end.
    pub started: Moment,
    /// When the last one had its last status.
    pub ended: Moment,
    /// Each token with its status.
    pub tokens: Vec<(RevokeTarget, RevocationStatus)>,
    /// What became of the keys that were to be renewed.
    pub keys: Vec<KeyToRenew>,
    /// What their runners could have read.
    pub reach: Vec<Readable>,
    /// What could not be looked at when the tokens were chosen.
    pub unlisted: Vec<Unlisted>,
}

impl From<&PlacedToken> for RevokeTarget {
    fn from(it: &PlacedToken) -> Self {
        Self {
            project: it.project.clone(),
            project_name: it.project_name.clone(),
            environment: it.environment.clone(),
            token: it.token.id.clone(),
            name: it.token.name.clone(),
            last_use: it.token.last_use,
        }
    }
}

/// The most dangerous first: production, then recently used, then what may be in use for all that is known, then what
/// works longest, then by name.
pub fn sort_by_danger(tokens: &mut [PlacedToken]) {
    tokens.sort_by_cached_key(|it| {
        let token = &it.token;
        (
            !it.environment.is_production(),
            use_rank(token.last_use),
            end_rank(token.end),
            token.name.to_lowercase(),
            token.id.clone(),
        )
    });
}

/// Newest use first, then not known, then never.
fn use_rank(last_use: Occurrence) -> (u8, Reverse<Option<Moment>>) {
    let rank = match last_use {
        Occurrence::At(_) => 0,
        Occurrence::NotKnown(_) => 1,
        Occurrence::Never => 2,
    };
    (rank, Reverse(last_use.known()))
}

/// What never ends first, then what may not, then what ends last.
fn end_rank(end: Occurrence) -> (u8, Reverse<Option<Moment>>) {
    let rank = match end {
        Occurrence::Never => 0,
        Occurrence::NotKnown(_) => 1,
        Occurrence::At(_) => 2,
    };
    (rank, Reverse(end.known()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{EnvironmentId, NotKnown, PublicKey, TokenKey, TokenStatus};

    const NOT_TOLD: Occurrence = Occurrence::NotKnown(NotKnown::NotTold);

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn told(text: &str) -> Occurrence {
        Occurrence::At(at(text))
    }

    fn placed(name: &str, environment: &str, last_use: Occurrence, end: Occurrence) -> PlacedToken {
        PlacedToken {
            project: ProjectId::new("p"),
            project_name: "Storefront".to_owned(),
            environment: Environment {
                id: EnvironmentId::new(environment),
                name: EnvironmentName::new(environment),
                kind: environment.to_owned(),
                created_at: None,
            },
            token: DeployToken {
                id: DeployTokenId::new(name),
                name: name.to_owned(),
                status: TokenStatus::Active,
                key: TokenKey::Usable(PublicKey::from_bytes([1; 32])),
                environment_id: EnvironmentId::new(environment),
                environment_name: EnvironmentName::new(environment),
                created: told("2026-01-01T00:00:00Z"),
                last_use,
                end,
                ci_token_suffix: None,
            },
        }
    }

    #[test]
    fn the_most_dangerous_comes_first() {
        let mut all = [
            placed(
                "staging-now",
                "staging",
                told("2026-11-24T12:00:00Z"),
                Occurrence::Never,
            ),
            placed(
                "never-used",
                "production",
                Occurrence::Never,
                told("2027-01-01T00:00:00Z"),
            ),
            placed(
                "never-used-endless",
                "production",
                Occurrence::Never,
                Occurrence::Never,
            ),
            placed("not-told", "production", NOT_TOLD, NOT_TOLD),
            placed(
                "not-told-ends",
                "production",
                NOT_TOLD,
                told("2027-01-01T00:00:00Z"),
            ),
            placed(
                "yesterday",
                "production",
                told("2026-11-23T12:00:00Z"),
                Occurrence::Never,
            ),
            placed(
                "today",
                "production",
                told("2026-11-24T12:00:00Z"),
                told("2027-01-01T00:00:00Z"),
            ),
        ];
        sort_by_danger(&mut all);
        let names: Vec<&str> = all.iter().map(|it| it.token.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "today",
                "yesterday",
                "not-told",
                "not-told-ends",
                "never-used-endless",
                "never-used",
                "staging-now"
            ]
        );
    }

    #[test]
    fn a_tally_counts_what_is_proven_only() {
        let now = at("2026-11-24T12:00:00Z");
        let proof = Proof::Listed;
        let statuses = [
            RevocationStatus::Queued,
            RevocationStatus::Revoking,
            RevocationStatus::Retrying(Problem::NotDone),
            RevocationStatus::Refused { proof, at: Some(now) },
            RevocationStatus::Reshared {
                proof,
                at: Some(now),
                recipients: 3,
            },
            RevocationStatus::ReshareFailed {
                proof,
                at: Some(now),
                why: Problem::NotDone,
            },
            RevocationStatus::NotRevoked(Problem::NotDone),
            RevocationStatus::Unknown(Problem::NotDone),
        ];
        let tally = Tally::of(&statuses);
        assert_eq!(
            tally,
            Tally {
                total: 8,
                refused: 3,
                gone: 1,
                failed: 2
            }
        );
    }
}
