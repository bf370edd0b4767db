//! The published form of an environment key (docs/protocol.md 6.1): public data, safe to store and send.

use super::{DeployTokenId, DeviceId, EnvironmentName, Fingerprint, ProjectId, PublicKey};

/// What an environment-key envelope is bound to (docs/protocol.md 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyScope {
    /// The project.
    pub project: ProjectId,
    /// The environment, by name.
    pub environment: EnvironmentName,
    /// SHA-256 of the environment key.
    pub fingerprint: Fingerprint,
}

/// Who a recipient is (docs/protocol.md 6.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RecipientKind {
    /// A device: `device` on the wire.
    Device(DeviceId),
    /// A deploy token: `deployment` on the wire.
    Deployment(DeployTokenId),
}

/// Somebody the environment key is to be sealed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub kind: RecipientKind,
    /// The X25519 public key to seal for.
    pub public_key: PublicKey,
}

/// One recipient's sealed DEK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRecipient {
    /// Who can open it.
    pub kind: RecipientKind,
    /// Base64 of the envelope's JSON (docs/protocol.md 6.1).
    pub edek_b64: String,
}

/// An environment key under its DEK, and the DEK for each recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEnvironmentKey {
    /// Environment key and tag: 48 bytes.
    pub ciphertext: Vec<u8>,
    /// 24 bytes.
    pub nonce: Vec<u8>,
    /// The sealed DEKs, of everybody; a runner, and a device from some servers, gets only its own.
    pub recipients: Vec<SealedRecipient>,
    /// How many entries of the list cannot be read: they can be neither opened nor published again.
    pub unreadable: usize,
    /// A type of recipient that is on the list and not known to this program, which can neither open nor publish its entry.
    pub other_type: Option<String>,
    /// Lifted by the server for runners (docs/protocol.md 8.1); never sent by a publisher.
    pub lifted_ephemeral_key: Option<PublicKey>,
}

/// An environment's key as the server stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    /// Counts from 1.
    pub version: u64,
    /// As announced; to be checked against the opened key.
    pub fingerprint: Option<Fingerprint>,
    /// The device that made it.
    pub created_by: Option<DeviceId>,
    /// When.
    pub created_at: Option<super::Moment>,
    /// `None` when its publication failed halfway (docs/protocol.md G22).
    pub sealed: Option<SealedEnvironmentKey>,
    /// Whether the server is one that tells everybody's entries: it repeats those of devices beside the envelope
    /// (docs/protocol.md 6.2).
    pub tells_all: bool,
}

impl PublishedKey {
    /// Everybody that the key is sealed for, where the server tells: one that gives a reader its own entry alone tells nothing
    /// about others (docs/protocol.md 6.2).
    pub fn told_recipients(&self, own: &DeviceId) -> Option<&[SealedRecipient]> {
        let recipients = &self.sealed.as_ref()?.recipients;
        let is_own = |it: &SealedRecipient| matches!(&it.kind, RecipientKind::Device(id) if id == own);
        let is_told = self.tells_all || recipients.iter().any(|it| !is_own(it));
        is_told.then_some(recipients.as_slice())
    }
}
