//! Requests of devices that wait for an environment key (docs/protocol.md 10).

use super::environment::is_called_production;
use super::ids::RequestId;
use super::{DeviceId, EnvironmentId, EnvironmentName, Moment, OrganizationId, ProjectId};

/// A request of one device for the key of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// Its id.
    pub id: RequestId,
    /// Where it stands.
    pub status: RequestStatus,
    /// The organisation.
    pub organization: OrganizationId,
    /// The project.
    pub project: ProjectId,
    /// The project's name, where the server tells it.
    pub project_name: Option<String>,
    /// The environment.
    pub environment: EnvironmentId,
    /// The environment's name, where the server tells it; without it the request cannot be fulfilled.
    pub environment_name: Option<EnvironmentName>,
    /// The version of the key that the device needs.
    pub required_version: Option<u64>,
    /// The device that waits.
    pub device: DeviceId,
    /// Its name, or else its platform, where the server tells them.
    pub device_label: Option<String>,
    /// Whose device it is: name, or else e-mail address.
    pub person: Option<String>,
    /// What it was made for, where the server tells it.
    pub reason: Option<RequestReason>,
    /// Since when it waits.
    pub created_at: Option<Moment>,
    /// When it was completed, cancelled or superseded.
    pub resolved_at: Option<Moment>,
}

/// What a request was made for (docs/protocol.md 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestReason {
    /// The device is new.
    DeviceLink,
    /// The device has asked for the key.
    KeyFetch,
    /// The device has asked for the variables.
    Pull,
    /// A new key was published without the device.
    NewKey,
    /// The server has found by itself that the device lacks the key.
    Sweep,
    /// A text this program does not know.
    Other(String),
}

impl RequestReason {
    /// Reads the text that the server has for it.
    pub fn parse(text: &str) -> Self {
        match text {
            "device_link" => Self::DeviceLink,
            "key_fetch" => Self::KeyFetch,
            "pull" => Self::Pull,
            "manual" => Self::NewKey,
            "reconcile" => Self::Sweep,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestStatus {
    /// The device waits.
    Pending,
    /// The key was shared with it.
    Completed,
    /// It does not wait any more, for this reason where the server tells one.
    Cancelled(Option<String>),
    /// Another request took its place.
    Superseded,
    /// A text this program does not know.
    Other(String),
}

impl KeyRequest {
    /// Whether it is for an environment that is called production, as far as its name tells (see
    /// [`Environment::is_production`](crate::Environment::is_production)).
    pub fn is_for_production(&self) -> bool {
        let name = self.environment_name.as_ref();
        name.is_some_and(|it| is_called_production(it.as_str()))
    }

    /// Whether the device still waits.
    pub fn is_pending(&self) -> bool {
        self.status == RequestStatus::Pending
    }
}

/// Whose requests are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestRole {
    /// Those that the user may fulfil.
    Actor,
    /// Those by which the user waits.
    Recipient,
}

/// Which requests are asked for; `None` is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Whose.
    pub role: Option<RequestRole>,
    /// Only those that still wait.
    pub pending_only: bool,
    /// Of one project.
    pub project: Option<ProjectId>,
    /// Of one environment.
    pub environment: Option<EnvironmentId>,
    /// Of one device.
    pub device: Option<DeviceId>,
}

/// One page of a list of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestPage {
    /// The requests that could be read.
    pub requests: Vec<KeyRequest>,
    /// How many entries could not be read.
    pub unreadable: usize,
    /// Whether there is another page.
    pub has_more: bool,
}

/// The requests that wait for somebody, of all organisations of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// The requests, newest first within an organisation.
    pub list: Vec<KeyRequest>,
    /// How many entries could not be read.
    pub unreadable: usize,
}

impl Requests {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }
}
