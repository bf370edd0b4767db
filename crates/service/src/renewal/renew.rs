//! Making an environment's key anew, from the checks before it to everything being under it.

use std::sync::Arc;
use std::time::Instant;

use super::keys::{self, Publication};
use super::settle::{self, Settled, settle};
use super::variables;
use super::wanted::fulfil;
use crate::checklist::after_renewal;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{Entry, EntryWriter, Journal, RenewalRecord, Work};
use crate::keys::make_key;
use crate::keys::preflight::{self, OpenKey, Ready};
use crate::keys::recipients::Lists;
use crate::{Context, Place, Progress};
use model::{Problem, Renewed, Step};
use protocol::crypto;
use protocol::secret::EnvironmentKey;
use protocol::variable::VariableUpload;
use protocol::{EnvironmentName, Fingerprint, Moment};

/// How many keys are made at most: a server that does not take one of the recipients keeps the key without an envelope.
const KEYS: usize = 2;
/// How often it is begun anew because somebody else renewed the key before anything was changed.
const TRIES: usize = 3;

/// Makes an environment's key anew for every device and active token, puts all variables under it, and reads everything back.
/// What was sealed when the environment `was_called` something else is accepted.
///
/// # Errors
/// Before anything is changed: [`Problem::NoJournal`], [`Problem::RenewalPending`], what the checks found,
/// [`Problem::NotAnAdmin`], [`Problem::WouldLoseKey`], and [`Problem::Unopened`] for variables that would be lost. What the
/// server refuses; [`Problem::Overtaken`] where others renew it again and again. [`Problem::RenewalUnfinished`] where the key is new, or may be, and not everything is under it: the entry
/// stays in the journal, by which it can be finished.
pub async fn renew_key(
    context: &Context,
    place: &Place,
    was_called: Option<&EnvironmentName>,
    progress: Progress<'_>,
) -> Result<Renewed, Problem> {
    progress(Step::Check);
    let journal = context.journal.as_ref().ok_or(Problem::NoJournal)?;
    let _lock = context.lock(place).await?;
    reached(Operation::RenewKey, Checkpoint::Locked);
    let earlier = journal.renewals(place)?;
    if !earlier.iter().all(Entry::is_ended_renewal) {
        return Err(Problem::RenewalPending);
    }
    let begun = Moment::now();
    for _ in 0..TRIES {
        if let Some(renewed) = once(context, journal, place, was_called, progress).await? {
            fulfil(journal, place, begun);
            return Ok(renewed);
        }
    }
    Err(Problem::Overtaken)
}

/// One try; `None` where somebody else's key came in between, and nothing was changed.
async fn once(
    context: &Context,
    journal: &Arc<Journal>,
    place: &Place,
    was_called: Option<&EnvironmentName>,
    progress: Progress<'_>,
) -> Result<Option<Renewed>, Problem> {
    let Ready { key, lists } = preflight::check(context, place).await?;
    keys::recipients(&context.device()?.id, &lists, &key, false)?;
    reached(Operation::RenewKey, Checkpoint::Checked);
    progress(Step::Open);
    let old = key.opened.key().clone();
    let mut ring = vec![old.clone()];
    ring.extend(settle::known_keys(context, place)?);
    let read = variables::read(context, place, ring.clone(), was_called).await?;
    let values = read.all(false)?;
    reached(Operation::RenewKey, Checkpoint::Opened);
    let before = crypto::key_fingerprint(&old);
    keys::enough_calls(context, place, before).await?;

    let first = prepare(context, place, &key, (&values, 1), progress).await?;
    let work = Work::RenewKey(RenewalRecord {
        keys: vec![old, first.made.clone()],
    });
    let mut record = EntryWriter::begin(Some(journal), place, Operation::RenewKey, work)?;
    match keys::is_still(context, place, before).await {
        Ok(true) => {}
        other => {
            record.close();
            return other.map(|_| None);
        }
    }
    let mut next = first;
    for number in 1..=KEYS {
        ring.push(next.made.clone());
        let (left_out, uploads) = (next.left_out, next.uploads);
        progress(Step::Publish);
        let begun = Instant::now();
        let published = keys::publish(context, place, next.publication, before).await;
        let refused = match published.map_err(unfinished)? {
            Publication::Counts => {
                reached(Operation::RenewKey, Checkpoint::Published);
                progress(Step::Upload {
                    variables: uploads.len(),
                });
                let revived = settle::push(context, place, &uploads).await;
                let uploaded = Instant::now();
                reached(Operation::RenewKey, Checkpoint::Uploaded);
                let settled = finish(context, place, &ring, was_called, record, progress).await?;
                note_in_checklists(context, place, before, &values, &settled);
                let last = settled.last_upload.unwrap_or(uploaded);
                return Ok(Some(Renewed {
                    left_out,
                    revived: settled.revived.saturating_add(revived),
                    gap: Some(last.saturating_duration_since(begun)),
                    ..settled.renewed(before)
                }));
            }
            Publication::Overtaken => {
                let settled = finish(context, place, &ring, was_called, record, progress).await?;
                note_in_checklists(context, place, before, &values, &settled);
                return Ok(Some(settled.renewed(before)));
            }
            Publication::Nothing(problem) if number == 1 => {
                record.close();
                return Err(problem);
            }
            Publication::Nothing(problem) => return Err(unfinished(problem)),
            Publication::Nobody(problem) if number == KEYS => return Err(unfinished(problem)),
            Publication::Nobody(problem) => problem,
        };
        tracing::warn!(%refused, "a new key has no envelope; another one is made");
        next = prepare(context, place, &key, (&values, number + 1), progress)
            .await
            .map_err(unfinished)?;
        let written = record.another_key(next.made.clone());
        written.map_err(|error| unfinished(error.into()))?;
    }
    Err(Problem::Stopped)
}

fn unfinished(problem: Problem) -> Problem {
    Problem::RenewalUnfinished(Box::new(problem))
}

async fn finish(
    context: &Context,
    place: &Place,
    ring: &[EnvironmentKey],
    was_called: Option<&EnvironmentName>,
    record: EntryWriter,
    progress: Progress<'_>,
) -> Result<Settled, Problem> {
    let settled = settle(context, place, ring, was_called, progress).await;
    let settled = settled.map_err(unfinished)?;
    reached(Operation::RenewKey, Checkpoint::Proved);
    record.renewed();
    Ok(settled)
}

fn note_in_checklists(
    context: &Context,
    place: &Place,
    before: Fingerprint,
    values: &[variables::Opened],
    settled: &Settled,
) {
    let marks = variables::marks(values);
    after_renewal(context, place, (before, settled.key), &marks, &settled.variables);
}

/// A key that is ready to be published, with everything that is to be uploaded under it.
struct Prepared {
    made: EnvironmentKey,
    publication: make_key::Made,
    uploads: Vec<VariableUpload>,
    /// Who held the key of before, and does not get this one.
    left_out: Vec<String>,
}

/// Makes and seals the key with this number, for those who are there now: one who was revoked meanwhile keeps everybody from
/// the key.
async fn prepare(
    context: &Context,
    place: &Place,
    key: &OpenKey,
    (values, number): (&[variables::Opened], usize),
    progress: Progress<'_>,
) -> Result<Prepared, Problem> {
    let device = context.device()?;
    let lists = Lists::fetch(context, place).await?;
    let recipients = keys::recipients(&device.id, &lists, key, number > 1)?;
    let left_out = keys::left_out(&device.id, &lists, key, &recipients);
    progress(Step::Seal {
        recipients: recipients.len(),
    });
    let made = crypto::make_environment_key(&mut crypto::system_rng());
    let step = u64::try_from(number).unwrap_or(u64::MAX);
    let version = key.published.version.saturating_add(step);
    let uploads = variables::seal(device, place, values.to_vec(), &made, version).await?;
    let publication = make_key::seal(device, place, made.clone(), recipients).await?;
    reached(Operation::RenewKey, Checkpoint::Sealed);
    Ok(Prepared {
        made,
        publication,
        uploads,
        left_out,
    })
}
