//! Key re-share requests (docs/protocol.md 10).

use serde::Serialize;
use serde_json::Value;

use super::read::{attributes, data, json, known_moment, known_text, listed_with_meta, needed, needed_text};
use super::written::{seconds, seconds_if_any};
use super::{Data, RecordStatus, WireError};
use crate::types::{DeviceId, EnvironmentId, EnvironmentName, OrganizationId, ProjectId};
use crate::types::{RequestId, RequestReason};
use crate::types::{reshare::KeyRequest, reshare::RequestPage, reshare::RequestStatus};

/// A request as a resource.
#[derive(Clone, Debug, Serialize)]
pub struct RequestDocument<'a> {
    /// [`RESHARE_REQUESTS`].
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Which one.
    pub id: &'a RequestId,
    /// What is known of it.
    pub attributes: RequestAttributes<'a>,
    /// Whom and what it is about.
    pub relationships: RequestRelationships<'a>,
}

/// The type of [`RequestDocument`].
pub const RESHARE_REQUESTS: &str = "environment-key-reshare-requests";

/// What is known of a request.
#[derive(Clone, Debug, Serialize)]
pub struct RequestAttributes<'a> {
    /// The organisation.
    pub organization_id: &'a OrganizationId,
    /// The project.
    pub project_id: &'a ProjectId,
    /// The environment.
    pub environment_id: &'a EnvironmentId,
    /// The version of the key that the device needs.
    pub required_key_version: i64,
    /// Whose device it is.
    pub target_user_id: &'a str,
    /// The device that waits.
    pub target_device_id: &'a DeviceId,
    /// Where it stands.
    pub status: RequestState,
    /// What it was made for.
    pub trigger_source: &'a str,
    /// Why the device does not wait any more.
    pub cancel_reason: Option<&'a str>,
    /// Since when it waits.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was completed, cancelled or superseded.
    #[serde(serialize_with = "seconds_if_any")]
    pub resolved_at: Option<&'a str>,
    /// When somebody was last told.
    #[serde(serialize_with = "seconds_if_any")]
    pub last_notified_at: Option<&'a str>,
}

/// Where a request stands, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestState {
    /// The device waits.
    Pending,
    /// The key was shared with it.
    Completed,
    /// It does not wait any more.
    Cancelled,
    /// Another request took its place.
    Superseded,
}

impl RequestState {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
        }
    }

    /// Reads the text exactly; `None` for every other one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Completed, Self::Cancelled, Self::Superseded]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// Whom and what a request is about.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRelationships<'a> {
    /// The project.
    pub project: Data<Related<'a, NameAttributes<'a>>>,
    /// The environment.
    pub environment: Data<Related<'a, NameAttributes<'a>>>,
    /// Whose device it is.
    pub target_user: Data<Related<'a, PersonAttributes<'a>>>,
    /// The device that waits.
    pub target_device: Data<Related<'a, TargetDeviceAttributes<'a>>>,
    /// Who resolved it.
    pub resolved_by_user: Data<Option<Related<'a, PersonAttributes<'a>>>>,
}

/// Another record that a request names.
#[derive(Clone, Debug, Serialize)]
pub struct Related<'a, A> {
    /// Which one.
    pub id: &'a str,
    /// What is told of it.
    pub attributes: A,
}

/// A project or an environment.
#[derive(Clone, Debug, Serialize)]
pub struct NameAttributes<'a> {
    /// Its name.
    pub name: &'a str,
}

/// A user.
#[derive(Clone, Debug, Serialize)]
pub struct PersonAttributes<'a> {
    /// The name.
    pub name: Option<&'a str>,
    /// The e-mail address.
    pub email: &'a str,
}

/// A device.
#[derive(Clone, Debug, Serialize)]
pub struct TargetDeviceAttributes<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its system.
    pub platform: &'a str,
    /// Whether it may hold keys.
    pub status: RecordStatus,
}

/// One request.
///
/// # Errors
/// [`WireError`] names what it lacks.
pub fn request(body: &[u8]) -> Result<KeyRequest, WireError> {
    let answer = json(body)?;
    request_of(data(&answer))
}

/// One page of a list. An entry that cannot be read is counted and blocks nothing.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn page(body: &[u8]) -> Result<RequestPage, WireError> {
    let (listed, meta) = listed_with_meta(body, request_of)?;
    Ok(RequestPage {
        requests: listed.list,
        unreadable: listed.unreadable.len(),
        has_more: meta["has_more"].as_bool().unwrap_or(false),
    })
}

fn request_of(value: &Value) -> Result<KeyRequest, WireError> {
    let attributes = attributes(value);
    let related = |name: &str, member: &str| {
        let resource = data(value.get("relationships")?.get(name)?);
        known_text(resource.get("attributes")?, member)
    };
    let status = needed_text(attributes, "status")?;
    let status = match RequestState::parse(&status) {
        Some(RequestState::Pending) => RequestStatus::Pending,
        Some(RequestState::Completed) => RequestStatus::Completed,
        Some(RequestState::Cancelled) => RequestStatus::Cancelled(known_text(attributes, "cancel_reason")),
        Some(RequestState::Superseded) => RequestStatus::Superseded,
        None => RequestStatus::Other(status),
    };
    Ok(KeyRequest {
        id: needed(value, "id", RequestId::parse)?,
        status,
        organization: needed(attributes, "organization_id", OrganizationId::parse)?,
        project: needed(attributes, "project_id", ProjectId::parse)?,
        project_name: related("project", "name"),
        environment: needed(attributes, "environment_id", EnvironmentId::parse)?,
        environment_name: related("environment", "name").and_then(EnvironmentName::parse),
        required_version: attributes.get("required_key_version").and_then(Value::as_u64),
        device: needed(attributes, "target_device_id", DeviceId::parse)?,
        device_label: related("target_device", "name").or_else(|| related("target_device", "platform")),
        person: related("target_user", "name").or_else(|| related("target_user", "email")),
        reason: known_text(attributes, "trigger_source").map(|text| RequestReason::parse(&text)),
        created_at: known_moment(attributes, "created_at"),
        resolved_at: known_moment(attributes, "resolved_at"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"{"type":"environment-key-reshare-requests","id":"r1","attributes":{
        "organization_id":"o","project_id":"p","environment_id":"e","required_key_version":2,"target_user_id":"u",
        "target_device_id":"d","status":"cancelled","trigger_source":"pull","cancel_reason":"device_revoked","created_at":"2026-02-03T04:05:06Z"},
        "relationships":{"environment":{"data":{"id":"e","attributes":{"name":"production"}}},"project":{"data":null},
        "target_user":{"data":{"id":"u","attributes":{"email":"a@b.example"}}},
        "target_device":{"data":{"id":"d","attributes":{"platform":"linux-x64"}}}}}"#;

    #[test]
    fn requests_are_read_with_what_there_is() {
        let read = request(format!(r#"{{"data":{REQUEST}}}"#).as_bytes()).unwrap();
        assert_eq!(
            read.status,
            RequestStatus::Cancelled(Some("device_revoked".into()))
        );
        assert_eq!(read.reason, Some(RequestReason::Pull));
        assert_eq!(read.environment_name, Some(EnvironmentName::new("production")));
        assert_eq!((read.project_name, read.required_version), (None, Some(2)));
        assert_eq!(read.person.as_deref(), Some("a@b.example"));
        assert_eq!(read.device_label.as_deref(), Some("linux-x64"));
    }

    #[test]
    fn each_missing_member_is_named_and_one_bad_entry_blocks_nothing() {
        for what in [
            "id",
            "organization_id",
            "project_id",
            "environment_id",
            "target_device_id",
            "status",
        ] {
            let without = REQUEST.replacen(&format!("\"{what}\":"), "\"x\":", 1);
            assert_eq!(
                request(without.as_bytes()),
                Err(WireError::Missing { what }),
                "{what}"
            );
        }
        let body = format!(r#"{{"data":[{REQUEST},{{}}],"meta":{{"has_more":true}}}}"#);
        let page = page(body.as_bytes()).unwrap();
        assert_eq!(
            (page.requests.len(), page.unreadable, page.has_more),
            (1, 1, true)
        );
        assert_eq!(super::page(b"{}").unwrap(), RequestPage::default());
    }
}
