//! What the user chose for an interrupted operation.

use super::locate::{self, Located};
use super::{Finding, Interrupted};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{
    Delivered, EntryWriter, IssueRecord, OpenEntry, QueueItem, QueueState, ReplaceRecord, Stage, Work,
};
use crate::keys::for_whom::Entries;
use crate::keys::preflight;
use crate::keys::recipients::Lists;
use crate::renewal::WantedRenewal;
use crate::tokens::{self, Plan, Registered, hand_over};
use crate::{Context, Issued, Place, Progress, Replaced, Revocations, renewal, revocation};
use model::{CiTokenOutcome, Issuance, IssuanceKind, Problem, Renewed, ResumeError};
use protocol::secret::DeploySeed;
use protocol::{DeployToken, Lifetime, Occurrence};

/// An operation that was finished after all.
#[derive(Debug)]
pub enum Finished {
    /// Secrets to hand over; its entry is closed when that is done.
    Issued(Box<Issued>),
    /// A token that was replaced, and is revoked now.
    Replaced(Box<Replaced>),
    /// Tokens that were revoked.
    Revoked(Revocations),
    /// An environment key that is new, with everything under it.
    Renewed(Box<Renewed>),
}

/// Does what is missing: gets the CI token that never arrived (by rotating onto the same key; where the server's rotate
/// gives none, the token is revoked and made anew), and shares again. Where nothing is missing, nothing is changed.
///
/// # Errors
/// [`Problem::NotResumable`] when nothing is active or the entry cannot be used, [`Problem::Busy`], and what
/// create, rotate and revoke give. The entry stays, so that it can be tried again.
pub async fn finish(
    context: &Context,
    interrupted: Interrupted,
    progress: Progress<'_>,
) -> Result<Finished, Problem> {
    refuse_unreadable(&interrupted.finding)?;
    if interrupted.finding == Finding::ValuesGone {
        return Err(Problem::NotResumable(ResumeError::ValuesGone));
    }
    let entry = interrupted.take()?;
    let place = entry.entry().place.to_place();
    if interrupted.finding == Finding::KeyWanted {
        let wanted = WantedRenewal::of(place, entry);
        let renewed = wanted.renew(context, progress).await?;
        return Ok(Finished::Renewed(Box::new(renewed)));
    }
    let _lock = context.lock(&place).await?;
    reached(Operation::Resume, Checkpoint::Locked);
    if entry.entry().issue().is_some() {
        let issued = issue(context, &place, entry, progress).await?;
        return Ok(Finished::Issued(Box::new(issued)));
    }
    if entry.entry().replacement().is_some() {
        let replaced = revocation::conclude(context, &place, entry, None, progress).await?;
        return Ok(Finished::Replaced(Box::new(replaced)));
    }
    if entry.entry().renewal().is_some() {
        let renewed = renewal::conclude(context, &place, entry, progress).await?;
        return Ok(Finished::Renewed(Box::new(renewed)));
    }
    let queue = remaining(context, &place, &entry).await?;
    reached(Operation::Resume, Checkpoint::Located);
    let record = EntryWriter::resume(Operation::Revoke, entry);
    let done = revocation::work_off(context, &place, &queue, record, progress).await;
    Ok(Finished::Revoked(done))
}

async fn issue(
    context: &Context,
    place: &Place,
    entry: OpenEntry,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    const VOID: Problem = Problem::NotResumable(ResumeError::NotActive);
    let issue = entry.entry().issue().ok_or(VOID)?;
    let Located::Active(token) = locate::locate(context, place, issue).await? else {
        return Err(VOID);
    };
    reached(Operation::Resume, Checkpoint::Located);
    let is_complete = locate::is_complete(context, &token.id, issue).await;
    let plan = Plan::of(entry.entry(), issue, &token);
    let (kind, key, stage) = (issue.kind, issue.key, issue.stage);
    let seed = issue.seed.clone();
    let stored = Registered {
        token: DeployToken {
            end: issue.expires_at.map_or(token.end, Occurrence::At),
            ..token
        },
        ci_token: issue.ci_token.clone(),
        notes: Vec::new(),
    };
    if is_complete {
        let lists = Lists::fetch(context, place).await?;
        let recipients = lists.everybody(None, Entries::default())?.count();
        return Ok(complete(entry, stored, kind, seed, recipients));
    }
    // Nothing went along with a registration that was asked for again.
    let ready = preflight::check(context, place).await.map(|ready| (ready, None));
    let mut record = EntryWriter::resume(Operation::Resume, entry);
    let registered = match stage {
        Stage::Received | Stage::Shared => Ok(stored),
        Stage::Intended => plan.regain(context, place, key, stored.token).await,
    };
    let registered = match registered {
        Err(Problem::TakenBack(_)) => {
            record.close();
            return tokens::make_once(context, place, &plan, progress).await;
        }
        registered => registered?,
    };
    if stage == Stage::Intended {
        reached(Operation::Resume, Checkpoint::Registered);
        record.received(registered.receipt());
    }
    let secrets = (registered, seed, key);
    Ok(hand_over(context, place, ready, kind, secrets, record, progress).await)
}

/// An operation of which only the handing over is missing.
fn complete(
    entry: OpenEntry,
    stored: Registered,
    kind: IssuanceKind,
    seed: DeploySeed,
    recipients: usize,
) -> Issued {
    Issued {
        issuance: Issuance {
            kind,
            token: stored.token,
            ci_token: CiTokenOutcome::of(stored.ci_token, kind),
            seed,
            share: Ok(recipients),
            notes: stored.notes,
        },
        entry: Some(entry),
    }
}

/// Gives a token whose secrets are gone new ones, for so long. What was shown of it stops working.
///
/// # Errors
/// [`Problem::NotResumable`] where that is not how it stands, [`Problem::Busy`], and as [`crate::rotate()`].
pub async fn rotate_unclaimed(
    context: &Context,
    interrupted: Interrupted,
    lifetime: Lifetime,
    progress: Progress<'_>,
) -> Result<Issued, Problem> {
    const VOID: Problem = Problem::NotResumable(ResumeError::NotActive);
    let entry = interrupted.take()?;
    let place = entry.entry().place.to_place();
    let Work::Unclaimed(it) = &entry.entry().work else {
        return Err(VOID);
    };
    let token = locate::holder(context, &place, &it.token).await?.ok_or(VOID)?;
    let issued = tokens::rotate(context, &place, token.id.as_str(), lifetime, progress).await?;
    // What was asked for is done; the entry would be told to be settled next time.
    if let Err(error) = entry.close() {
        tracing::warn!(%error, "the journal still has what was rotated");
    }
    Ok(issued)
}

/// The queue of a revocation, with what the server says is done already.
async fn remaining(context: &Context, place: &Place, entry: &OpenEntry) -> Result<Vec<QueueItem>, Problem> {
    let Work::Revoke(queue) = &entry.entry().work else {
        return Ok(Vec::new());
    };
    let mut queue = queue.clone();
    let listed = crate::tokens::list(context, place).await?;
    let is_over = |item: &QueueItem| revocation::in_list(&listed, &item.token).is_ok();
    for item in queue.iter_mut().filter(|item| item.state == QueueState::Waiting) {
        if is_over(item) {
            item.state = QueueState::Revoked;
        }
    }
    Ok(queue)
}

/// Ends the token of an interrupted create or rotate, or the successor of a replacement, and forgets its secrets.
///
/// # Errors
/// As [`finish`].
pub async fn take_back(
    context: &Context,
    interrupted: Interrupted,
    progress: Progress<'_>,
) -> Result<Revocations, Problem> {
    refuse_unreadable(&interrupted.finding)?;
    let entry = interrupted.take()?;
    let place = entry.entry().place.to_place();
    let _lock = context.lock(&place).await?;
    reached(Operation::Resume, Checkpoint::Locked);
    let queue = match (entry.entry().issue(), entry.entry().replacement()) {
        (Some(issue), _) => vec![to_end(context, &place, issue).await?],
        (None, Some(record)) => vec![successor_to_end(context, &place, record).await?],
        (None, None) => match &entry.entry().work {
            Work::Unclaimed(it) => vec![unclaimed_to_end(context, &place, &it.token).await?],
            _ => remaining(context, &place, &entry).await?,
        },
    };
    reached(Operation::Resume, Checkpoint::Located);
    let mut record = EntryWriter::resume(Operation::Revoke, entry);
    // From here on it is a revocation, also after another interruption.
    record.mark(&queue);
    Ok(revocation::work_off(context, &place, &queue, record, progress).await)
}

async fn to_end(context: &Context, place: &Place, issue: &IssueRecord) -> Result<QueueItem, Problem> {
    match locate::locate(context, place, issue).await? {
        Located::Active(token) | Located::OtherKey(token) => Ok(QueueItem {
            token: token.id,
            name: token.name,
            state: QueueState::Waiting,
        }),
        Located::NotActive(_) => Err(Problem::NotResumable(ResumeError::NotActive)),
    }
}

async fn unclaimed_to_end(context: &Context, place: &Place, token: &Delivered) -> Result<QueueItem, Problem> {
    let found = locate::holder(context, place, token).await?;
    let token = found.ok_or(Problem::NotResumable(ResumeError::NotActive))?;
    Ok(QueueItem {
        token: token.id,
        name: token.name,
        state: QueueState::Waiting,
    })
}

async fn successor_to_end(
    context: &Context,
    place: &Place,
    record: &ReplaceRecord,
) -> Result<QueueItem, Problem> {
    let found = tokens::replace::successor(context, place, record).await?;
    let token = found.ok_or(Problem::NotResumable(ResumeError::NotActive))?;
    Ok(QueueItem {
        token: token.id,
        name: token.name,
        state: QueueState::Waiting,
    })
}

/// Forgets an operation of which nothing is active, whose rest is not wanted, or whose entry cannot be read.
///
/// # Errors
/// [`Problem::NotResumable`] when that would leave an active token that nobody holds.
pub fn discard(interrupted: Interrupted) -> Result<(), Problem> {
    match &interrupted.finding {
        Finding::NotActive(_)
        | Finding::OtherKey
        | Finding::ValuesGone
        | Finding::Waiting { .. }
        | Finding::KeyWanted
        | Finding::Queue { .. } => Ok(interrupted.take()?.close()?),
        Finding::Unreadable(_) => Ok(interrupted.journal.remove(&interrupted.id)?),
        Finding::Variables { .. } => Err(Problem::NotResumable(ResumeError::OnlyKey)),
        Finding::InUse => Err(Problem::Busy),
        Finding::Elsewhere => Err(Problem::NotResumable(ResumeError::Elsewhere)),
        Finding::Complete | Finding::Unfinished { .. } | Finding::Unknown(_) => {
            Err(Problem::NotResumable(ResumeError::StillActive))
        }
    }
}

fn refuse_unreadable(finding: &Finding) -> Result<(), Problem> {
    match finding {
        Finding::Unreadable(error) => Err(Problem::NotResumable(ResumeError::Unreadable(*error))),
        _ => Ok(()),
    }
}
