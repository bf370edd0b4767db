//! Who there is in an environment: its devices and tokens, entry by entry. For whom of them a key is published is
//! [`super::for_whom`]'s.

use crate::{Context, LinkedDevice, Place};
use model::{CallError, Problem};
use protocol::{
    DeployToken, Device, DeviceStatus, EnvironmentId, Listed, ProjectId, PublicKey, Recipient, RecipientKind,
    TokenEntry, UnreadEntry,
};

/// Who there is in an environment: fetched once for an operation, and handed on.
pub(crate) struct Lists {
    pub(crate) devices: Vec<Device>,
    /// Entries of the list of devices without an id.
    pub(crate) unread_devices: Vec<UnreadEntry>,
    /// [`Problem::NotAnAdmin`] where the server shows them to admins alone.
    tokens: Result<Vec<TokenEntry>, Problem>,
}

impl Lists {
    pub(crate) async fn fetch(context: &Context, place: &Place) -> Result<Self, Problem> {
        let (devices, tokens) = tokio::join!(
            context.client.devices(&place.project, place.name()),
            listed_tokens(context, &place.project, Some(&place.environment.id)),
        );
        let devices = with_own(devices?, context.device.as_ref());
        match tokens {
            Err(error) if error != Problem::NotAnAdmin => Err(error),
            tokens => Ok(Self {
                devices: devices.list,
                unread_devices: devices.unreadable,
                tokens,
            }),
        }
    }

    /// The tokens.
    ///
    /// # Errors
    /// [`Problem::NotAnAdmin`] where they cannot be listed.
    pub(crate) fn tokens(&self) -> Result<&[TokenEntry], Problem> {
        self.tokens.as_deref().map_err(Clone::clone)
    }

    /// The devices that are active, or may be, in list order.
    pub(crate) fn device_recipients(&self) -> Vec<Recipient> {
        let devices = self.devices.iter().filter_map(|device| {
            let public_key = device.recipient_key()?;
            Some(Recipient {
                kind: RecipientKind::Device(device.id.clone()),
                public_key,
            })
        });
        devices.collect()
    }
}

/// This machine knows its own key: where the list does not tell it, or an entry without an id may be this device's, the
/// device is there all the same.
pub(super) fn with_own(mut listed: Listed<Device>, own: Option<&LinkedDevice>) -> Listed<Device> {
    let Some(own) = own else {
        return listed;
    };
    let key = own.identity.encryption_public();
    match listed.list.iter_mut().find(|device| device.id == own.id) {
        Some(device) => device.public_key = device.public_key.or(Some(key)),
        None if listed.unreadable.is_empty() => {}
        None => listed.list.push(Device {
            id: own.id.clone(),
            name: None,
            public_key: Some(key),
            signing_key: Some(own.identity.signing_public()),
            platform: String::new(),
            status: DeviceStatus::NotKnown,
            last_seen_at: None,
            created_at: None,
        }),
    }
    listed
}

/// A token that must be among the recipients with exactly this key, whatever a list from before says.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) token: &'a DeployToken,
    pub(crate) key: PublicKey,
}

/// The list as the server gives it.
///
/// # Errors
/// [`Problem::NotAnAdmin`] where the server allows it to admins alone (docs/protocol.md 16); API errors.
pub(crate) async fn listed_tokens(
    context: &Context,
    project: &ProjectId,
    environment: Option<&EnvironmentId>,
) -> Result<Vec<TokenEntry>, Problem> {
    match context.client.tokens(project, environment).await {
        Ok(entries) => Ok(entries),
        Err(CallError::Refused(refusal))
            if refusal.status == 403 && !refusal.is_of_a_moved_organization() =>
        {
            Err(Problem::NotAnAdmin)
        }
        Err(error) => Err(error.into()),
    }
}
