//! The environment key for a new public key, sealed before that is registered and sent along with it (docs/protocol.md 7.2).
//!
//! The server takes it unchecked, and drops it without a word where there is no key or no envelope; somebody else may have
//! published meanwhile. So it counts only when the key, read again, has it.

use crate::keys::for_whom::Entries;
use crate::keys::preflight::{OpenKey, Ready};
use crate::keys::publish::seal_entry;
use crate::keys::recipients::Wanted;
use crate::{Context, Place};
use protocol::envelope::PublishedKey;
use protocol::{PublicKey, RecipientKind, SealedEnvironmentKey};

/// What the key says when it is read again.
pub(super) enum ReadBack {
    /// It is sealed for everybody who should have it, and for nobody else.
    Complete {
        /// So many.
        recipients: usize,
    },
    /// Somebody lacks it, or has it who should not; or that cannot be told.
    Incomplete,
    /// The environment has another key now.
    OtherKey,
}

/// Seals the published DEK for this key; `None` where that cannot be done, so that everybody is sealed for afterwards.
pub(super) async fn seal(context: &Context, place: &Place, key: &OpenKey, new: PublicKey) -> Option<String> {
    let device = context.device.as_ref()?;
    match seal_entry(device, place, key, new).await {
        Ok(edek_b64) => Some(edek_b64),
        Err(problem) => {
            tracing::warn!(%problem, "nothing is sealed for a new key before it is registered");
            None
        }
    }
}

/// Reads the key again, and compares it with what was sealed and with who should have it.
pub(super) async fn read_back(
    context: &Context,
    place: &Place,
    ready: &Ready,
    wanted: Wanted<'_>,
    sealed: &str,
) -> ReadBack {
    let Some(device) = &context.device else {
        return ReadBack::Incomplete;
    };
    let read = context
        .client
        .environment_key(&place.project, place.name(), &device.id);
    let now = match read.await {
        Ok(Some(now)) => now,
        Ok(None) => return ReadBack::OtherKey,
        Err(error) => {
            tracing::warn!(%error, "the key cannot be read again");
            return ReadBack::Incomplete;
        }
    };
    let before = &ready.key.published;
    if now.fingerprint != before.fingerprint || now.version != before.version {
        return ReadBack::OtherKey;
    }
    let entries = Entries::of(&now, &device.id);
    let (Ok(told), Ok(everybody)) = (entries.all(), ready.lists.everybody(Some(wanted), entries)) else {
        return ReadBack::Incomplete;
    };
    let id = RecipientKind::Deployment(wanted.token.id.clone());
    let is_there = told.iter().any(|it| it.kind == id && it.edek_b64 == sealed);
    let has_entry = |kind: &RecipientKind| told.iter().any(|it| it.kind == *kind);
    let is_complete = everybody.anew.iter().all(|it| has_entry(&it.kind)) && told.len() == everybody.count();
    if is_same_outer(before, &now) && is_there && is_complete {
        ReadBack::Complete {
            recipients: told.len(),
        }
    } else {
        ReadBack::Incomplete
    }
}

/// Whether the DEK is still the one that was sealed: each publication has another one.
fn is_same_outer(before: &PublishedKey, now: &PublishedKey) -> bool {
    let outer = |key: &PublishedKey| -> Option<(Vec<u8>, Vec<u8>)> {
        let SealedEnvironmentKey {
            ciphertext, nonce, ..
        } = key.sealed.clone()?;
        Some((ciphertext, nonce))
    };
    outer(before).is_some() && outer(before) == outer(now)
}
