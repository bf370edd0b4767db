//! What an entry says.

use crate::domain::{
    DeployTokenId, Environment, EnvironmentId, EnvironmentName, IssuanceKind, Moment, ProjectId, PublicKey,
};
use crate::secret::{CiToken, DeploySeed};
use crate::service::Place;

/// Name of an entry: a random UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(String);

impl EntryId {
    pub(super) fn make() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// From a file's name; anything that is not exactly a UUID is not an entry.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let id = uuid::Uuid::parse_str(text).ok()?.to_string();
        (id == text).then_some(Self(id))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for EntryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An operation, as far as it got.
#[derive(Debug)]
pub struct Entry {
    /// Its name in the journal.
    pub id: EntryId,
    /// When it began.
    pub started: Moment,
    /// When its secrets were shown; from then on the deadline runs.
    pub shown: Option<Moment>,
    /// Where.
    pub place: EntryPlace,
    /// What.
    pub work: Work,
}

/// Where an operation works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// The server (see [`super::Journal::open`]).
    pub scope: String,
    /// The project.
    pub project: ProjectId,
    /// The environment.
    pub environment: EnvironmentId,
    /// Its name.
    pub environment_name: EnvironmentName,
    /// Its type.
    pub environment_kind: String,
}

impl EntryPlace {
    pub(super) fn of(scope: &str, place: &Place) -> Self {
        Self {
            scope: scope.to_owned(),
            project: place.project.clone(),
            environment: place.environment.id.clone(),
            environment_name: place.environment.name.clone(),
            environment_kind: place.environment.kind.clone(),
        }
    }

    /// For the services.
    pub fn to_place(&self) -> Place {
        Place {
            project: self.project.clone(),
            environment: Environment {
                id: self.environment.clone(),
                name: self.environment_name.clone(),
                kind: self.environment_kind.clone(),
                created_at: None,
            },
        }
    }
}

/// What an operation does.
#[derive(Debug)]
pub enum Work {
    /// Create or rotate.
    Issue(IssueRecord),
    /// Revoke one token or several, in this order.
    Revoke(Vec<QueueItem>),
}

/// A create or a rotate.
#[derive(Debug)]
pub struct IssueRecord {
    /// Which of the two.
    pub kind: IssuanceKind,
    /// Name of the token.
    pub name: String,
    /// Its id, once known.
    pub token: Option<DeployTokenId>,
    /// The new public key: by it the token is found again.
    pub key: PublicKey,
    /// The new seed.
    pub seed: DeploySeed,
    /// The CI token, once it arrived.
    pub ci_token: Option<CiToken>,
    /// When that ends.
    pub expires_at: Option<Moment>,
    /// How far it got.
    pub stage: Stage,
}

impl IssueRecord {
    /// One whose request is about to be sent. `token` is the one that is rotated.
    pub fn intended(
        kind: IssuanceKind,
        name: &str,
        token: Option<DeployTokenId>,
        key: PublicKey,
        seed: DeploySeed,
    ) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            token,
            key,
            seed,
            ci_token: None,
            expires_at: None,
            stage: Stage::Intended,
        }
    }
}

/// How far a create or a rotate got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The request may have been sent.
    Intended,
    /// The server's answer is in the entry.
    Received,
    /// The sealed key was published.
    Shared,
}

/// A token that is to be revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueItem {
    /// Which.
    pub token: DeployTokenId,
    /// Its name.
    pub name: String,
    /// Whether that is done.
    pub state: QueueState,
}

/// What became of a token that is to be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueState {
    /// Not yet, or not known.
    Waiting,
    /// The server says it is not active.
    Revoked,
    /// The server refused, and the user was told.
    Refused,
}
