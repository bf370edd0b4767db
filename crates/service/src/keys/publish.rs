//! Publishing an environment key (docs/protocol.md 6.4, 10): for whom it is sealed, sealing, signing, sending, and what to do
//! when the answer is lost. The only way to do so.

use super::preflight::{self, Ready, own_device_is_active};
use super::recipients::{Lists, Wanted};
use crate::checkpoint::{Checkpoint, Operation, reached};
use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice, Place, Progress};
use model::{Problem, Step};
use protocol::crypto;
use protocol::secret::EnvironmentKey;
use protocol::wire::environment_key::{CreateKeyRequest, ShareKeyRequest};
use protocol::{DeviceId, Fingerprint, KeyRequest, KeyScope, Moment, Recipient, RequestStatus};

/// Version of an environment's first key.
const FIRST_VERSION: u64 = 1;

/// Which key is published.
pub(crate) enum Published<'a> {
    /// The one that the environment has, for everybody who may have it now.
    Again(&'a EnvironmentKey),
    /// The environment's first one, which is made for this.
    First,
}

/// What a publication is for, beside those on the lists.
#[derive(Clone, Copy, Default)]
pub(crate) struct Purpose<'a> {
    /// A token that was registered a moment ago.
    pub(crate) wanted: Option<Wanted<'a>>,
    /// Requests that it answers.
    pub(crate) requests: &'a [KeyRequest],
}

/// Seals for everybody on the lists, and publishes. Gives the number of recipients.
///
/// # Errors
/// [`Problem::NotARecipient`] when this device is not among them, [`Problem::Misregistered`] when the wanted token is not
/// active; what sealing says; API errors.
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
    own_device_is_active(&lists.devices, device)?;
    let recipients = lists.recipients(purpose.wanted)?;
    let count = recipients.len();
    progress(Step::Seal { recipients: count });
    let sealed = seal(device, place, what, recipients, purpose.requests).await?;
    progress(Step::Publish);
    reached(operation, Checkpoint::Sealed);
    send(context, place, device, sealed, purpose.requests).await?;
    reached(operation, Checkpoint::Published);
    Ok(count)
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
    fingerprint: Fingerprint,
    is_first: bool,
}

async fn seal(
    device: &LinkedDevice,
    place: &Place,
    what: Published<'_>,
    recipients: Vec<Recipient>,
    requests: &[KeyRequest],
) -> Result<Sealed, Problem> {
    let device = device.clone();
    let (project, environment) = (place.project.clone(), place.name().clone());
    let key = match what {
        Published::Again(key) => Some(key.clone()),
        Published::First => None,
    };
    let requests = requests.iter().map(|request| request.id.clone()).collect();
    let work = move || {
        let mut rng = crypto::system_rng();
        let is_first = key.is_none();
        let key = key.unwrap_or_else(|| crypto::make_environment_key(&mut rng));
        let fingerprint = crypto::key_fingerprint(&key);
        let scope = KeyScope {
            project,
            environment,
            fingerprint,
        };
        let identity = &device.identity;
        let sealed =
            crypto::seal_environment_key(&key, &scope, &recipients, identity, Moment::now(), &mut rng)?;
        let body = if is_first {
            let request = CreateKeyRequest::new(&device.id, fingerprint, FIRST_VERSION, &sealed);
            crypto::sign_body(identity, &request)
        } else {
            let request = ShareKeyRequest::new(&device.id, fingerprint, &sealed, requests);
            crypto::sign_body(identity, &request)
        }?;
        Ok(Sealed {
            body,
            fingerprint,
            is_first,
        })
    };
    off_thread(work).await?
}

/// A lost answer is asked for: publishing the same body again changes nothing, unless the first one was taken and did
/// something that cannot be done twice; that is looked up instead. After silence nothing is asked, because that would
/// double the wait.
async fn send(
    context: &Context,
    place: &Place,
    device: &LinkedDevice,
    sealed: Sealed,
    requests: &[KeyRequest],
) -> Result<(), Problem> {
    let (client, project) = (&context.client, &place.project);
    let once = || async {
        let body = sealed.body.clone();
        if sealed.is_first {
            let made = client.create_environment_key(project, place.name(), body).await;
            made.map(drop)
        } else {
            client.share_environment_key(project, place.name(), body).await
        }
    };
    let lost = match once().await {
        Err(error) if error.may_have_happened() && !error.is_timeout() => error,
        published => return Ok(published?),
    };
    if sealed.is_first && is_published(context, place, &device.id, sealed.fingerprint).await? {
        return Ok(());
    }
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

/// Whether the environment's key is this one.
async fn is_published(
    context: &Context,
    place: &Place,
    device: &DeviceId,
    fingerprint: Fingerprint,
) -> Result<bool, Problem> {
    let published = context
        .client
        .environment_key(&place.project, place.name(), device)
        .await?;
    Ok(published.is_some_and(|it| it.fingerprint == Some(fingerprint)))
}
