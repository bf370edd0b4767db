//! Key access: every device and token that the environment's key is for, and which of them it should not be for.
//!
//! The API shows a device its own share of the key and nobody else's (docs/protocol.md 6.3). Who else holds it follows
//! from who is listed: every publication goes to all active ones. What is known beyond that are the requests of those
//! that still wait.

use super::fulfil::requests_of;
use super::{Context, KeyAccess, Place, key_access};
use model::{Flaw, Holder, HolderKind, Problem, Standing};
use protocol::crypto;
use protocol::{
    DeployToken, Device, DeviceStatus, Fingerprint, KeyRequest, NotKnown, Occurrence, OrganizationId,
    RequestFilter, TokenEntry, TokenKey, TokenStatus,
};

/// Who holds the key of an environment.
#[derive(Debug)]
pub struct Access {
    /// What this device can do with the key, or why it cannot open it.
    pub own: Result<KeyAccess, Problem>,
    /// Devices first, then tokens, each in the server's order.
    pub holders: Vec<Holder>,
    /// The pending requests of the environment; empty also where the server shows none.
    pub requests: Vec<KeyRequest>,
}

impl Access {
    /// How many are pointed out.
    pub fn flawed(&self) -> usize {
        let flawed = |holder: &&Holder| matches!(holder.standing, Standing::Flawed(_));
        self.holders.iter().filter(flawed).count()
    }
}

/// Who holds the key. Without a device the list is shown all the same.
///
/// # Errors
/// API errors of the lists. That this device cannot open the key is part of the answer.
pub async fn access(
    context: &Context,
    organization: &OrganizationId,
    place: &Place,
) -> Result<Access, Problem> {
    let filter = RequestFilter {
        pending_only: true,
        environment: Some(place.environment.id.clone()),
        ..RequestFilter::default()
    };
    let (devices, tokens, requests) = tokio::try_join!(
        async { Ok::<_, Problem>(context.client.devices(&place.project, place.name()).await?) },
        async {
            Ok(context
                .client
                .tokens(&place.project, Some(&place.environment.id))
                .await?)
        },
        async { Ok(requests_of(context, organization, &filter).await?) },
    )?;
    let own = key_access(context, place).await;
    let mut requests = requests.list;
    requests.retain(|request| request.is_pending() && request.environment == place.environment.id);
    let mut holders: Vec<Holder> = devices
        .iter()
        .map(|device| of_device(context, device, &requests))
        .collect();
    holders.extend(tokens.iter().map(of_entry));
    if own.is_err() {
        for holder in &mut holders {
            let is_own = matches!(holder.kind, HolderKind::Device { own: true, .. });
            if is_own && holder.standing == Standing::Holds {
                holder.standing = Standing::Waits { since: None };
            }
        }
    }
    point_out_shared_keys(&mut holders);
    Ok(Access {
        own,
        holders,
        requests,
    })
}

/// The signing keys that must be treated as disclosed, by what can be seen of their signatures: all that this device is
/// shown of the project's keys is looked at. What cannot be fetched says nothing.
pub async fn disclosed_signers(context: &Context, place: &Place) -> Vec<Fingerprint> {
    let Some(device) = &context.device else {
        return Vec::new();
    };
    let Ok(environments) = context.client.environments(&place.project).await else {
        return Vec::new();
    };
    let fetch = environments.iter().map(|environment| {
        context
            .client
            .environment_key(&place.project, &environment.name, &device.id)
    });
    let published = futures_util::future::join_all(fetch).await;
    let sealed = published
        .iter()
        .flatten()
        .flatten()
        .filter_map(|key| key.sealed.as_ref());
    let edeks = sealed
        .flat_map(|sealed| &sealed.recipients)
        .map(|recipient| recipient.edek_b64.as_str());
    crypto::find_disclosed_signers(edeks)
}

const NOT_TOLD: Occurrence = Occurrence::NotKnown(NotKnown::NotTold);

fn of_device(context: &Context, device: &Device, requests: &[KeyRequest]) -> Holder {
    let own = context.device.as_ref().filter(|own| own.id == device.id);
    let waits = requests.iter().find(|request| request.device == device.id);
    let standing = match (&device.status, device.public_key, waits) {
        (DeviceStatus::Revoked { at }, _, _) => Standing::Flawed(Flaw::Revoked { at: *at }),
        (_, None, _) => Standing::Flawed(Flaw::UnusableKey),
        (_, Some(key), _) if own.is_some_and(|own| own.identity.encryption_public() != key) => {
            Standing::Flawed(Flaw::ForeignKey)
        }
        (_, _, Some(request)) => Standing::Waits {
            since: request.created_at,
        },
        _ => Standing::Holds,
    };
    Holder {
        kind: HolderKind::Device {
            id: device.id.clone(),
            own: own.is_some(),
            platform: device.platform.clone(),
        },
        name: device.label().to_owned(),
        fingerprint: device.public_key.map(|key| key.fingerprint()),
        since: device.created_at,
        last_seen: device.last_seen_at.map_or(NOT_TOLD, Occurrence::At),
        standing,
    }
}

fn of_entry(entry: &TokenEntry) -> Holder {
    match entry {
        TokenEntry::Token(token) => of_token(token),
        TokenEntry::Malformed { id, name, missing } => Holder {
            kind: HolderKind::Token { id: id.clone() },
            name: name.clone().unwrap_or_default(),
            fingerprint: None,
            since: None,
            last_seen: NOT_TOLD,
            standing: Standing::Flawed(Flaw::Malformed(missing)),
        },
    }
}

fn of_token(token: &DeployToken) -> Holder {
    let standing = match (&token.status, &token.key) {
        (TokenStatus::Revoked { at }, _) => Standing::Flawed(Flaw::Revoked { at: *at }),
        (TokenStatus::Other(text), _) => Standing::Flawed(Flaw::OtherStatus(text.clone())),
        (TokenStatus::Active, TokenKey::Unusable) => Standing::Flawed(Flaw::UnusableKey),
        (TokenStatus::Active, TokenKey::Usable(_)) => Standing::Holds,
    };
    Holder {
        kind: HolderKind::Token {
            id: Some(token.id.clone()),
        },
        name: token.name.clone(),
        fingerprint: token.fingerprint(),
        since: token.created.known(),
        last_seen: token.last_use,
        standing,
    }
}

fn point_out_shared_keys(holders: &mut [Holder]) {
    let mut seen = std::collections::HashMap::<Fingerprint, usize>::new();
    for fingerprint in holders.iter().filter_map(|holder| holder.fingerprint) {
        *seen.entry(fingerprint).or_default() += 1;
    }
    for holder in holders {
        let shared = holder
            .fingerprint
            .is_some_and(|it| seen.get(&it).is_some_and(|count| *count > 1));
        if shared && !matches!(holder.standing, Standing::Flawed(_)) {
            holder.standing = Standing::Flawed(Flaw::SharedKey);
        }
    }
}
