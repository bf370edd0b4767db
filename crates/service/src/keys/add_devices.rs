//! Sharing an environment key by somebody who may not list the environment's deploy tokens (docs/protocol.md 6.4, 16): what
//! is published stays as it is, and devices are let in beside. To seal anew from a list without tokens would lock every
//! runner out.

use super::preflight::{OpenKey, own_device_is_active};
use super::publish::{Sealed, scope, send};
use super::recipients::Lists;
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice, Place, Progress};
use model::{CallError, Problem, Step};
use protocol::crypto;
use protocol::envelope::PublishedKey;
use protocol::wire::environment_key::ShareKeyRequest;
use protocol::{
    DeviceId, KeyRequest, Moment, Recipient, RecipientKind, RequestId, SealedEnvironmentKey, SealedRecipient,
};

/// Lets the active devices that have no entry in beside the published ones, and gives the number of recipients. Entries of
/// devices that are not active any more are left out, because the server refuses them; those of tokens, which cannot be
/// listed, when it does.
///
/// # Errors
/// [`Problem::NotAnAdmin`] where the server does not tell for whom the key is sealed; [`Problem::NotARecipient`]; what
/// sealing says; API errors; [`Problem::Overtaken`] when the server gives another envelope
/// afterwards.
pub(super) async fn add_devices(
    context: &Context,
    place: &Place,
    lists: &Lists,
    key: &OpenKey,
    requests: &[KeyRequest],
    (operation, progress): (Operation, Progress<'_>),
) -> Result<usize, Problem> {
    let device = context.device()?;
    own_device_is_active(&lists.devices, device)?;
    let envelope = key.published.sealed.as_ref();
    // A server that shows this device's own entry alone may have others, which would be lost.
    let is_told = key.published.told_recipients(&device.id).is_some();
    let envelope = envelope.filter(|_| is_told).ok_or(Problem::NotAnAdmin)?;
    let missing = missing_devices(lists, key, envelope);
    let mut entries = kept_entries(lists, envelope, &missing);
    progress(Step::Seal {
        recipients: entries.len() + missing.len(),
    });
    entries.extend(seal_entries(device, place, key, missing.clone()).await?);
    progress(Step::Publish);
    reached(operation, Checkpoint::Sealed);
    loop {
        let envelope = SealedEnvironmentKey {
            recipients: entries.clone(),
            ..envelope.clone()
        };
        let sealed = sign(device, key, &envelope, requests)?;
        match send(context, place, sealed, requests).await {
            Ok(()) => break,
            Err(problem) if leave_out_refused(&mut entries, &problem) => {}
            Err(problem) => return Err(problem),
        }
    }
    reached(operation, Checkpoint::Published);
    let added: Vec<&RecipientKind> = missing.iter().map(|recipient| &recipient.kind).collect();
    if is_overtaken(context, place, &device.id, key, &added).await {
        return Err(Problem::Overtaken);
    }
    Ok(entries.len())
}

/// The active devices that are to get an entry: those without one, or all where the published ones name the environment by
/// a former name or not at all.
fn missing_devices(lists: &Lists, key: &OpenKey, envelope: &SealedEnvironmentKey) -> Vec<Recipient> {
    let has_entry = |kind: &RecipientKind| envelope.recipients.iter().any(|entry| entry.kind == *kind);
    let mut devices = lists.device_recipients();
    devices.retain(|recipient| key.is_accepted || !has_entry(&recipient.kind));
    devices
}

/// What stays as it is.
fn kept_entries(
    lists: &Lists,
    envelope: &SealedEnvironmentKey,
    sealed_anew: &[Recipient],
) -> Vec<SealedRecipient> {
    let active = lists.device_recipients();
    let among = |list: &[Recipient], kind: &RecipientKind| list.iter().any(|it| it.kind == *kind);
    let stays = |entry: &&SealedRecipient| match entry.kind {
        RecipientKind::Device(_) => among(&active, &entry.kind) && !among(sealed_anew, &entry.kind),
        RecipientKind::Deployment(_) => true,
    };
    envelope.recipients.iter().filter(stays).cloned().collect()
}

async fn seal_entries(
    device: &LinkedDevice,
    place: &Place,
    key: &OpenKey,
    recipients: Vec<Recipient>,
) -> Result<Vec<SealedRecipient>, Problem> {
    let (identity, opened) = (device.identity.clone(), key.opened.clone());
    let scope = scope(place, opened.key());
    let work = move || {
        let mut rng = crypto::system_rng();
        opened.seal_entries(&scope, &recipients, &identity, Moment::now(), &mut rng)
    };
    Ok(off_thread(work).await??)
}

fn sign(
    device: &LinkedDevice,
    key: &OpenKey,
    envelope: &SealedEnvironmentKey,
    requests: &[KeyRequest],
) -> Result<Sealed, Problem> {
    let ids: Vec<RequestId> = requests.iter().map(|request| request.id.clone()).collect();
    let fingerprint = crypto::key_fingerprint(key.opened.key());
    let request = ShareKeyRequest::new(&device.id, fingerprint, envelope, ids);
    let body = crypto::sign_body(&device.identity, &request)?;
    Ok(Sealed { body })
}

/// Leaves out the tokens that the server names as ones that nothing may be sealed for; whether there were any.
fn leave_out_refused(entries: &mut Vec<SealedRecipient>, problem: &Problem) -> bool {
    let Problem::Call(CallError::Refused(refusal)) = problem else {
        return false;
    };
    let place_of = |field: &str| -> Option<usize> {
        let rest = field.strip_prefix("envelope.recipients.")?;
        rest.split('.').next()?.parse().ok()
    };
    let refused = refusal.fields.iter().filter_map(|(field, _)| place_of(field));
    let refused: Vec<usize> = refused.collect();
    let before = entries.len();
    let mut place = 0;
    entries.retain(|entry| {
        let is_refused = refused.contains(&place) && matches!(entry.kind, RecipientKind::Deployment(_));
        place += 1;
        !is_refused
    });
    entries.len() < before
}

/// Whether the server gives something else than what was published: of two who publish at once the last one wins. Where the
/// server cannot be asked, its answer to the publication counts.
async fn is_overtaken(
    context: &Context,
    place: &Place,
    own: &DeviceId,
    key: &OpenKey,
    added: &[&RecipientKind],
) -> bool {
    let client = &context.client;
    match client.environment_key(&place.project, place.name(), own).await {
        Ok(Some(now)) => {
            now.fingerprint != key.published.fingerprint || !all_are_told(&now, own, added.iter().copied())
        }
        Ok(None) | Err(CallError::ReshareRequired { .. }) => true,
        Err(error) => {
            tracing::warn!(%error, "the key could not be read again after it was published");
            false
        }
    }
}

/// Whether all of them have an entry, as far as the server tells.
pub(super) fn all_are_told<'a>(
    published: &PublishedKey,
    own: &DeviceId,
    mut wanted: impl Iterator<Item = &'a RecipientKind>,
) -> bool {
    match published.told_recipients(own) {
        Some(told) => wanted.all(|kind| told.iter().any(|entry| entry.kind == *kind)),
        None => published.sealed.is_some(),
    }
}
