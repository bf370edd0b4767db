//! Sharing an environment key by somebody who may not list the environment's deploy tokens (docs/protocol.md 6.4, 16): what
//! is published stays as it is, and devices are let in beside. To seal anew from a list without tokens would lock every
//! runner out.

use super::for_whom::Entries;
use super::preflight::{OpenKey, own_device_is_active};
use super::publish::{Outer, publish_for};
use super::recipients::Lists;
use crate::checkpoint::Operation;
use crate::{Context, Place, Progress};
use model::{CallError, Problem};
use protocol::envelope::PublishedKey;
use protocol::{DeviceId, KeyRequest, RecipientKind};

/// Lets the active devices that have no entry in beside the published ones, and gives the number of recipients. Entries of
/// devices that are not active any more are left out, because the server refuses them; those of tokens, which cannot be
/// listed, when it does.
///
/// # Errors
/// [`Problem::NotAnAdmin`] where the server does not tell for whom the key is sealed; [`Problem::NotARecipient`];
/// [`Problem::WouldLoseKey`]; what sealing says; API errors; [`Problem::Overtaken`] when the server gives another envelope
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
    own_device_is_active(context, &lists.devices)?;
    // What is sealed for others and not told would be lost.
    let entries = Entries::of(&key.published, &device.id);
    let published = entries.all()?;
    let mut for_whom = lists.devices_alone(entries)?;
    if !key.is_accepted {
        // Those that name the environment by a former name, or not at all, are sealed for anew.
        for_whom.leave_in_place(published);
    }
    for entry in published {
        if matches!(entry.kind, RecipientKind::Deployment(_)) {
            for_whom.keep_unsure(entry.clone());
        }
    }
    let added: Vec<RecipientKind> = for_whom.anew.iter().map(|it| it.kind.clone()).collect();
    let work = (Outer::Published, for_whom);
    let count = publish_for(context, place, key, work, requests, (operation, progress)).await?;
    if is_overtaken(context, place, &device.id, key, &added).await {
        return Err(Problem::Overtaken);
    }
    Ok(count)
}

/// Whether the server gives something else than what was published: of two who publish at once the last one wins. Where the
/// server cannot be asked, its answer to the publication counts.
async fn is_overtaken(
    context: &Context,
    place: &Place,
    own: &DeviceId,
    key: &OpenKey,
    added: &[RecipientKind],
) -> bool {
    let client = &context.client;
    match client.environment_key(&place.project, place.name(), own).await {
        Ok(Some(now)) => {
            now.fingerprint != key.published.fingerprint || !all_are_told(&now, own, added.iter())
        }
        Ok(None) | Err(CallError::ReshareRequired { .. }) => true,
        Err(error) => {
            tracing::warn!(%error, "the key could not be read again after it was published");
            false
        }
    }
}

/// Whether all of them have an entry, as far as the server tells.
pub(crate) fn all_are_told<'a>(
    published: &PublishedKey,
    own: &DeviceId,
    mut wanted: impl Iterator<Item = &'a RecipientKind>,
) -> bool {
    match published.told_recipients(own) {
        Some(told) => wanted.all(|kind| told.iter().any(|entry| entry.kind == *kind)),
        None => published.sealed.is_some(),
    }
}
