//! Who has access: this machine's device, the holders of the open environment's key, and who waits for a key.

use dioxus::prelude::*;

use super::{HolderSort, Load, Operation, begin, restore};
use model::{Holder, HolderKind, Standing};
use protocol::{Device, DeviceState, Fingerprint, KeyRequest, Listed, Moment, Requests, UserDevice};

/// This machine as a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OwnDevice {
    /// Not asked yet.
    #[default]
    Unknown,
    /// It is not linked.
    None,
    /// It is; what the server says about it.
    Linked(DeviceState),
    /// It is, and the server could not be asked.
    Failed(model::Problem),
    /// What is kept of it here is damaged; linking again replaces that.
    Damaged(model::Problem),
}

/// Who holds an environment's key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holders {
    /// Devices first, then tokens.
    pub list: Vec<Holder>,
    /// Fingerprints of signing keys that were used with one nonce twice.
    pub disclosed: Vec<Fingerprint>,
    /// Whether the server tells for whom the key is sealed.
    pub is_told: bool,
    /// Whether the tokens could not be listed, because the user is no admin.
    pub tokens_are_hidden: bool,
    /// Who was revoked since the key was made, by name.
    pub may_have_kept: Vec<String>,
    /// When the key was made, where the server tells it.
    pub made_at: Option<Moment>,
}

impl Holders {
    /// The devices, and the tokens, that a publication of the key is for: those that hold it, and those that wait for it.
    pub fn recipients(&self) -> (Vec<&Holder>, Vec<&Holder>) {
        let gets = |it: &&Holder| matches!(it.standing, Standing::Holds | Standing::Waits { .. });
        let is_device = |it: &&Holder| matches!(it.kind, HolderKind::Device { .. });
        self.list.iter().filter(gets).partition(is_device)
    }
}

/// Devices, holders and requests.
#[derive(Clone, Copy, PartialEq)]
pub struct AccessStore {
    /// This machine.
    pub device: Signal<OwnDevice>,
    /// This device is the command line's, too, so it is not ended from here.
    pub borrowed: Signal<bool>,
    /// All devices of the user's own.
    pub own: Signal<Load<Listed<UserDevice>>>,
    /// Who holds the key of the open environment.
    pub holders: Signal<Load<Holders>>,
    /// Which of them are shown: those with this in their name, id or fingerprint.
    pub search: Signal<String>,
    /// In what order.
    pub sort: Signal<HolderSort>,
    /// Who waits for a key that this device can share.
    pub requests: Signal<Requests>,
    /// Who waits for a key that this device lacks, so that others have to share it.
    pub lacking: Signal<Vec<KeyRequest>>,
    /// The devices that wait, as far as the server shows them.
    pub asking: Signal<Vec<Device>>,
    /// What is done for them.
    pub sharing: Signal<Operation>,
}

impl AccessStore {
    pub(super) fn make() -> Self {
        Self {
            device: begin(),
            borrowed: begin(),
            own: begin(),
            holders: begin(),
            search: begin(),
            sort: begin(),
            requests: begin(),
            lacking: begin(),
            asking: begin(),
            sharing: begin(),
        }
    }

    /// Forgets all of it.
    pub fn reset(self) {
        let Self {
            device,
            borrowed,
            own,
            holders,
            search,
            sort,
            requests,
            lacking,
            asking,
            sharing,
        } = self;
        restore(device);
        restore(borrowed);
        restore(own);
        restore(holders);
        restore(search);
        restore(sort);
        restore(requests);
        restore(lacking);
        restore(asking);
        restore(sharing);
    }
}
