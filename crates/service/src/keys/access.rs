//! Key access: every device and token that the environment's key is for, and which of them it should not be for.
//!
//! Who holds the key is who has an entry in its envelope (docs/protocol.md 6.2), matched with who is listed. A server that
//! shows a device its own entry alone tells nothing of others: there it follows from who is listed, because every
//! publication goes to all active ones, and from the requests of those that still wait.

use super::preflight::{self, KeyAccess, Looked};
use super::requests::requests_of;
use crate::{Context, Place};
use model::{Flaw, Holder, HolderKind, Problem, Standing};
use protocol::crypto::{self, Accepted, OpenError};
use protocol::envelope::PublishedKey;
use protocol::{
    DeployToken, Device, DeviceId, DeviceStatus, Fingerprint, KeyRequest, Moment, NotKnown, Occurrence,
    OrganizationId, RecipientKind, RequestFilter, SealedRecipient, TokenEntry, TokenKey, TokenStatus,
    UnreadEntry,
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
    /// Whether the server tells for whom the key is sealed.
    pub is_told: bool,
    /// Whether the tokens could be listed; if not, those that hold the key are known by their ids.
    pub tokens_are_listed: bool,
    /// When the key was made, where the server tells it.
    pub made_at: Option<Moment>,
}

impl Access {
    /// The names of those that were revoked since the key was made: they had it, and may have kept it, until it is made anew.
    /// Nobody where it is not told when it was made.
    pub fn may_have_kept(&self) -> Vec<String> {
        let Some(made) = self.made_at else {
            return Vec::new();
        };
        let had = |holder: &&Holder| match holder.standing {
            Standing::Flawed(Flaw::Revoked { at: Some(at) }) => at > made,
            Standing::Flawed(Flaw::StillSealed) => true,
            _ => false,
        };
        let had = self.holders.iter().filter(had);
        had.map(|holder| holder.name.clone()).collect()
    }

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
    let accepted = Accepted::default();
    let (looked, requests) = tokio::try_join!(preflight::look(context, place, &accepted), async {
        Ok::<_, Problem>(requests_of(context, organization, &filter).await?)
    })?;
    let Looked {
        lists,
        published,
        key,
    } = looked;
    let own = key.and_then(|key| Ok(KeyAccess::of(&key, &context.device()?.id)));
    let told = match &own {
        // What nobody has, nobody holds.
        Err(Problem::NoKey | Problem::Open(OpenError::NoEnvelope)) => Told(Some(&[])),
        _ => Told::of(context, published.as_ref()),
    };
    let mut requests = requests.list;
    requests.retain(|request| request.is_pending() && request.environment == place.environment.id);
    let tokens = lists.tokens();
    let devices = lists.devices.iter();
    let mut holders: Vec<Holder> = devices
        .map(|device| of_device(context, device, &requests, told))
        .collect();
    holders.extend(lists.unread_devices.iter().map(unread_device));
    holders.extend(told.beside(
        RecipientType::Device,
        &holders,
        Standing::Flawed(Flaw::StillSealed),
    ));
    let entries = tokens.as_deref().unwrap_or_default();
    let mut of_tokens: Vec<Holder> = entries.iter().map(|entry| of_entry(entry, told)).collect();
    let unknown = if tokens.is_ok() {
        Standing::Flawed(Flaw::StillSealed)
    } else {
        Standing::Holds
    };
    of_tokens.extend(told.beside(RecipientType::Token, &of_tokens, unknown));
    holders.extend(of_tokens);
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
        is_told: told.0.is_some(),
        tokens_are_listed: tokens.is_ok(),
        made_at: published.as_ref().and_then(|key| key.created_at),
    })
}

/// Who has an entry in the envelope; `None` where the server does not tell.
#[derive(Clone, Copy)]
struct Told<'a>(Option<&'a [SealedRecipient]>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum RecipientType {
    Device,
    Token,
}

impl<'a> Told<'a> {
    fn of(context: &Context, published: Option<&'a PublishedKey>) -> Self {
        let own = context.device.as_ref();
        Self(
            own.zip(published)
                .and_then(|(own, key)| key.told_recipients(&own.id)),
        )
    }

    /// Whether this one has an entry, where that is told.
    fn has(self, kind: &RecipientKind) -> Option<bool> {
        Some(self.0?.iter().any(|entry| entry.kind == *kind))
    }

    /// Those with an entry that are not among the listed ones.
    fn beside(self, wanted: RecipientType, listed: &[Holder], standing: Standing) -> Vec<Holder> {
        let entries = self.0.unwrap_or_default().iter();
        let kinds = entries.filter_map(|entry| match (&entry.kind, wanted) {
            (RecipientKind::Device(id), RecipientType::Device) => Some(HolderKind::Device {
                id: id.clone(),
                own: false,
                platform: String::new(),
            }),
            (RecipientKind::Deployment(id), RecipientType::Token) => {
                Some(HolderKind::Token { id: Some(id.clone()) })
            }
            _ => None,
        });
        let is_listed = |kind: &HolderKind| listed.iter().any(|it| is_same(&it.kind, kind));
        let unlisted = kinds.filter(|kind| !is_listed(kind));
        unlisted
            .map(|kind| Holder {
                kind,
                name: String::new(),
                fingerprint: None,
                since: None,
                last_seen: NOT_TOLD,
                standing: standing.clone(),
            })
            .collect()
    }
}

fn is_same(one: &HolderKind, other: &HolderKind) -> bool {
    match (one, other) {
        (HolderKind::Device { id, .. }, HolderKind::Device { id: other, .. }) => id == other,
        (HolderKind::Token { id }, HolderKind::Token { id: other }) => id == other,
        _ => false,
    }
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
    let fetch = environments.list.iter().map(|environment| {
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

fn of_device(context: &Context, device: &Device, requests: &[KeyRequest], told: Told<'_>) -> Holder {
    let has_entry = told.has(&RecipientKind::Device(device.id.clone()));
    let own = context.device.as_ref().filter(|own| own.id == device.id);
    let waits = requests.iter().find(|request| request.device == device.id);
    let standing = match (&device.status, device.public_key, waits) {
        (DeviceStatus::Revoked { .. }, _, _) if has_entry == Some(true) => {
            Standing::Flawed(Flaw::StillSealed)
        }
        (DeviceStatus::Revoked { at }, _, _) => Standing::Flawed(Flaw::Revoked { at: *at }),
        (DeviceStatus::NotKnown, ..) => Standing::Flawed(Flaw::Malformed("status")),
        (_, None, _) => Standing::Flawed(Flaw::UnusableKey),
        (_, Some(key), _) if own.is_some_and(|own| own.identity.encryption_public() != key) => {
            Standing::Flawed(Flaw::ForeignKey)
        }
        _ if has_entry == Some(true) => Standing::Holds,
        (_, _, Some(request)) => Standing::Waits {
            since: request.created_at,
        },
        _ if has_entry == Some(false) => Standing::Waits { since: None },
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

fn of_entry(entry: &TokenEntry, told: Told<'_>) -> Holder {
    match entry {
        TokenEntry::Token(token) => of_token(token, told),
        TokenEntry::Malformed(entry) => unread(HolderKind::Token { id: None }, entry),
    }
}

/// An entry without an id.
fn unread(kind: HolderKind, entry: &UnreadEntry) -> Holder {
    let UnreadEntry {
        position,
        name,
        missing,
    } = entry;
    Holder {
        kind,
        name: name.clone().unwrap_or_else(|| format!("Entry {position}")),
        fingerprint: None,
        since: None,
        last_seen: NOT_TOLD,
        standing: Standing::Flawed(Flaw::Malformed(missing)),
    }
}

fn unread_device(entry: &UnreadEntry) -> Holder {
    let kind = HolderKind::Device {
        id: DeviceId::new(""),
        own: false,
        platform: String::new(),
    };
    unread(kind, entry)
}

fn of_token(token: &DeployToken, told: Told<'_>) -> Holder {
    let has_entry = told.has(&RecipientKind::Deployment(token.id.clone()));
    let standing = match (&token.status, &token.key) {
        (TokenStatus::Revoked { .. }, _) if has_entry == Some(true) => Standing::Flawed(Flaw::StillSealed),
        (TokenStatus::Revoked { at }, _) => Standing::Flawed(Flaw::Revoked { at: *at }),
        (TokenStatus::Other(text), _) => Standing::Flawed(Flaw::OtherStatus(text.clone())),
        (TokenStatus::NotKnown, _) => Standing::Flawed(Flaw::Malformed("status")),
        (_, TokenKey::NotTold) => Standing::Flawed(Flaw::Malformed("public_key")),
        (TokenStatus::Active, TokenKey::Unusable) => Standing::Flawed(Flaw::UnusableKey),
        (TokenStatus::Active, TokenKey::Usable(_)) if has_entry == Some(false) => {
            Standing::Waits { since: None }
        }
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
