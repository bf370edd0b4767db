//! For whom a new key is, and publishing it.

use std::time::Duration;

use crate::keys::for_whom::Entries;
use crate::keys::make_key::{Made, may_be_there};
use crate::keys::preflight::OpenKey;
use crate::keys::recipients::Lists;
use crate::{Context, Place};
use model::{CallError, Problem};
use protocol::{DeviceId, Fingerprint, Recipient, RecipientKind, TokenEntry};

/// Those from the last lists to the last look at what was uploaded, and some to spare.
const CALLS: u64 = 12;
/// A minute, after which a server that counts by the minute takes all calls again.
const LOOKS: usize = 20;
const BETWEEN_LOOKS: Duration = Duration::from_secs(3);

/// Everybody on the lists who is to hold the new key. With `sure`, only those that are active for all that is known.
///
/// # Errors
/// [`Problem::NotAnAdmin`]; [`Problem::WouldLoseKey`] also for those whose public key is not told: what is sealed for them
/// is the old key.
pub(super) fn recipients(
    own: &DeviceId,
    lists: &Lists,
    key: &OpenKey,
    sure: bool,
) -> Result<Vec<Recipient>, Problem> {
    let everybody = lists.everybody(None, Entries::of(&key.published, own))?;
    let everybody = if sure { everybody.sure() } else { everybody };
    match everybody.kept.first() {
        None => Ok(everybody.anew),
        Some(kept) => Err(Problem::WouldLoseKey {
            who: format!("“{}”", label(&kept.kind, lists)),
        }),
    }
}

/// Who holds the published key and is not among the recipients of a new one, by name where that is known.
pub(super) fn left_out(
    own: &DeviceId,
    lists: &Lists,
    key: &OpenKey,
    recipients: &[Recipient],
) -> Vec<String> {
    let told = key.published.told_recipients(own).unwrap_or_default().iter();
    let is_kept = |kind: &RecipientKind| recipients.iter().any(|it| it.kind == *kind);
    let gone = told.filter(|entry| !is_kept(&entry.kind));
    gone.map(|entry| label(&entry.kind, lists)).collect()
}

fn label(kind: &RecipientKind, lists: &Lists) -> String {
    match kind {
        RecipientKind::Device(id) => {
            let listed = lists.devices.iter().find(|it| it.id == *id);
            listed.map_or_else(|| id.to_string(), |it| it.label().to_owned())
        }
        RecipientKind::Deployment(id) => {
            let mut tokens = lists
                .tokens()
                .unwrap_or_default()
                .iter()
                .filter_map(TokenEntry::token);
            let listed = tokens.find(|it| it.id == *id);
            listed.map_or_else(|| id.to_string(), |it| it.name.clone())
        }
    }
}

/// Whether this is still the key that counts. Asked as late as can be: what somebody else puts under another key meanwhile,
/// nobody can open once that does not count any more.
pub(super) async fn is_still(context: &Context, place: &Place, before: Fingerprint) -> Result<bool, Problem> {
    let own = &context.device()?.id;
    let client = &context.client;
    match client.environment_key(&place.project, place.name(), own).await {
        Ok(now) => Ok(now.and_then(|it| it.fingerprint).is_none_or(|it| it == before)),
        Err(CallError::ReshareRequired { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Waits until the server takes so many calls that none has to wait between the publication and the last upload: runners would
/// wait as long. Of a server that does not say how many it takes, that is not known.
///
/// # Errors
/// API errors.
pub(super) async fn enough_calls(
    context: &Context,
    place: &Place,
    before: Fingerprint,
) -> Result<(), Problem> {
    for _ in 0..LOOKS {
        if context.client.calls_left().is_none_or(|left| left >= CALLS) {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
        // Only an answer tells how many it takes now.
        is_still(context, place, before).await?;
    }
    Ok(())
}

/// What came of publishing a new key.
pub(super) enum Publication {
    /// It counts.
    Counts,
    /// The server has nothing of it.
    Nothing(Problem),
    /// It is there without an envelope, so that nobody has it: the server did not take one of its recipients
    /// (docs/protocol.md G22). Another key has to be made.
    Nobody(Problem),
    /// Another one counts, that was made at the same time.
    Overtaken,
}

/// Publishes a new key where `before` is the one that counts, and looks what came of it where the answer does not say.
///
/// # Errors
/// What keeps it from being known.
pub(super) async fn publish(
    context: &Context,
    place: &Place,
    made: Made,
    before: Fingerprint,
) -> Result<Publication, Problem> {
    let Made { body, fingerprint } = made;
    let client = &context.client;
    let answer = client
        .create_environment_key(&place.project, place.name(), body)
        .await;
    let problem = match answer {
        Ok(now) if now.fingerprint == Some(fingerprint) && now.sealed.is_some() => {
            return Ok(Publication::Counts);
        }
        Ok(_) => Problem::NotDone,
        Err(error) if may_be_there(&error) || error.may_have_happened() => error.into(),
        Err(error) => return Ok(Publication::Nothing(error.into())),
    };
    let own = &context.device()?.id;
    let now = match client.environment_key(&place.project, place.name(), own).await {
        Ok(now) => now,
        Err(CallError::ReshareRequired { .. }) => return Ok(Publication::Overtaken),
        Err(error) => return Err(error.into()),
    };
    let Some(now) = now else {
        return Ok(Publication::Nothing(problem));
    };
    Ok(match (now.fingerprint, &now.sealed) {
        (Some(it), Some(_)) if it == fingerprint => Publication::Counts,
        (_, None) => Publication::Nobody(problem),
        // After silence the request may still arrive.
        (Some(it), _) if it == before && is_silence(&problem) => return Err(problem),
        (Some(it), _) if it == before => Publication::Nothing(problem),
        _ => Publication::Overtaken,
    })
}

fn is_silence(problem: &Problem) -> bool {
    problem
        .call()
        .is_some_and(|error| error.status().is_none() && error.may_have_happened())
}
