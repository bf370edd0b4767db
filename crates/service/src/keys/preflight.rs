//! Before any write: everything that a later step needs is read and checked (docs/protocol.md 7.6).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::recipients::{Lists, with_own};
use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice, Place};
use model::{CallError, Part, Problem};
use protocol::crypto::{self, Accepted, OpenedKey};
use protocol::envelope::PublishedKey;
use protocol::{
    DeployTokenId, Device, DeviceId, Fingerprint, Listed, RecipientKind, SealedRecipient, SigningPublicKey,
};

/// What the checks found: enough to seal for everybody.
pub(crate) struct Ready {
    pub(crate) key: OpenKey,
    pub(crate) lists: Lists,
}

/// An environment key that this device has opened.
pub(crate) struct OpenKey {
    pub(crate) opened: Arc<OpenedKey>,
    /// As it was published.
    pub(crate) published: PublishedKey,
    /// Whether it was opened only because the user accepted what its envelope cannot prove.
    pub(crate) is_accepted: bool,
}

/// What there is, and the key if this device can have it.
pub(crate) struct Looked {
    pub(crate) lists: Lists,
    /// As it was published, where the server gives it to this device.
    pub(crate) published: Option<PublishedKey>,
    pub(crate) key: Result<OpenKey, Problem>,
}

/// Identity present, lists readable, own device among the recipients, key opened and its fingerprint checked.
pub(crate) async fn check(context: &Context, place: &Place) -> Result<Ready, Problem> {
    context.device()?;
    let Looked { lists, key, .. } = look(context, place, &Accepted::default()).await?;
    Ok(Ready { key: key?, lists })
}

/// The same, where the lists are of use without the key.
pub(crate) async fn look(context: &Context, place: &Place, accepted: &Accepted) -> Result<Looked, Problem> {
    let device = match context.device() {
        Ok(device) => device,
        Err(problem) => {
            let lists = Lists::fetch(context, place).await?;
            return Ok(Looked {
                lists,
                published: None,
                key: Err(problem),
            });
        }
    };
    let published = context
        .client
        .environment_key(&place.project, place.name(), &device.id);
    let (published, lists) = tokio::join!(published, Lists::fetch(context, place));
    let lists = lists?;
    let told = published.as_ref().ok().cloned().flatten();
    let key = async {
        own_device_is_active(context, &lists.devices)?;
        match published {
            Ok(Some(published)) => open(device, place, published, signers(&lists.devices), accepted).await,
            Ok(None) => Err(Problem::NoKey),
            Err(error) => Err(unread_key(context, place, error).await),
        }
    };
    let key = key.await;
    Ok(Looked {
        lists,
        published: told,
        key,
    })
}

/// What this device can do with an environment's key, without changing anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAccess {
    /// Fingerprint of the opened key.
    pub fingerprint: Fingerprint,
    pub version: u64,
    /// The tokens that it is sealed for; `None` where the server tells a device its own entry alone.
    pub tokens: Option<BTreeSet<DeployTokenId>>,
}

/// Opens the environment key and forgets it again: shows whether this device has access.
///
/// # Errors
/// [`Problem::NoKey`] when there is none, [`Problem::Call`] with `ReshareRequired` or [`Problem::Open`]
/// when this device cannot open it, [`Problem::OtherKeys`] when its keys are not those that the server has.
pub async fn key_access(context: &Context, place: &Place) -> Result<KeyAccess, Problem> {
    let device = context.device()?;
    let published = context
        .client
        .environment_key(&place.project, place.name(), &device.id);
    let devices = context.client.devices(&place.project, place.name());
    let (published, devices) = tokio::join!(published, devices);
    if let Ok(devices) = &devices {
        has_own_keys(context, &devices.list)?;
    }
    let published = match published {
        Ok(Some(published)) => published,
        Ok(None) => return Err(Problem::NoKey),
        Err(error) => {
            // A device that is not known, was revoked or is another account's (docs/protocol.md 6.3).
            let of_device = matches!(error.status(), Some(403 | 422));
            if of_device && devices.is_ok_and(|it| is_not_listed(context, it)) {
                return Err(Problem::NotARecipient);
            }
            return Err(unread_key(context, place, error).await);
        }
    };
    let devices = with_own(devices?, Some(device)).list;
    let key = open(device, place, published, signers(&devices), &Accepted::default()).await?;
    Ok(KeyAccess::of(&key, &device.id))
}

/// Whether the list says that this device may not hold the key.
fn is_not_listed(context: &Context, listed: Listed<Device>) -> bool {
    own_device_is_active(context, &with_own(listed, context.device.as_ref()).list).is_err()
}

impl KeyAccess {
    pub(crate) fn of(key: &OpenKey, own: &DeviceId) -> Self {
        let recipients = key.published.told_recipients(own);
        let token = |it: &SealedRecipient| match &it.kind {
            RecipientKind::Deployment(id) => Some(id.clone()),
            RecipientKind::Device(_) => None,
        };
        Self {
            tokens: recipients.map(|all| all.iter().filter_map(token).collect()),
            fingerprint: crypto::key_fingerprint(key.opened.key()),
            version: key.published.version,
        }
    }
}

/// Whether this device may hold the environment's key.
///
/// # Errors
/// [`Problem::NotARecipient`]; as [`has_own_keys`].
pub(crate) fn own_device_is_active(context: &Context, devices: &[Device]) -> Result<(), Problem> {
    has_own_keys(context, devices)?;
    let own = context.device()?;
    let listed = devices.iter().find(|device| device.id == own.id);
    let key = listed.and_then(Device::recipient_key);
    if key == Some(own.identity.encryption_public()) {
        Ok(())
    } else {
        Err(Problem::NotARecipient)
    }
}

/// Whether the list has the public keys of this device that belong to those that are used here, as far as it tells them: the
/// hosted server does not tell the signing key (docs/protocol.md 4.1).
///
/// # Errors
/// [`Problem::OtherKeys`].
fn has_own_keys(context: &Context, devices: &[Device]) -> Result<(), Problem> {
    let own = context.device()?;
    let Some(listed) = devices.iter().find(|device| device.id == own.id) else {
        return Ok(());
    };
    let (encryption, signing) = (own.identity.encryption_public(), own.identity.signing_public());
    let half = if listed.public_key.is_some_and(|key| key != encryption) {
        Part::EncryptionKey
    } else if listed.signing_key.is_some_and(|key| key != signing) {
        Part::SigningKey
    } else {
        return Ok(());
    };
    Err(Problem::OtherKeys {
        half,
        kept: context.keys_in,
    })
}

pub(crate) fn signers(devices: &[Device]) -> Vec<SigningPublicKey> {
    devices.iter().filter_map(|device| device.signing_key).collect()
}

/// Why a key could not be read. A 404 is about the place: a key that is not there is an answer of its own
/// (docs/protocol.md 6.3).
pub(crate) async fn unread_key(context: &Context, place: &Place, error: CallError) -> Problem {
    if error.status() != Some(404) {
        return error.into();
    }
    match context.client.environments(&place.project).await {
        Err(error) => error.into(),
        Ok(list) => Problem::UnknownEnvironment {
            wanted: place.name().to_string(),
            known: list.list.iter().map(|it| it.name.to_string()).collect(),
        },
    }
}

/// Opens a key that came along with something else, without a look at the lists: its signer is known where that is this device.
pub(crate) async fn open_told(
    device: &LinkedDevice,
    place: &Place,
    published: PublishedKey,
) -> Result<OpenKey, Problem> {
    open(device, place, published, Vec::new(), &Accepted::default()).await
}

async fn open(
    device: &LinkedDevice,
    place: &Place,
    published: PublishedKey,
    mut signers: Vec<SigningPublicKey>,
    accepted: &Accepted,
) -> Result<OpenKey, Problem> {
    let (device, place, accepted) = (device.clone(), place.clone(), accepted.clone());
    let is_accepted = accepted != Accepted::default();
    signers.push(device.identity.signing_public());
    let work = move || {
        let (id, identity) = (&device.id, &device.identity);
        let opened = crypto::open_environment_key(
            &published,
            &place.project,
            place.name(),
            id,
            identity,
            &signers,
            &accepted,
        );
        opened.map(|opened| OpenKey {
            opened: Arc::new(opened),
            published,
            is_accepted,
        })
    };
    Ok(off_thread(work).await??)
}
