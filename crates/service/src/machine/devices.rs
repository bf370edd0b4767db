//! This machine as a device: link, look, unlink (docs/protocol.md 4).
//!
//! A device is linked when the server knows it and its keys are stored here. Linking ends with both or with neither.

use std::sync::Arc;

use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice};
use client::{Client, NewDevice};
use model::{CallError, KeychainError, Problem};
use protocol::crypto::{self, DeviceIdentity};
use protocol::wire::WireError;
use protocol::{
    Device, DeviceId, DeviceState, DeviceStatus, Listed, Moment, PublicKey, RemoteStatus, UnreadEntry,
    UserDevice,
};

/// The longest name that is sent, in characters.
const NAME_LIMIT: usize = 120;

/// What is stored of a linked device.
#[derive(Clone, Debug)]
pub struct DeviceRecord {
    /// Id and key pairs.
    pub device: LinkedDevice,
    /// As the user calls it.
    pub name: String,
    /// System and architecture.
    pub platform: String,
    /// When it was linked.
    pub created_at: Moment,
}

/// Where this machine's keys are kept. Called on a thread that may block.
pub trait DeviceStore: Send + Sync {
    /// Stores the keys, replacing those of an earlier device.
    ///
    /// # Errors
    /// When they are not stored, completely and durably.
    fn save(&self, record: &DeviceRecord) -> Result<(), KeychainError>;

    /// Removes the keys; keys that are not there count as removed.
    ///
    /// # Errors
    /// When they may still be there.
    fn forget(&self, device: &DeviceId) -> Result<(), KeychainError>;
}

/// The name that is proposed: the host's.
pub fn default_name() -> String {
    #[cfg(not(any(target_os = "android", target_os = "ios")))]
    let host = hostname::get().ok().and_then(|name| name.into_string().ok());
    // Phones do not tell it.
    #[cfg(any(target_os = "android", target_os = "ios"))]
    let host: Option<String> = None;
    host.filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "This computer".to_owned())
}

/// System, architecture and release, under the names that the reference uses (docs/protocol.md 4.2), but for `windows`: the
/// server does not know `win32`.
pub fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "x86" => "ia32",
        other => other,
    };
    match release() {
        Some(release) => format!("{system}-{architecture} ({release})"),
        None => format!("{system}-{architecture}"),
    }
}

/// The kernel's release, where the system tells it in a file.
fn release() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    let text = text.trim();
    (!text.is_empty() && text.len() <= 100).then(|| text.to_owned())
}

/// Makes keys, registers them and stores them.
///
/// # Errors
/// [`Problem::NotStored`] when the keys could not be stored and the device was revoked again;
/// [`Problem::HalfLinked`] when that failed, too: the device has to be revoked by hand. [`Problem::Uncertain`]
/// when the answer was lost. API errors.
pub async fn link(
    context: &Context,
    store: &Arc<dyn DeviceStore>,
    name: &str,
    platform: &str,
) -> Result<LinkedDevice, Problem> {
    let client = &context.client;
    let identity = off_thread(|| DeviceIdentity::make(&mut crypto::system_rng())).await?;
    let key = identity.encryption_public();
    let name: String = name
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_LIMIT)
        .collect();
    let new = NewDevice {
        public_key: key,
        signing_key: identity.signing_public(),
        name: if name.is_empty() { platform } else { &name },
        platform,
    };
    let registered = match client.register_device(&new).await {
        Ok(device) => device,
        Err(error) if error.was_not_sent() => return Err(error.into()),
        // Whatever is said: a gateway can refuse what the server has done.
        Err(error) => match find_by_key(context, key).await {
            Ok(Some(device)) => device,
            Err(cause) if error.may_have_happened() => return Err(Problem::Uncertain(Box::new(cause))),
            Ok(None) | Err(_) => return Err(error.into()),
        },
    };
    if registered.public_key.is_some_and(|listed| listed != key) {
        // Keys would be sealed for somebody else.
        return Err(take_back(client, registered.id, Problem::WrongDevice).await);
    }
    let record = DeviceRecord {
        device: LinkedDevice {
            id: registered.id.clone(),
            identity,
        },
        name: new.name.to_owned(),
        platform: platform.to_owned(),
        created_at: Moment::now(),
    };
    let (keeper, kept) = (Arc::clone(store), record.clone());
    match off_thread(move || keeper.save(&kept)).await? {
        Ok(()) => Ok(record.device),
        Err(cause) => {
            let (keeper, id) = (Arc::clone(store), registered.id.clone());
            // Part of it may be stored. Whatever cannot be removed is worth nothing once the device is revoked.
            drop(off_thread(move || keeper.forget(&id)).await);
            Err(take_back(client, registered.id, Problem::NotStored(cause)).await)
        }
    }
}

/// Revokes a device that was just registered, and gives the reason why; or says that it is still there.
async fn take_back(client: &Client, device: DeviceId, why: Problem) -> Problem {
    match client.revoke_device(&device).await {
        Ok(()) => why,
        Err(error) => Problem::HalfLinked {
            device,
            why: Box::new(why),
            cause: error,
        },
    }
}

/// The user's own device with this key, if the server has it.
///
/// # Errors
/// API errors; [`CallError::Malformed`] where it is not there, and an entry that cannot be read may be it.
async fn find_by_key(context: &Context, key: PublicKey) -> Result<Option<Device>, Problem> {
    let own = own(context).await?;
    let mut devices = own.list.into_iter().map(|it| it.device);
    let found = devices.find(|it| it.public_key == Some(key));
    match own.unreadable.first().filter(|_| found.is_none()) {
        Some(unread) => Err(may_be_it(unread)),
        None => Ok(found),
    }
}

/// Why a device that is looked for is neither there nor not there: it may be this entry.
fn may_be_it(unread: &UnreadEntry) -> Problem {
    CallError::Malformed(WireError::Missing { what: unread.missing }).into()
}

/// The user's own devices, revoked ones too, with their names, which are told only there.
///
/// # Errors
/// API errors.
pub async fn own(context: &Context) -> Result<Listed<UserDevice>, Problem> {
    Ok(context.client.own_devices().await?)
}

/// Asks the server about this machine's device, as [`state_of`] says.
///
/// # Errors
/// API errors; [`CallError::Malformed`] where an entry that cannot be read may be it.
pub async fn status(context: &Context, device: &LinkedDevice) -> Result<DeviceState, Problem> {
    state_of(device, &own(context).await?)
}

/// How this machine's device stands. It is looked for among the user's own: a device that is not there is unknown, or
/// another account's (docs/protocol.md 4.1).
///
/// # Errors
/// [`CallError::Malformed`] where it is not there, and an entry cannot be read: that may be this one.
pub fn state_of(device: &LinkedDevice, own: &Listed<UserDevice>) -> Result<DeviceState, Problem> {
    let listed = own.list.iter().map(|it| &it.device).find(|it| it.id == device.id);
    if let (None, Some(unread)) = (&listed, own.unreadable.first()) {
        return Err(may_be_it(unread));
    }
    let own_key = device.identity.encryption_public();
    let remote = match listed {
        Some(listed) => match &listed.status {
            DeviceStatus::Revoked { at } => RemoteStatus::Revoked { at: *at },
            // One that is not told says nothing against this one.
            _ if listed.public_key.is_none_or(|key| key == own_key) => RemoteStatus::Active,
            _ => RemoteStatus::Unknown,
        },
        None => RemoteStatus::Unknown,
    };
    Ok(DeviceState {
        id: device.id.clone(),
        name: listed.and_then(|listed| listed.name.clone()),
        platform: listed
            .map(|listed| listed.platform.clone())
            .filter(|text| !text.is_empty()),
        encryption: own_key.fingerprint(),
        signing: device.identity.kid(),
        last_seen_at: listed.and_then(|listed| listed.last_seen_at),
        remote,
    })
}

/// Revokes another device of the user's own, and asks the server whether it is. What is sealed for it stays until somebody
/// shares those keys again.
///
/// # Errors
/// [`Problem::NotDone`] when the server still lists it as active; [`Problem::Uncertain`] when it cannot be asked; API errors.
pub async fn revoke(context: &Context, device: &DeviceId) -> Result<(), Problem> {
    let done = context.client.revoke_device(device).await;
    let is_active = |it: &UserDevice| it.device.may_be_active();
    is_over(context, device, done, is_active).await
}

/// Deletes the record of a revoked device of the user's own, and asks the server whether it is gone.
///
/// # Errors
/// As [`revoke`]: [`Problem::NotDone`] when the server still lists it.
pub async fn delete(context: &Context, device: &DeviceId) -> Result<(), Problem> {
    let done = context.client.delete_device(device).await;
    is_over(context, device, done, |_| true).await
}

/// Looks whether the device is not there any more as it was. A refusal is told as it is.
async fn is_over(
    context: &Context,
    device: &DeviceId,
    done: Result<(), CallError>,
    is_there: impl Fn(&UserDevice) -> bool,
) -> Result<(), Problem> {
    match &done {
        Err(error) if !error.may_have_happened() => return Err(error.clone().into()),
        _ => {}
    }
    let now = own(context)
        .await
        .map_err(|error| Problem::Uncertain(Box::new(error)))?;
    match (
        now.list.iter().find(|it| it.device.id == *device),
        now.unreadable.first(),
    ) {
        (Some(it), _) if is_there(it) => Err(done.err().map_or(Problem::NotDone, Problem::from)),
        (None, Some(unread)) => Err(Problem::Uncertain(Box::new(may_be_it(unread)))),
        _ => Ok(()),
    }
}

/// Revokes the device on the server, then forgets its keys.
///
/// # Errors
/// API errors: then nothing was forgotten. [`Problem::NotForgotten`] when the device is revoked and its keys, which
/// are worth nothing any more, could not be removed.
pub async fn unlink(
    context: &Context,
    store: &Arc<dyn DeviceStore>,
    device: &DeviceId,
) -> Result<(), Problem> {
    context.client.revoke_device(device).await?;
    forget(store, device).await
}

/// Forgets the keys of a device that the server has revoked or does not know.
///
/// # Errors
/// [`Problem::NotForgotten`].
pub async fn forget(store: &Arc<dyn DeviceStore>, device: &DeviceId) -> Result<(), Problem> {
    let (keeper, id) = (Arc::clone(store), device.clone());
    off_thread(move || keeper.forget(&id))
        .await?
        .map_err(Problem::NotForgotten)
}
