//! Publishing an environment key (docs/protocol.md 6.4, 10): for whom it is sealed, sealing, signing, sending, and what to do
//! when the answer is lost. The only way to do so.

use super::add_devices::add_devices;
use super::checkpoint::{Checkpoint, Operation, reached};
use super::make_key::make_key;
use super::preflight::{self, OpenKey, Ready, off_thread, own_device_is_active};
use super::{Context, LinkedDevice, Place, Progress, tokens};
use model::{Problem, Step};
use protocol::crypto;
use protocol::wire::environment_key::ShareKeyRequest;
use protocol::{
    DeployToken, Device, KeyRequest, KeyScope, Moment, PublicKey, Recipient, RecipientKind, RequestStatus,
    TokenEntry,
};

/// Who there is in an environment: fetched once for an operation, and handed on.
pub(super) struct Lists {
    pub(super) devices: Vec<Device>,
    /// [`Problem::NotAnAdmin`] where the server shows them to admins alone.
    tokens: Result<Vec<TokenEntry>, Problem>,
}

impl Lists {
    pub(super) async fn fetch(context: &Context, place: &Place) -> Result<Self, Problem> {
        let (devices, tokens) = tokio::join!(
            context.client.devices(&place.project, place.name()),
            tokens::list::fetch(context, &place.project, Some(&place.environment.id)),
        );
        let devices = devices?;
        match tokens {
            Err(error) if error != Problem::NotAnAdmin => Err(error),
            tokens => Ok(Self { devices, tokens }),
        }
    }

    /// The tokens.
    ///
    /// # Errors
    /// [`Problem::NotAnAdmin`] where they cannot be listed.
    pub(super) fn tokens(&self) -> Result<&[TokenEntry], Problem> {
        self.tokens.as_deref().map_err(Clone::clone)
    }

    /// The active devices, in list order.
    pub(super) fn device_recipients(&self) -> Vec<Recipient> {
        let devices = self.devices.iter().filter_map(|device| {
            let public_key = device.recipient_key()?;
            Some(Recipient {
                kind: RecipientKind::Device(device.id.clone()),
                public_key,
            })
        });
        devices.collect()
    }

    /// Devices first, then tokens, each in list order; the wanted token replaces its entry, or comes last.
    ///
    /// # Errors
    /// [`Problem::NotAnAdmin`] where the tokens cannot be listed: nobody may be sealed for without them.
    /// [`Problem::Misregistered`] when the wanted token is not active.
    pub(super) fn recipients(&self, wanted: Option<Wanted<'_>>) -> Result<Vec<Recipient>, Problem> {
        let deployment = |token: &DeployToken, public_key| Recipient {
            kind: RecipientKind::Deployment(token.id.clone()),
            public_key,
        };
        let tokens = self.tokens()?.iter().filter_map(TokenEntry::token);
        let tokens = tokens.filter_map(|token| Some(deployment(token, token.recipient_key()?)));
        let mut all = self.device_recipients();
        all.extend(tokens);
        if let Some(Wanted { token, key }) = wanted {
            if !token.is_active() {
                return Err(Problem::Misregistered);
            }
            let wanted = deployment(token, key);
            match all.iter_mut().find(|recipient| recipient.kind == wanted.kind) {
                Some(entry) => *entry = wanted,
                None => all.push(wanted),
            }
        }
        Ok(all)
    }
}

/// A token that must be among the recipients with exactly this key, whatever a list from before says.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) token: &'a DeployToken,
    pub(super) key: PublicKey,
}

/// Which key is published.
pub(super) enum Published<'a> {
    /// The one that the environment has, for everybody who may have it now.
    Again(&'a OpenKey),
    /// One that is made for this: the environment's first one, or a further one.
    New,
}

/// What a publication is for, beside those on the lists.
#[derive(Clone, Copy, Default)]
pub(super) struct Purpose<'a> {
    /// A token that was registered a moment ago.
    pub(super) wanted: Option<Wanted<'a>>,
    /// Requests that it answers.
    pub(super) requests: &'a [KeyRequest],
}

/// Seals for everybody on the lists, and publishes. Where the tokens cannot be listed, what is published stays and devices
/// are let in beside. Gives the number of recipients.
///
/// # Errors
/// [`Problem::NotAnAdmin`] where a token is wanted, or a new key, and the tokens cannot be listed;
/// [`Problem::NotARecipient`] when this device is not among them, [`Problem::Misregistered`] when the wanted token is not
/// active; what sealing says; API errors.
pub(super) async fn publish(
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
    own_device_is_active(&lists.devices, device)?;
    let recipients = lists.recipients(purpose.wanted)?;
    let count = recipients.len();
    progress(Step::Seal { recipients: count });
    let sealed = seal(device, place, key, recipients, purpose.requests).await?;
    progress(Step::Publish);
    reached(operation, Checkpoint::Sealed);
    send(context, place, sealed, purpose.requests).await?;
    reached(operation, Checkpoint::Published);
    Ok(count)
}

/// Looks who there is now, and seals the key again for them.
///
/// # Errors
/// What the checks found; as [`publish`].
pub(super) async fn publish_again(
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
pub(super) struct Sealed {
    pub(super) body: String,
}

async fn seal(
    device: &LinkedDevice,
    place: &Place,
    key: &OpenKey,
    recipients: Vec<Recipient>,
    requests: &[KeyRequest],
) -> Result<Sealed, Problem> {
    let (device, opened) = (device.clone(), key.opened.clone());
    let (project, environment) = (place.project.clone(), place.name().clone());
    let requests = requests.iter().map(|request| request.id.clone()).collect();
    let work = move || {
        let mut rng = crypto::system_rng();
        let key = opened.key();
        let fingerprint = crypto::key_fingerprint(key);
        let scope = KeyScope {
            project,
            environment,
            fingerprint,
        };
        let identity = &device.identity;
        let sealed =
            crypto::seal_environment_key(key, &scope, &recipients, identity, Moment::now(), &mut rng)?;
        let request = ShareKeyRequest::new(&device.id, fingerprint, &sealed, requests);
        let body = crypto::sign_body(identity, &request)?;
        Ok(Sealed { body })
    };
    off_thread(work).await?
}

/// A lost answer is asked for: publishing the same body again changes nothing, unless the first one was taken and answered
/// requests, which cannot be done twice; that is looked up instead. After silence nothing is asked, because that would double
/// the wait.
pub(super) async fn send(
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
