//! Operations that were interrupted: compared with the server, and what can be done about each.
//!
//! An interrupted create or rotate is found again by its public key, because that was in the journal before the server
//! could know it. Nothing is done by itself; [`finish`], [`take_back`] and [`discard`] are the user's choices.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod finish;
mod locate;

use std::sync::Arc;

pub use finish::{Finished, discard, finish, take_back};

use super::journal::{Entry, EntryId, Found, Journal, OpenEntry, QueueState, Successor, Work};
use super::{Context, Place};
use model::{EntryError, IssuanceKind, Pending, Problem, Remedy, ResumeError};
use protocol::{DeployTokenId, EnvironmentName, Moment, ProjectId};

/// An operation that never registered anything is forgotten after this many seconds: a request cannot be under way that
/// long.
const SETTLED_SECONDS: i64 = 600;

/// An interrupted operation. While this value lives, no other window or command can take it up.
#[derive(Debug)]
pub struct Interrupted {
    /// Its name in the journal.
    pub id: EntryId,
    /// What it was; `None` where the entry cannot be read, or is in use.
    pub about: Option<About>,
    /// What became of it.
    pub finding: Finding,
    journal: Arc<Journal>,
    entry: Option<OpenEntry>,
}

/// What an operation was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its kind.
    pub kind: WorkKind,
    /// Name of the token, or of the first one.
    pub name: String,
    /// Its id, where known; of a replacement that of the old token.
    pub token: Option<DeployTokenId>,
    /// The project.
    pub project: ProjectId,
    /// The environment.
    pub environment: EnvironmentName,
    /// When it began.
    pub started: Moment,
}

/// The kind of an operation in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkKind {
    /// A new token.
    Create,
    /// New secrets.
    Rotate,
    /// A successor for a token, and the end of that one.
    Replace,
    /// The end of this many tokens.
    Revoke(usize),
}

/// What became of an interrupted operation.
#[derive(Debug)]
pub enum Finding {
    /// The token works, and its secrets are in the journal.
    Complete,
    /// The token is registered and active; something is missing.
    Unfinished {
        /// Its CI token is in the journal, or the one that CI has stays valid.
        has_ci_token: bool,
    },
    /// A token was registered, and has another key now: the seed in the journal is of no use.
    OtherKey,
    /// Nothing of it is active.
    Void(Void),
    /// Tokens wait to be revoked, or the key to be sealed again.
    Queue {
        /// How many still wait.
        waiting: usize,
    },
    /// A replacement whose successor's secrets the user has: the old token works until this is finished.
    Waiting {
        /// When CI last used the successor, if it did.
        used: Option<Moment>,
    },
    /// Another window or command works on it, or still shows its secrets.
    InUse,
    /// It belongs to another server.
    Elsewhere,
    /// Its entry cannot be read; it was left as it is.
    Unreadable(EntryError),
    /// The server could not be asked.
    Unknown(Problem),
}

/// Why nothing of an operation is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Void {
    /// The server never registered its key.
    NeverRegistered,
    /// The token has newer secrets.
    Superseded,
    /// The token was revoked meanwhile.
    Revoked,
    /// The token's record was deleted meanwhile.
    Gone,
    /// The successor of a replacement is not active any more; the old token was left as it is.
    SuccessorGone,
}

impl Finding {
    /// What can be done, the most sensible first.
    pub fn remedies(&self) -> &'static [Remedy] {
        match self {
            Self::Complete => &[Remedy::Show, Remedy::Revoke],
            Self::Unfinished { .. } => &[Remedy::Finish, Remedy::Revoke],
            Self::OtherKey => &[Remedy::Revoke, Remedy::Discard],
            Self::Waiting { .. } => &[Remedy::Finish, Remedy::Revoke, Remedy::Discard],
            Self::Queue { .. } => &[Remedy::Finish, Remedy::Discard],
            Self::Void(_) | Self::Unreadable(_) => &[Remedy::Discard],
            Self::InUse | Self::Elsewhere | Self::Unknown(_) => &[],
        }
    }
}

impl About {
    fn of(entry: &Entry) -> Self {
        let (kind, name, token) = match &entry.work {
            Work::Issue(record) => {
                let kind = match record.kind {
                    IssuanceKind::Rotate => WorkKind::Rotate,
                    IssuanceKind::Create | IssuanceKind::Replace => WorkKind::Create,
                };
                (kind, record.name.clone(), record.token.clone())
            }
            Work::Replace(record) => (
                WorkKind::Replace,
                record.name().to_owned(),
                Some(record.old.clone()),
            ),
            Work::Revoke(queue) => {
                let first = queue.first();
                let name = first.map(|item| item.name.clone()).unwrap_or_default();
                (
                    WorkKind::Revoke(queue.len()),
                    name,
                    first.map(|item| item.token.clone()),
                )
            }
        };
        Self {
            kind,
            name,
            token,
            project: entry.place.project.clone(),
            environment: entry.place.environment_name.clone(),
            started: entry.started,
        }
    }
}

impl Interrupted {
    /// What can be done, the most sensible first.
    pub fn remedies(&self) -> &'static [Remedy] {
        self.finding.remedies()
    }

    /// Where it works, if its entry is in the hands of this process.
    pub fn place(&self) -> Option<Place> {
        self.entry.as_ref().map(|entry| entry.entry().place.to_place())
    }

    /// The operation put into words.
    pub fn told(&self, title: fn(Option<&About>) -> String, says: fn(&Finding) -> String) -> Pending {
        Pending {
            id: self.id.to_string(),
            title: title(self.about.as_ref()),
            begun: self.about.as_ref().map(|about| about.started),
            says: says(&self.finding),
            remedies: self.remedies().to_vec(),
        }
    }

    fn into_entry(self) -> Result<OpenEntry, Problem> {
        match (self.finding, self.entry) {
            (Finding::InUse, _) | (_, None) => Err(Problem::Busy),
            (Finding::Elsewhere, _) => Err(Problem::NotResumable(ResumeError::Elsewhere)),
            (_, Some(entry)) => Ok(entry),
        }
    }
}

/// All interrupted operations, the oldest first, each compared with the server. Without a journal there are none.
/// Operations that never registered anything are forgotten after ten minutes; secrets that were shown, after their
/// deadline.
///
/// # Errors
/// [`Problem::Journal`] when the journal cannot be read at all.
pub async fn interrupted(context: &Context) -> Result<Vec<Interrupted>, Problem> {
    let Some(journal) = &context.journal else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for found in journal.entries()? {
        let journal = Arc::clone(journal);
        all.push(match found {
            Found::InUse(id) => bare(journal, id, Finding::InUse),
            Found::Unreadable(id, error) => bare(journal, id, Finding::Unreadable(error)),
            Found::Interrupted(entry) => {
                let finding = look(context, entry.entry()).await;
                if is_settled(&finding, entry.entry()) {
                    entry.close()?;
                    continue;
                }
                Interrupted {
                    id: entry.id().clone(),
                    about: Some(About::of(entry.entry())),
                    finding,
                    journal,
                    entry: Some(*entry),
                }
            }
        });
    }
    Ok(all)
}

fn bare(journal: Arc<Journal>, id: EntryId, finding: Finding) -> Interrupted {
    Interrupted {
        id,
        about: None,
        finding,
        journal,
        entry: None,
    }
}

fn is_settled(finding: &Finding, entry: &Entry) -> bool {
    matches!(finding, Finding::Void(Void::NeverRegistered))
        && Moment::now().seconds_since(entry.started) >= SETTLED_SECONDS
}

async fn look(context: &Context, entry: &Entry) -> Finding {
    let scope = context.journal.as_ref().map(|journal| journal.scope());
    if scope != Some(entry.place.scope.as_str()) {
        return Finding::Elsewhere;
    }
    let place = entry.place.to_place();
    match &entry.work {
        Work::Issue(record) => locate::finding(context, &place, record).await,
        Work::Replace(record) => match &record.successor {
            Successor::Issuing(record) => locate::finding(context, &place, record).await,
            Successor::HandedOver(_) => locate::waiting(context, &place, record).await,
        },
        Work::Revoke(queue) => Finding::Queue {
            waiting: queue
                .iter()
                .filter(|item| item.state == QueueState::Waiting)
                .count(),
        },
    }
}
