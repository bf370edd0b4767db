//! Putting everything under the key of now, whoever made that: after a publication, after an interruption, and after somebody
//! else renewed the key at the same time.

use std::sync::Arc;
use std::time::Instant;

use super::keys::recipients;
use super::variables::{self, Opened};
use super::wanted::fulfil;
use crate::checklist::{Mark, after_renewal};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::journal::{EntryWriter, OpenEntry, RenewalRecord};
use crate::keys::add_devices::all_are_told;
use crate::keys::preflight::{self, OpenKey, Ready};
use crate::keys::publish::{Published, Purpose, publish};
use crate::keys::recipients::Lists;
use crate::{Context, Place, Progress};
use model::{CallError, Problem, Renewed, Step};
use protocol::crypto;
use protocol::secret::EnvironmentKey;
use protocol::variable::VariableUpload;
use protocol::{EnvironmentName, Fingerprint};

/// How often it is looked again: each time somebody else may have changed something.
const ROUNDS: usize = 6;

/// Everything is under this key.
pub(super) struct Settled {
    pub(super) key: Fingerprint,
    version: u64,
    pub(super) variables: Vec<Mark>,
    recipients: usize,
    /// When something was uploaded last, if it was.
    pub(super) last_upload: Option<Instant>,
    /// How many variables that had been deleted are there again.
    pub(super) revived: u64,
}

impl Settled {
    /// What the user is told, of a key that followed on this one.
    pub(super) fn renewed(self, before: Fingerprint) -> Renewed {
        Renewed {
            before,
            now: self.key,
            version: self.version,
            variables: self.variables.into_iter().map(|it| it.name).collect(),
            recipients: self.recipients,
            left_out: Vec::new(),
            revived: self.revived,
            gap: None,
        }
    }
}

/// Until everything is under the key of now, and everybody who should have that has it: reads, puts what is under one of the
/// earlier keys under that of now, and reads again.
///
/// # Errors
/// [`Problem::Unopened`] where something is under none of the keys; [`Problem::Overtaken`] where it changes again and again;
/// what the checks, sealing and the server say.
pub(super) async fn settle(
    context: &Context,
    place: &Place,
    earlier: &[EnvironmentKey],
    was_called: Option<&EnvironmentName>,
    progress: Progress<'_>,
) -> Result<Settled, Problem> {
    let device = context.device()?;
    let (mut last_upload, mut revived, mut uploaded) = (None, 0_u64, Ok(()));
    for _ in 0..ROUNDS {
        progress(Step::Prove);
        let Ready { key, lists } = preflight::check(context, place).await?;
        let recipients = give_to_all(context, place, &key, &lists, progress).await?;
        let now = key.opened.key();
        let read = variables::read(context, place, ring(now, earlier), was_called).await?;
        let stale = read.stale();
        if stale.is_empty() {
            let opened = read.all(true)?;
            let others = ring(now, earlier).split_off(1);
            if variables::is_any_under(&opened, others).await? {
                // Somebody else uploads under an earlier key.
                return Err(Problem::Overtaken);
            }
            return Ok(Settled {
                key: crypto::key_fingerprint(now),
                version: key.published.version,
                variables: variables::marks(&opened),
                recipients,
                last_upload,
                revived,
            });
        }
        // The same trouble twice is no race.
        uploaded?;
        progress(Step::Upload {
            variables: stale.len(),
        });
        let uploads = variables::seal(device, place, stale, now, key.published.version).await?;
        (uploaded, revived) = match try_push(context, place, &uploads).await {
            Ok(again) => (Ok(()), revived.saturating_add(again)),
            Err(Problem::Call(CallError::Conflicts(_))) => (Ok(()), revived),
            Err(problem) => (Err(problem), revived),
        };
        last_upload = Some(Instant::now());
    }
    Err(Problem::Overtaken)
}

/// The keys of this place's renewals that the journal still has, those of the oldest first.
///
/// # Errors
/// [`Problem::Journal`].
pub(super) fn known_keys(context: &Context, place: &Place) -> Result<Vec<EnvironmentKey>, Problem> {
    let mut keys = Vec::new();
    if let Some(journal) = &context.journal {
        for entry in journal.renewals(place)? {
            let record = entry.renewal().map(|record| record.keys.as_slice());
            keys.extend(record.unwrap_or_default().iter().cloned());
        }
    }
    Ok(keys)
}

/// The key of now, and then the others, each once.
fn ring(now: &EnvironmentKey, earlier: &[EnvironmentKey]) -> Vec<EnvironmentKey> {
    let mut ring = vec![now.clone()];
    for key in earlier {
        if !ring.iter().any(|it| it.ct_eq(key)) {
            ring.push(key.clone());
        }
    }
    ring
}

/// Seals the key for whoever came meanwhile: a token that was made a moment ago got the key of before. Gives the number of
/// recipients. Who may not list the tokens leaves that to others.
async fn give_to_all(
    context: &Context,
    place: &Place,
    key: &OpenKey,
    lists: &Lists,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let own = &context.device()?.id;
    let wanted = match recipients(own, lists, key, true) {
        Ok(wanted) => wanted,
        Err(Problem::NotAnAdmin) => {
            return Ok(key.published.sealed.as_ref().map_or(0, |it| it.recipients.len()));
        }
        Err(problem) => return Err(problem),
    };
    if all_are_told(&key.published, own, wanted.iter().map(|it| &it.kind)) {
        return Ok(wanted.len());
    }
    let (what, purpose) = (Published::Again(key), Purpose::default());
    publish(context, place, lists, what, purpose, Operation::Reshare, progress).await
}

/// Uploads, and leaves it to the reading afterwards to find out what came of it. Gives how many variables had been deleted
/// meanwhile and are there again.
pub(super) async fn push(context: &Context, place: &Place, uploads: &[VariableUpload]) -> u64 {
    match try_push(context, place, uploads).await {
        Ok(revived) => revived,
        Err(problem) => {
            tracing::warn!(%problem, "the variables may not be under the new key yet");
            0
        }
    }
}

async fn try_push(context: &Context, place: &Place, uploads: &[VariableUpload]) -> Result<u64, Problem> {
    if uploads.is_empty() {
        return Ok(0);
    }
    let (client, device) = (&context.client, context.device()?);
    let added = client
        .push(&place.project, place.name(), &device.id, uploads)
        .await?;
    Ok(added.unwrap_or(0))
}

/// How an interrupted renewal stands.
pub(crate) enum Left {
    /// Its key was never published: nothing was changed.
    Nothing,
    /// Everything is under the key of now.
    Settled,
    /// So many variables are under an earlier key.
    Variables {
        /// Those that a key of the journal opens.
        left: usize,
        /// Those that no key opens that is here.
        lost: usize,
    },
}

/// Looks how a renewal stands, and changes nothing.
///
/// # Errors
/// What reading the key and the variables says.
pub(crate) async fn left(context: &Context, place: &Place, record: &RenewalRecord) -> Result<Left, Problem> {
    let Ready { key, .. } = preflight::check(context, place).await?;
    let now = key.opened.key();
    let keys = known_keys(context, place)?;
    let read = variables::read(context, place, ring(now, &keys), None).await?;
    let is_before = record.keys.first().is_some_and(|before| before.ct_eq(now));
    let stale: Vec<Opened> = read.stale();
    Ok(match (stale.len(), read.unopened.len()) {
        (0, 0) if is_before => Left::Nothing,
        (0, 0) => Left::Settled,
        (left, lost) => Left::Variables { left, lost },
    })
}

/// Finishes an interrupted renewal: puts everything under the key of now.
///
/// # Errors
/// As [`settle`], as [`Problem::RenewalUnfinished`].
pub(crate) async fn conclude(
    context: &Context,
    place: &Place,
    entry: OpenEntry,
    progress: Progress<'_>,
) -> Result<Renewed, Problem> {
    let first = entry.entry().renewal().and_then(|record| record.keys.first());
    let before = first.map(crypto::key_fingerprint);
    let keys = known_keys(context, place)?;
    let settled = settle(context, place, &keys, None, progress).await;
    let settled = settled.map_err(|problem| Problem::RenewalUnfinished(Box::new(problem)))?;
    reached(Operation::RenewKey, Checkpoint::Proved);
    let (journal, begun) = (Arc::clone(entry.journal()), entry.entry().started);
    EntryWriter::resume(Operation::RenewKey, entry).renewed();
    if let Some(before) = before {
        after_renewal(context, place, (before, settled.key), &[], &settled.variables);
    }
    fulfil(&journal, place, begun);
    let now = settled.key;
    Ok(settled.renewed(before.unwrap_or(now)))
}
