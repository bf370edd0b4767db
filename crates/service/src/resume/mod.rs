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
use model::{About, Finding, IssuanceKind, NotActive, Pending, Problem, Remedy, ResumeError, WorkKind};
use protocol::Moment;

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

impl From<&Entry> for About {
    fn from(entry: &Entry) -> Self {
        let (kind, name, token) = match &entry.work {
            Work::Issue(record) => {
                let kind = match record.kind {
                    IssuanceKind::Rotate => WorkKind::Rotate,
                    IssuanceKind::Create | IssuanceKind::Replace => WorkKind::Create,
                };
                (kind, record.asked.name.clone(), record.token.clone())
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

    /// What is known of it, without the hold on it.
    pub fn facts(&self) -> Pending {
        Pending {
            id: self.id.to_string(),
            about: self.about.clone(),
            finding: self.finding.clone(),
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
                    about: Some(About::from(entry.entry())),
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
    matches!(finding, Finding::NotActive(NotActive::NeverRegistered))
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
            Successor::Delivered(_) => locate::waiting(context, &place, record).await,
        },
        Work::Revoke(queue) => Finding::Queue {
            waiting: queue
                .iter()
                .filter(|item| item.state == QueueState::Waiting)
                .count(),
        },
    }
}
