//! Where the window is.

use dioxus::prelude::*;

use super::{Load, begin, restore};
use model::{Membership, Pending, Problem, Unfinished, Unlisted, WayOut};
use protocol::{Environment, EnvironmentId, Fingerprint, Organization, Project, ProjectId};

/// Whether there is an API to talk to.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Connection {
    /// It is being opened.
    #[default]
    Opening,
    /// It answers.
    Open,
    /// It does not; what happened, what to do.
    Failed(Problem),
}

/// What this device can do with the environment's key.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum KeyState {
    /// Being fetched.
    #[default]
    Loading,
    /// This device opened it.
    Held { fingerprint: Fingerprint, version: u64 },
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
    /// The server gives keys only to other roles than the user's.
    NotAllowed,
    /// It could not be fetched or opened.
    Failed(Problem),
}

impl KeyState {
    /// Whether a new token can get it from this device, as far as is known.
    pub fn lets_issue(&self) -> bool {
        match self {
            Self::NoDevice | Self::Pending { .. } | Self::NotAllowed => false,
            key => key.way_out().is_none(),
        }
    }

    /// What makes a key of it that can be shared, where the user can say yes to something.
    pub fn way_out(&self) -> Option<WayOut> {
        match self {
            Self::Missing => Some(WayOut::FirstKey),
            Self::Failed(problem) => WayOut::of(problem),
            Self::Loading | Self::Held { .. } | Self::NoDevice | Self::Pending { .. } | Self::NotAllowed => {
                None
            }
        }
    }
}

/// Whether what is issued is checked where nobody has said otherwise.
const CHECKS: bool = true;

/// Organisation, project, environment and its key.
#[derive(Clone, Copy, PartialEq)]
pub struct PlaceStore {
    /// Whether the API answers.
    pub connection: Signal<Connection>,
    /// The organisation that is open.
    pub organization: Signal<Option<Organization>>,
    /// Who the user is there; `None` while that is not known.
    pub membership: Signal<Option<Membership>>,
    /// All organisations of the user.
    pub organizations: Signal<Vec<Organization>>,
    /// The projects of all organisations.
    pub projects: Signal<Vec<Project>>,
    /// The organisations that could not be looked into, so that nobody takes the rest for all.
    pub unlisted: Signal<Vec<Unlisted>>,
    /// The project that is open.
    pub project: Signal<Option<Project>>,
    /// The environments of that project.
    pub environments: Signal<Vec<Environment>>,
    /// The environments of other projects, once somebody has asked for them.
    pub elsewhere: Signal<Vec<(ProjectId, Vec<Environment>)>>,
    /// The environments that were open since the start, the newest first.
    pub recent: Signal<Vec<(ProjectId, EnvironmentId)>>,
    /// The environment that is open.
    pub environment: Signal<Option<Environment>>,
    /// What this device can do with its key.
    pub key: Signal<KeyState>,
    /// Set while the key is not sealed for exactly those who should have it: why, what to do.
    pub unshared: Signal<Option<Problem>>,
    /// The operations of an earlier run that were not ended and wait for somebody.
    pub interrupted: Signal<Vec<Unfinished>>,
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
            connection: begin(),
            organization: begin(),
            membership: begin(),
            organizations: begin(),
            projects: begin(),
            unlisted: begin(),
            project: begin(),
            environments: begin(),
            elsewhere: begin(),
            recent: begin(),
            environment: begin(),
            key: begin(),
            unshared: begin(),
            interrupted: begin(),
            found: begin(),
            checks: Signal::new(CHECKS),
            origin: begin(),
        }
    }

    /// The name of the open environment; empty where none is.
    pub fn environment_name(&self) -> String {
        let open = self.environment.read();
        open.as_ref().map_or_else(String::new, |it| it.name.to_string())
    }

    /// Leaves it.
    pub fn reset(self) {
        let Self {
            connection,
            organization,
            membership,
            organizations,
            projects,
            unlisted,
            project,
            environments,
            elsewhere,
            recent,
            environment,
            key,
            unshared,
            interrupted,
            found,
            mut checks,
            origin,
        } = self;
        restore(connection);
        restore(organization);
        restore(membership);
        restore(organizations);
        restore(projects);
        restore(unlisted);
        restore(project);
        restore(environments);
        restore(elsewhere);
        restore(recent);
        restore(environment);
        restore(key);
        restore(unshared);
        restore(interrupted);
        restore(found);
        checks.set(CHECKS);
        restore(origin);
    }
}
