//! What an entry says.

use crate::Place;
use model::{IssuanceKind, NewToken};
use protocol::secret::{CiToken, DeploySeed, EnvironmentKey};
use protocol::{DeployTokenId, Environment, EnvironmentId, EnvironmentName, Moment, ProjectId, PublicKey};

/// Name of an entry: a random UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(String);

impl EntryId {
    pub(super) fn make() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// From a file's name; anything that is not exactly a UUID is not an entry.
    pub fn parse(text: &str) -> Option<Self> {
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
    /// When its secrets were shown, or a renewal ended; from then on the deadline runs.
    pub shown: Option<Moment>,
    /// The user has closed their sheet, which can be had again until the deadline.
    pub closed: bool,
    /// Where.
    pub place: EntryPlace,
    /// What.
    pub work: Work,
}

impl Entry {
    /// The issuance in it whose secrets were not handed over yet.
    pub fn issue(&self) -> Option<&IssueRecord> {
        match &self.work {
            Work::Issue(record) => Some(record),
            Work::Replace(record) => match &record.successor {
                Successor::Issuing(issue) => Some(issue),
                Successor::Delivered(_) => None,
            },
            Work::Revoke(_) | Work::Unclaimed(_) | Work::RenewKey(_) | Work::KeyWanted => None,
        }
    }

    /// The keys of a renewal, whether it has ended or not.
    pub(crate) fn renewal(&self) -> Option<&RenewalRecord> {
        match &self.work {
            Work::RenewKey(record) => Some(record),
            Work::Issue(_) | Work::Replace(_) | Work::Unclaimed(_) | Work::Revoke(_) | Work::KeyWanted => {
                None
            }
        }
    }

    /// Whether it is a renewal that has ended. Its keys stay until the deadline: somebody else who renewed the key at the same
    /// time may have published after the last look, and nobody else has what then is under it.
    pub(crate) fn is_ended_renewal(&self) -> bool {
        self.renewal().is_some() && self.shown.is_some()
    }

    /// What is left of it when its secrets are forgotten: a replacement; and of others that nobody has closed their sheet,
    /// so that CI may lack them.
    pub(super) fn expired(mut self) -> Option<Self> {
        self.work = match self.work {
            Work::Replace(mut record) => {
                record.forget_secrets();
                Work::Replace(record)
            }
            Work::Issue(record) if !self.closed => Work::Unclaimed(Unclaimed {
                kind: record.kind,
                token: record.delivered(),
            }),
            Work::Issue(_) | Work::Unclaimed(_) | Work::Revoke(_) | Work::RenewKey(_) | Work::KeyWanted => {
                return None;
            }
        };
        self.shown = None;
        Some(self)
    }

    /// What is kept when the user has closed the sheet of its secrets, and what goes on without them.
    pub(super) fn sheet_closed(mut self) -> (Option<Self>, Option<Self>) {
        match self.work {
            Work::Issue(_) => {
                self.closed = true;
                (Some(self), None)
            }
            Work::Replace(ReplaceRecord {
                old,
                successor: Successor::Issuing(issue),
            }) => {
                let successor = Successor::Delivered(issue.delivered());
                let kept = Self {
                    id: EntryId::make(),
                    closed: true,
                    work: Work::Issue(issue),
                    place: self.place.clone(),
                    ..self
                };
                let rest = Self {
                    shown: None,
                    work: Work::Replace(ReplaceRecord { old, successor }),
                    ..self
                };
                (Some(kept), Some(rest))
            }
            work => (None, Some(Self { work, ..self })),
        }
    }

    /// The replacement that it is, if it is one.
    pub fn replacement(&self) -> Option<&ReplaceRecord> {
        match &self.work {
            Work::Replace(record) => Some(record),
            Work::Issue(_) | Work::Unclaimed(_) | Work::Revoke(_) | Work::RenewKey(_) | Work::KeyWanted => {
                None
            }
        }
    }
}

/// Where an operation works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// The server (see [`super::Journal::open`]).
    pub scope: String,
    pub project: ProjectId,
    pub environment: EnvironmentId,
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

    /// Whether it is the same environment of the same server, whatever it is called now.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.scope.clone(), it.project.clone(), it.environment.clone());
        key(self) == key(other)
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
    /// Replace: from before its first request until the old token is revoked.
    Replace(ReplaceRecord),
    /// A create or rotate whose secrets were shown until they were forgotten, without anybody having closed their sheet.
    Unclaimed(Unclaimed),
    /// Revoke one token or several, in this order.
    Revoke(Vec<QueueItem>),
    /// A new environment key: from before its publication until everything is under it.
    RenewKey(RenewalRecord),
    /// A new environment key that is wished for as soon as tokens are revoked: nothing of it has begun.
    KeyWanted,
}

/// The renewal of an environment's key.
#[derive(Debug)]
pub struct RenewalRecord {
    /// The keys under which variables may be, the oldest first: that of before, and those that were made. The server gives
    /// the newest one alone (docs/protocol.md 6.3), so this may be the only place where an older one is.
    pub keys: Vec<EnvironmentKey>,
}

/// A token of whose secrets it is not known whether anybody took them. They are not here any more.
#[derive(Debug)]
pub struct Unclaimed {
    /// How it was issued.
    pub kind: IssuanceKind,
    /// What stays known of it.
    pub token: Delivered,
}

/// A replacement.
#[derive(Debug)]
pub struct ReplaceRecord {
    /// The token that works until the user says that CI has its successor's values.
    pub old: DeployTokenId,
    pub successor: Successor,
}

/// The token that takes another one's place.
#[derive(Debug)]
pub enum Successor {
    /// Its secrets are here, and were not handed over yet.
    Issuing(IssueRecord),
    /// The user has its secrets.
    Delivered(Delivered),
}

/// What stays known of a token when its secrets are gone from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Its name; a successor's is that of the token it replaces.
    pub name: String,
    /// Its id, where the server told it.
    pub token: Option<DeployTokenId>,
    /// Its public key.
    pub key: PublicKey,
}

impl ReplaceRecord {
    /// The name of both tokens.
    pub fn name(&self) -> &str {
        match &self.successor {
            Successor::Issuing(issue) => &issue.asked.name,
            Successor::Delivered(it) => &it.name,
        }
    }

    /// The successor's id, once known.
    pub fn successor_id(&self) -> Option<&DeployTokenId> {
        match &self.successor {
            Successor::Issuing(issue) => issue.token.as_ref(),
            Successor::Delivered(it) => it.token.as_ref(),
        }
    }

    /// The successor's public key.
    pub fn key(&self) -> PublicKey {
        match &self.successor {
            Successor::Issuing(issue) => issue.key,
            Successor::Delivered(it) => it.key,
        }
    }

    /// The successor, if the user has its secrets.
    pub fn handed_over(&self) -> Option<&Delivered> {
        match &self.successor {
            Successor::Issuing(_) => None,
            Successor::Delivered(it) => Some(it),
        }
    }

    /// Drops the successor's secrets.
    pub(super) fn forget_secrets(&mut self) {
        if let Successor::Issuing(issue) = &self.successor {
            self.successor = Successor::Delivered(issue.delivered());
        }
    }
}

/// A create, a rotate, or the first half of a replacement.
#[derive(Debug)]
pub struct IssueRecord {
    /// Which of them.
    pub kind: IssuanceKind,
    /// The token as it was asked for; that of a rotation as it was.
    pub asked: NewToken,
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
        asked: NewToken,
        token: Option<DeployTokenId>,
        key: PublicKey,
        seed: DeploySeed,
    ) -> Self {
        Self {
            kind,
            asked,
            token,
            key,
            seed,
            ci_token: None,
            expires_at: None,
            stage: Stage::Intended,
        }
    }

    /// What stays known of it without its secrets.
    pub(super) fn delivered(&self) -> Delivered {
        Delivered {
            name: self.asked.name.clone(),
            token: self.token.clone(),
            key: self.key,
        }
    }
}

/// What the server answered to a registration, as far as it is kept.
#[derive(Debug)]
pub(crate) struct Receipt {
    /// The token's id, where it was told.
    pub(crate) token: Option<DeployTokenId>,
    /// The CI token, where there is a new one.
    pub(crate) ci_token: Option<CiToken>,
    /// When that ends.
    pub(crate) expires_at: Option<Moment>,
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
    /// The server did not do it, and the user was told.
    Failed,
}
