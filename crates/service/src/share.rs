//! Sealing the environment key for every device and active token, and publishing it (docs/protocol.md 6.4).

use super::preflight::{off_thread, own_device_is_active};
use super::step::{Operation, Point, reached};
use super::{Context, LinkedDevice, Place, Progress};
use model::{Problem, Step};
use protocol::crypto;
use protocol::secret::EnvironmentKey;
use protocol::wire::environment_key::ShareKeyRequest;
use protocol::{
    DeployToken, Device, Fingerprint, KeyScope, Moment, PublicKey, Recipient, RecipientKind, TokenEntry,
};

/// A token that must be among the recipients with exactly this key, whatever a stale list says.
pub(super) struct Wanted<'a> {
    pub(super) token: &'a DeployToken,
    pub(super) key: PublicKey,
}

/// Collects the recipients afresh, seals and publishes. Gives the number of recipients.
pub(super) async fn share(
    context: &Context,
    place: &Place,
    key: &EnvironmentKey,
    wanted: Option<Wanted<'_>>,
    operation: Operation,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let device = context.device()?;
    let (devices, tokens) = tokio::try_join!(
        context.client.devices(&place.project, place.name()),
        context.client.tokens(&place.project, Some(&place.environment.id)),
    )?;
    reached(operation, Point::Listed);
    own_device_is_active(&devices, device)?;
    let recipients = recipients(&devices, &tokens, wanted)?;
    let count = recipients.len();
    progress(Step::Seal { recipients: count });
    let fingerprint = crypto::key_fingerprint(key);
    let body = sealed_body(device, place, key, fingerprint, recipients).await?;
    progress(Step::Publish);
    reached(operation, Point::Sealed);
    publish(context, place, body).await?;
    reached(operation, Point::Published);
    Ok(count)
}

/// Publishing the same body again changes nothing, so a lost answer is asked for once more; after silence it is not,
/// because that would double the wait.
async fn publish(context: &Context, place: &Place, body: String) -> Result<(), Problem> {
    let publish = |body| {
        context
            .client
            .share_environment_key(&place.project, place.name(), body)
    };
    match publish(body.clone()).await {
        Err(error) if error.may_have_happened() && !error.is_timeout() => Ok(publish(body).await?),
        published => Ok(published?),
    }
}

/// How many recipients a publication would have now.
pub(super) async fn count(context: &Context, place: &Place) -> Result<usize, Problem> {
    let (devices, tokens) = tokio::try_join!(
        context.client.devices(&place.project, place.name()),
        context.client.tokens(&place.project, Some(&place.environment.id)),
    )?;
    Ok(recipients(&devices, &tokens, None)?.len())
}

/// Devices first, then tokens, each in list order; the wanted token replaces its entry, or comes last.
pub(super) fn recipients(
    devices: &[Device],
    tokens: &[TokenEntry],
    wanted: Option<Wanted<'_>>,
) -> Result<Vec<Recipient>, Problem> {
    let devices = devices.iter().filter_map(|device| {
        let public_key = device.recipient_key()?;
        Some(Recipient {
            kind: RecipientKind::Device(device.id.clone()),
            public_key,
        })
    });
    let deployment = |token: &DeployToken, public_key| Recipient {
        kind: RecipientKind::Deployment(token.id.clone()),
        public_key,
    };
    let others = tokens.iter().filter_map(TokenEntry::token).filter_map(|token| {
        let public_key = token.recipient_key()?;
        Some(deployment(token, public_key))
    });
    let mut all: Vec<Recipient> = devices.chain(others).collect();
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

async fn sealed_body(
    device: &LinkedDevice,
    place: &Place,
    key: &EnvironmentKey,
    fingerprint: Fingerprint,
    recipients: Vec<Recipient>,
) -> Result<String, Problem> {
    let (device, key) = (device.clone(), key.clone());
    let scope = KeyScope {
        project: place.project.clone(),
        environment: place.name().clone(),
        fingerprint,
    };
    let work = move || {
        let mut rng = crypto::system_rng();
        let identity = &device.identity;
        let sealed =
            crypto::seal_environment_key(&key, &scope, &recipients, identity, Moment::now(), &mut rng)?;
        crypto::sign_body(
            identity,
            &ShareKeyRequest::new(&device.id, fingerprint, &sealed, Vec::new()),
        )
    };
    Ok(off_thread(work).await??)
}
