//! Operations that were interrupted: compared with the server, and what can be done about each.
//!
//! An interrupted create or rotate is found again by its public key, because that was in the journal before the server
//! could know it. Nothing is done by itself; [`finish`], [`take_back`] and [`discard`] are the user's choices.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod finish;
mod locate;

use std::sync::Arc;

pub use finish::{Finished, discard, finish, rotate_unclaimed, take_back};

use crate::journal::{Entry, EntryId, Journal, OpenEntry, QueueState, Seen, Stage, Successor, Version, Work};
use crate::renewal::{self, Left};
use crate::{Context, Place};
use model::{
    About, Finding, IssuanceKind, NotActive, Pending, Problem, Remedy, ResumeError, Shown, WorkKind,
};
use protocol::Moment;

/// An operation that never registered anything is forgotten after this many seconds: a request cannot be under way that
/// long.
const SETTLED_SECONDS: i64 = 600;

/// An interrupted operation, as it was seen. Nobody is kept from it: whoever does something about it first, does.
#[derive(Debug)]
pub struct Interrupted {
    /// Its name in the journal.
    pub id: EntryId,
    /// What it was; `None` where the entry cannot be read, or is in use.
    pub about: Option<About>,
    /// What became of it.
    pub finding: Finding,
    /// Set where its secrets were shown and are kept for a while.
    pub shown: Option<Shown>,
    journal: Arc<Journal>,
    seen: Option<(Place, Version)>,
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
            Work::Unclaimed(it) => {
                let kind = match it.kind {
                    IssuanceKind::Rotate => WorkKind::Rotate,
                    IssuanceKind::Create | IssuanceKind::Replace => WorkKind::Create,
                };
                (kind, it.token.name.clone(), it.token.token.clone())
            }
            Work::Revoke(queue) => {
                let first = queue.first();
                let name = first.map(|item| item.name.clone()).unwrap_or_default();
                (
                    WorkKind::Revoke(queue.len()),
                    name,
                    first.map(|item| item.token.clone()),
                )
            }
            Work::RenewKey(_) | Work::KeyWanted => (WorkKind::RenewKey, String::new(), None),
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

    /// Where it works; `None` where the entry cannot be read, or is in use.
    pub fn place(&self) -> Option<Place> {
        self.seen.as_ref().map(|(place, _)| place.clone())
    }

    /// What is known of it.
    pub fn facts(&self) -> Pending {
        Pending {
            id: self.id.to_string(),
            about: self.about.clone(),
            finding: self.finding.clone(),
            shown: self.shown,
        }
    }

    /// Takes hold of its entry.
    ///
    /// # Errors
    /// [`Problem::Busy`] when somebody else has it, [`Problem::NotResumable`] when it is another server's, or not any more
    /// what it was seen as.
    fn take(&self) -> Result<OpenEntry, Problem> {
        match (&self.finding, &self.seen) {
            (Finding::InUse, _) | (_, None) => Err(Problem::Busy),
            (Finding::Elsewhere, _) => Err(Problem::NotResumable(ResumeError::Elsewhere)),
            (_, Some((_, version))) => self
                .journal
                .take_seen(&self.id, *version)?
                .ok_or(Problem::NotResumable(ResumeError::NotActive)),
        }
    }
}

/// All interrupted operations, the oldest first, each compared with the server. Without a journal there are none. Holds
/// nothing and changes nothing.
///
/// # Errors
/// [`Problem::Journal`] when the journal cannot be read at all.
pub async fn interrupted(context: &Context) -> Result<Vec<Interrupted>, Problem> {
    let Some(journal) = &context.journal else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    let seen = journal.look()?;
    let earlier = earlier_renewals(&seen);
    // The last one finishes with the keys of all of them.
    let others = seen.into_iter().filter(|it| !earlier.contains(it.id()));
    for seen in others {
        all.extend(compare(context, journal, seen).await);
    }
    Ok(all)
}

/// The operation with this name in the journal, compared with the server; `None` if there is none any more.
///
/// # Errors
/// As [`interrupted()`].
pub async fn find(context: &Context, id: &str) -> Result<Option<Interrupted>, Problem> {
    let Some(journal) = &context.journal else {
        return Ok(None);
    };
    let seen = journal.look()?.into_iter().find(|seen| seen.id().as_str() == id);
    match seen {
        Some(seen) => Ok(compare(context, journal, seen).await),
        None => Ok(None),
    }
}

async fn compare(context: &Context, journal: &Arc<Journal>, seen: Seen) -> Option<Interrupted> {
    let journal = Arc::clone(journal);
    let (entry, version) = match seen {
        Seen::InUse(id) => return Some(bare(journal, id, Finding::InUse)),
        Seen::Unreadable(id, error) => return Some(bare(journal, id, Finding::Unreadable(error))),
        Seen::Entry(entry, version) => (entry, version),
    };
    let finding = look(context, &entry).await;
    let shown = journal.until(&entry).map(|until| Shown {
        until,
        is_closed: entry.closed,
    });
    let is_over = is_settled(&finding, &entry) || is_ended(&finding, &entry);
    (!is_over).then(|| Interrupted {
        id: entry.id.clone(),
        about: Some(About::from(&*entry)),
        finding,
        shown,
        journal,
        seen: Some((entry.place.to_place(), version)),
    })
}

/// Forgets what nobody can want any more: secrets that were shown, after their deadline; after ten minutes operations that
/// never registered anything; what killed processes left. Asks the server about the second alone.
///
/// # Errors
/// [`Problem::Journal`]; the rest is tried again another time.
pub async fn tidy(context: &Context) -> Result<(), Problem> {
    let Some(journal) = &context.journal else {
        return Ok(());
    };
    journal.tidy()?;
    for seen in journal.look()? {
        if let Seen::Entry(entry, version) = seen
            && may_be_settled(&entry)
            && is_settled(&look(context, &entry).await, &entry)
            && let Ok(Some(entry)) = journal.take_seen(&entry.id, version)
        {
            entry.close()?;
        }
    }
    Ok(())
}

fn bare(journal: Arc<Journal>, id: EntryId, finding: Finding) -> Interrupted {
    Interrupted {
        id,
        about: None,
        finding,
        shown: None,
        journal,
        seen: None,
    }
}

fn is_settled(finding: &Finding, entry: &Entry) -> bool {
    match finding {
        Finding::NotActive(NotActive::NeverRegistered) => may_be_settled(entry),
        // Nobody has to be told of what was told, or is gone anyway.
        Finding::NotActive(_) | Finding::OtherKey => may_be_settled(entry) && !is_intended(entry),
        _ => false,
    }
}

/// Ended renewals after which the same key was renewed again.
fn earlier_renewals(seen: &[Seen]) -> Vec<EntryId> {
    let entries = || {
        let all = seen.iter().filter_map(|seen| match seen {
            Seen::Entry(entry, _) => Some(&**entry),
            Seen::InUse(_) | Seen::Unreadable(..) => None,
        });
        all.filter(|entry| entry.renewal().is_some())
    };
    let is_earlier = |one: &&Entry| {
        one.is_ended_renewal()
            && entries().any(|other| other.place.is_same(&one.place) && other.started > one.started)
    };
    entries()
        .filter(is_earlier)
        .map(|entry| entry.id.clone())
        .collect()
}

/// A renewal after which everything stayed as it was left is none that was interrupted.
fn is_ended(finding: &Finding, entry: &Entry) -> bool {
    entry.is_ended_renewal() && !matches!(finding, Finding::Variables { left: 1.., .. })
}

fn may_be_settled(entry: &Entry) -> bool {
    let is_old = Moment::now().seconds_since(entry.started) >= SETTLED_SECONDS;
    entry.closed || matches!(entry.work, Work::Unclaimed(_)) || (is_intended(entry) && is_old)
}

fn is_intended(entry: &Entry) -> bool {
    entry.issue().is_some_and(|issue| issue.stage == Stage::Intended)
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
        Work::Unclaimed(it) => locate::unclaimed(context, &place, &it.token).await,
        Work::Revoke(queue) => Finding::Queue {
            waiting: queue
                .iter()
                .filter(|item| item.state == QueueState::Waiting)
                .count(),
        },
        Work::KeyWanted => Finding::KeyWanted,
        Work::RenewKey(record) => match renewal::left(context, &place, record).await {
            Err(error) => Finding::Unknown(error),
            Ok(Left::Nothing) => Finding::NotActive(NotActive::NeverRegistered),
            Ok(Left::Settled) => Finding::Variables { left: 0, lost: 0 },
            Ok(Left::Variables { left, lost }) => Finding::Variables { left, lost },
        },
    }
}
