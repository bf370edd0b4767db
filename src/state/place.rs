//! Where the window is.

use dioxus::prelude::*;

use super::Load;
use model::{Pending, Problem};
use protocol::{Environment, Fingerprint, Organization, Project};

/// Whether there is an API to talk to.
#[derive(Clone, Debug, PartialEq)]
pub enum Connection {
    /// It is being opened.
    Opening,
    /// It answers.
    Open,
    /// It does not; what happened, what to do.
    Failed(Problem),
}

/// What this device can do with the environment's key.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyState {
    /// Being fetched.
    Loading,
    /// This device opened it.
    Held {
        /// Its fingerprint.
        fingerprint: Fingerprint,
        /// Its version.
        version: u64,
    },
    /// The environment has no key yet: nothing was ever pushed to it.
    Missing,
    /// This machine is not linked as a device, so no key is for it.
    NoDevice,
    /// The key exists, but not for this device.
    Pending {
        /// What happened, what to do.
        message: Problem,
        /// The devices that can share it.
        helpers: Vec<String>,
    },
    /// It could not be fetched or opened.
    Failed(Problem),
}

/// Organisation, project, environment and its key.
#[derive(Clone, Copy, PartialEq)]
pub struct PlaceStore {
    /// Whether the API answers.
    pub connection: Signal<Connection>,
    /// The organisation that is open.
    pub organization: Signal<Option<Organization>>,
    /// All organisations of the user.
    pub organizations: Signal<Vec<Organization>>,
    /// The projects of all organisations.
    pub projects: Signal<Vec<Project>>,
    /// The project that is open.
    pub project: Signal<Option<Project>>,
    /// The environments of that project.
    pub environments: Signal<Vec<Environment>>,
    /// The environment that is open.
    pub environment: Signal<Option<Environment>>,
    /// What this device can do with its key.
    pub key: Signal<KeyState>,
    /// Set while the key is not sealed for exactly those who should have it: why, what to do.
    pub unshared: Signal<Option<Problem>>,
    /// How many operations of an earlier run were interrupted and wait to be finished.
    pub interrupted: Signal<usize>,
    /// What became of them, once the user asked.
    pub found: Signal<Load<Vec<Pending>>>,
    /// Whether this program acts as the runner of what it has issued here.
    pub checks: Signal<bool>,
    /// Where the API is: "Local workspace" or a host name.
    pub origin: Signal<String>,
}

impl PlaceStore {
    pub(super) fn make() -> Self {
        Self {
            connection: Signal::new(Connection::Opening),
            organization: Signal::new(None),
            organizations: Signal::new(Vec::new()),
            projects: Signal::new(Vec::new()),
            project: Signal::new(None),
            environments: Signal::new(Vec::new()),
            environment: Signal::new(None),
            key: Signal::new(KeyState::Loading),
            unshared: Signal::new(None),
            interrupted: Signal::new(0),
            found: Signal::new(Load::Loading),
            checks: Signal::new(true),
            origin: Signal::new(String::new()),
        }
    }
}
