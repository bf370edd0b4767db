//! Devices: the machines of people that hold environment keys.

use super::{DeviceId, Fingerprint, Moment, PublicKey, SigningPublicKey};

/// A device as the API lists it (docs/protocol.md 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its name, where the server tells it.
    pub name: Option<String>,
    /// Its X25519 public key; `None` when what the server gave is not a key of 32 bytes.
    pub public_key: Option<PublicKey>,
    /// Its Ed25519 public key, where the server tells it (the hosted service may not).
    pub signing_key: Option<SigningPublicKey>,
    /// System and architecture, as the device described itself.
    pub platform: String,
    /// Whether it may hold keys.
    pub status: DeviceStatus,
    /// When it last called.
    pub last_seen_at: Option<Moment>,
    /// When it was registered.
    pub created_at: Option<Moment>,
}

/// One of the user's own devices, with what is told only of those (docs/protocol.md 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDevice {
    /// The device.
    pub device: Device,
    /// What registered it: `cli` or `desktop`; `None` where the server does not tell.
    pub client: Option<String>,
}

/// Whether a device may hold keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    /// It may.
    Active,
    /// It may not any more.
    Revoked {
        /// Since when, where known.
        at: Option<Moment>,
    },
    /// What the server tells is not known here, or cannot be read: it may be active.
    NotKnown,
}

impl Device {
    /// Whether it may hold keys as far as is known: only the server's word that it is revoked denies it.
    pub fn may_be_active(&self) -> bool {
        !matches!(self.status, DeviceStatus::Revoked { .. })
    }

    /// The key to seal environment keys for, if it is usable and the device is active, or may be.
    /// Stricter than the reference, which does not look at the status (docs/protocol.md 6.4).
    pub fn recipient_key(&self) -> Option<PublicKey> {
        match self.status {
            DeviceStatus::Active | DeviceStatus::NotKnown => self.public_key,
            DeviceStatus::Revoked { .. } => None,
        }
    }

    /// Its name, or else its platform.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.platform)
    }
}

/// What the server says about this machine's device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteStatus {
    /// It may hold keys.
    Active,
    /// It was revoked, here or elsewhere.
    Revoked {
        /// Since when, where known.
        at: Option<Moment>,
    },
    /// The server does not know it, or knows it with another key: what is stored here is stale.
    Unknown,
}

/// This machine's device, from both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceState {
    /// Its id.
    pub id: DeviceId,
    /// Its name, where the server tells it.
    pub name: Option<String>,
    /// System and architecture, where the server tells them.
    pub platform: Option<String>,
    /// Of the key that environment keys are sealed for.
    pub encryption: Fingerprint,
    /// Of the key that signs.
    pub signing: Fingerprint,
    /// When the server last heard from it.
    pub last_seen_at: Option<Moment>,
    /// What the server says.
    pub remote: RemoteStatus,
}
