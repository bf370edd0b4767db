//! Publishing an environment key (docs/protocol.md 6.4, 10): for whom it is sealed, sealing, signing, sending, and what to do
//! when the answer is lost. The only way to do so.

use super::add_devices::add_devices;
use super::for_whom::{Entries, ForWhom};
use super::make_key::make_key;
use super::preflight::{self, OpenKey, Ready, own_device_is_active};
use super::recipients::{Lists, Wanted};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice, Place, Progress};
use model::{Problem, Step};
use protocol::crypto::{self, OpenError};
use protocol::secret::EnvironmentKey;
use protocol::wire::environment_key::ShareKeyRequest;
use protocol::{
    DeployTokenId, Fingerprint, KeyRequest, KeyScope, Moment, PublicKey, Recipient, RecipientKind, RequestId,
    RequestStatus, SealedEnvironmentKey,
};

/// Which key is published.
pub(crate) enum Published<'a> {
    /// The one that the environment has, for everybody who may have it now.
    Again(&'a OpenKey),
    /// One that is made for this: the environment's first one, or a further one.
    New,
}

/// What a publication is for, beside those on the lists.
#[derive(Clone, Copy, Default)]
pub(crate) struct Purpose<'a> {
    /// A token that was registered a moment ago.
    pub(crate) wanted: Option<Wanted<'a>>,
    /// Requests that it answers.
    pub(crate) requests: &'a [KeyRequest],
}

/// Seals for everybody on the lists, and publishes. Where the tokens cannot be listed, what is published stays and devices
/// are let in beside. Gives the number of recipients.
///
/// # Errors
/// [`Problem::NotAnAdmin`] where a token is wanted, or a new key, and the tokens cannot be listed;
/// [`Problem::NotARecipient`] when this device is not among them, [`Problem::Misregistered`] when the wanted token is not
/// active; [`Problem::WouldLoseKey`]; what sealing says; API errors.
pub(crate) async fn publish(
    context: &Context,
    place: &Place,
    lists: &Lists,
    what: Published<'_>,
    purpose: Purpose<'_>,
    operation: Operation,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let device = context.device()?;
    reached(operation, Checkpoint::Listed);
    let key = match what {
        Published::Again(key) => key,
        Published::New => return make_key(context, place, lists, (operation, progress)).await,
    };
    if purpose.wanted.is_none() && lists.tokens().is_err() {
        let requests = purpose.requests;
        return add_devices(context, place, lists, key, requests, (operation, progress)).await;
    }
    own_device_is_active(context, &lists.devices)?;
    let entries = Entries::of(&key.published, &device.id);
    let for_whom = lists.everybody(purpose.wanted, entries)?;
    let outer = if for_whom.kept.is_empty() {
        Outer::New
    } else {
        Outer::Published
    };
    let requests = purpose.requests;
    publish_for(
        context,
        place,
        key,
        (outer, for_whom),
        requests,
        (operation, progress),
    )
    .await
}

/// Under which DEK a key is published.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outer {
    /// A new one.
    New,
    /// That of the published envelope, so that what is sealed for some of its recipients can stay.
    Published,
}

/// Seals, signs and sends, and again without those that the server refuses where it was not known whether they are active.
/// Gives the number of recipients.
///
/// # Errors
/// What sealing says, that the published DEK is not known among it; API errors.
pub(super) async fn publish_for(
    context: &Context,
    place: &Place,
    key: &OpenKey,
    (outer, mut for_whom): (Outer, ForWhom),
    requests: &[KeyRequest],
    (operation, progress): (Operation, Progress<'_>),
) -> Result<usize, Problem> {
    let device = context.device()?;
    loop {
        let recipients = for_whom.count();
        progress(Step::Seal { recipients });
        let envelope = match outer {
            Outer::New => seal_anew(device, place, key, &for_whom).await?,
            Outer::Published => seal_beside(device, place, key, &for_whom).await?,
        };
        let sealed = sign(device, key, &envelope, requests)?;
        progress(Step::Publish);
        reached(operation, Checkpoint::Sealed);
        let sent: Vec<RecipientKind> = envelope.recipients.into_iter().map(|it| it.kind).collect();
        match send(context, place, sealed, requests).await {
            Ok(()) => {
                reached(operation, Checkpoint::Published);
                return Ok(recipients);
            }
            Err(problem) if for_whom.leave_out_refused(&sent, &problem) => {}
            Err(problem) => return Err(problem),
        }
    }
}

/// Looks who there is now, and seals the key again for them.
///
/// # Errors
/// What the checks found; as [`publish`].
pub(crate) async fn publish_again(
    context: &Context,
    place: &Place,
    operation: Operation,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let Ready { key, lists } = preflight::check(context, place).await?;
    let (what, purpose) = (Published::Again(&key), Purpose::default());
    publish(context, place, &lists, what, purpose, operation, progress).await
}

/// A signed request.
struct Sealed {
    body: String,
}

async fn seal_anew(
    device: &LinkedDevice,
    place: &Place,
    key: &OpenKey,
    for_whom: &ForWhom,
) -> Result<SealedEnvironmentKey, Problem> {
    let (device, place, opened) = (device.clone(), place.clone(), key.opened.clone());
    let recipients = for_whom.anew.clone();
    let work = move || seal_for(&device, &place, opened.key(), &recipients).map(|(_, sealed)| sealed);
    off_thread(work).await?
}

/// The published envelope with what is kept of its entries, and new ones after them.
async fn seal_beside(
    device: &LinkedDevice,
    place: &Place,
    key: &OpenKey,
    for_whom: &ForWhom,
) -> Result<SealedEnvironmentKey, Problem> {
    let published = key.published.sealed.clone().ok_or(OpenError::NoEnvelope)?;
    let (identity, opened) = (device.identity.clone(), key.opened.clone());
    let (scope, recipients) = (scope(place, opened.key()), for_whom.anew.clone());
    let work = move || {
        let mut rng = crypto::system_rng();
        opened.seal_entries(&scope, &recipients, &identity, Moment::now(), &mut rng)
    };
    let mut entries = for_whom.kept.clone();
    entries.extend(off_thread(work).await??);
    Ok(SealedEnvironmentKey {
        recipients: entries,
        ..published
    })
}

/// The published DEK for one more public key: what is sent along with a registration.
///
/// # Errors
/// What sealing says, that the published DEK is not known among it.
pub(crate) async fn seal_entry(
    device: &LinkedDevice,
    place: &Place,
    key: &OpenKey,
    public_key: PublicKey,
) -> Result<String, Problem> {
    let (identity, opened) = (device.identity.clone(), key.opened.clone());
    let scope = scope(place, opened.key());
    // The server knows by itself for whom it is.
    let kind = RecipientKind::Deployment(DeployTokenId::new(""));
    let work = move || {
        let (recipient, mut rng) = ([Recipient { kind, public_key }], crypto::system_rng());
        opened.seal_entries(&scope, &recipient, &identity, Moment::now(), &mut rng)
    };
    let sealed = off_thread(work).await??.pop();
    Ok(sealed.ok_or(Problem::Stopped)?.edek_b64)
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

/// Seals a key for everybody in a place under its name of today, and gives its fingerprint beside it.
///
/// # Errors
/// What sealing says.
pub(super) fn seal_for(
    device: &LinkedDevice,
    place: &Place,
    key: &EnvironmentKey,
    recipients: &[Recipient],
) -> Result<(Fingerprint, SealedEnvironmentKey), Problem> {
    let scope = scope(place, key);
    let mut rng = crypto::system_rng();
    let sealed =
        crypto::seal_environment_key(key, &scope, recipients, &device.identity, Moment::now(), &mut rng)?;
    Ok((scope.fingerprint, sealed))
}

/// What an envelope of a key says that it is for.
fn scope(place: &Place, key: &EnvironmentKey) -> KeyScope {
    KeyScope {
        project: place.project.clone(),
        environment: place.name().clone(),
        fingerprint: crypto::key_fingerprint(key),
    }
}

/// A lost answer is asked for: publishing the same body again changes nothing, unless the first one was taken and answered
/// requests, which cannot be done twice; that is looked up instead. After silence nothing is asked, because that would double
/// the wait.
async fn send(
    context: &Context,
    place: &Place,
    sealed: Sealed,
    requests: &[KeyRequest],
) -> Result<(), Problem> {
    let (client, project) = (&context.client, &place.project);
    let once = || client.share_environment_key(project, place.name(), sealed.body.clone());
    let lost = match once().await {
        Err(error) if error.may_have_happened() && !error.is_timeout() => error,
        published => return Ok(published?),
    };
    if let Some(request) = requests.first() {
        let now = client
            .reshare_request(&request.organization, request.id.as_str())
            .await?;
        match now.status {
            RequestStatus::Completed => return Ok(()),
            RequestStatus::Pending => {}
            _ => return Err(lost.into()),
        }
    }
    Ok(once().await?)
}
