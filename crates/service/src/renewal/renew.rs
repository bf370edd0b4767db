//! Making an environment's key anew, from the checks before it to everything being under it.

use std::sync::Arc;
use std::time::Instant;

use super::keys::{self, Publication};
use super::settle::{self, settle};
use super::variables;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{Entry, EntryWriter, Journal, RenewalRecord, Work};
use crate::keys::make_key;
use crate::keys::preflight::{self, Ready};
use crate::keys::recipients::Lists;
use crate::{Context, Place, Progress};
use model::{Problem, Renewed, Step};
use protocol::crypto;
use protocol::secret::EnvironmentKey;
use protocol::{EnvironmentName, Recipient};

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
    for _ in 0..TRIES {
        if let Some(renewed) = once(context, journal, place, was_called, progress).await? {
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
    let (own, old) = (&context.device()?.id, key.opened.key().clone());
    keys::recipients(own, &lists, &key, false)?;
    reached(Operation::RenewKey, Checkpoint::Checked);
    progress(Step::Open);
    let mut ring = settle::known_keys(context, place, &[old.clone()])?;
    let read = variables::read(context, place, ring.clone(), was_called).await?;
    let values = read.all(false)?;
    reached(Operation::RenewKey, Checkpoint::Opened);

    let before = crypto::key_fingerprint(&old);
    let mut made = crypto::make_environment_key(&mut crypto::system_rng());
    let work = Work::RenewKey(RenewalRecord {
        keys: vec![old.clone(), made.clone()],
    });
    let mut record = EntryWriter::begin(Some(journal), place, Operation::RenewKey, work)?;
    ring.push(made.clone());
    for key_number in 1..=KEYS {
        // Who is there now: one who was revoked meanwhile keeps everybody from the key.
        let lists = Lists::fetch(context, place).await?;
        let recipients = keys::recipients(own, &lists, &key, key_number > 1)?;
        let left_out = keys::left_out(own, &lists, &key, &recipients);
        let version = key.published.version.saturating_add(1);
        let sealed = seal(
            context,
            place,
            &made,
            recipients,
            (values.clone(), version),
            progress,
        )
        .await?;
        reached(Operation::RenewKey, Checkpoint::Sealed);
        if key_number == 1 && !keys::is_still(context, place, before).await? {
            record.close();
            return Ok(None);
        }
        progress(Step::Publish);
        let begun = Instant::now();
        let unfinished = |problem| Problem::RenewalUnfinished(Box::new(problem));
        let published = keys::publish(context, place, sealed.key, before).await;
        match published.map_err(unfinished)? {
            Publication::Counts => {
                reached(Operation::RenewKey, Checkpoint::Published);
                progress(Step::Upload {
                    variables: sealed.uploads.len(),
                });
                let revived = settle::push(context, place, &sealed.uploads).await;
                let uploaded = Instant::now();
                reached(Operation::RenewKey, Checkpoint::Uploaded);
                let settled = settle(context, place, &ring, was_called, progress).await;
                let settled = settled.map_err(unfinished)?;
                reached(Operation::RenewKey, Checkpoint::Proved);
                record.renewed();
                let last = settled.last_upload.unwrap_or(uploaded);
                return Ok(Some(Renewed {
                    left_out,
                    revived: settled.revived.saturating_add(revived),
                    gap: Some(last.saturating_duration_since(begun)),
                    ..settled.renewed(before)
                }));
            }
            Publication::Overtaken => {
                let settled = settle(context, place, &ring, was_called, progress).await;
                let settled = settled.map_err(unfinished)?;
                record.renewed();
                return Ok(Some(settled.renewed(before)));
            }
            Publication::Nothing(problem) if key_number == 1 => {
                record.close();
                return Err(problem);
            }
            Publication::Nothing(problem) => return Err(unfinished(problem)),
            Publication::Nobody(problem) if key_number == KEYS => return Err(unfinished(problem)),
            Publication::Nobody(problem) => {
                tracing::warn!(%problem, "a new key has no envelope; another one is made");
                made = crypto::make_environment_key(&mut crypto::system_rng());
                record
                    .another_key(made.clone())
                    .map_err(|error| unfinished(error.into()))?;
                ring.push(made.clone());
            }
        }
    }
    Err(Problem::Stopped)
}

/// What is ready to be sent.
struct Sealed {
    key: make_key::Made,
    uploads: Vec<protocol::variable::VariableUpload>,
}

async fn seal(
    context: &Context,
    place: &Place,
    key: &EnvironmentKey,
    recipients: Vec<Recipient>,
    (values, version): (Vec<variables::Opened>, u64),
    progress: Progress<'_>,
) -> Result<Sealed, Problem> {
    let device = context.device()?;
    progress(Step::Seal {
        recipients: recipients.len(),
    });
    let uploads = variables::seal(device, place, values, key, version).await?;
    let key = make_key::seal(device, place, key.clone(), recipients).await?;
    Ok(Sealed { key, uploads })
}
