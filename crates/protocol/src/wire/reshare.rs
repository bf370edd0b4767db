//! Key re-share requests (docs/protocol.md 10).

use serde_json::Value;

use super::WireError;
use super::shape::{attributes, data, json, list, moment, optional_text, text};
use crate::types::ids::RequestId;
use crate::types::{DeviceId, EnvironmentId, EnvironmentName, OrganizationId, ProjectId};
use crate::types::{reshare::KeyRequest, reshare::RequestPage, reshare::RequestStatus};

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
    let answer = json(body)?;
    let entries = list(&answer)?;
    let requests: Vec<_> = entries
        .iter()
        .filter_map(|entry| request_of(entry).ok())
        .collect();
    Ok(RequestPage {
        unreadable: entries.len() - requests.len(),
        has_more: answer["meta"]["has_more"].as_bool().unwrap_or(false),
        requests,
    })
}

fn request_of(value: &Value) -> Result<KeyRequest, WireError> {
    let attributes = attributes(value);
    let related = |name: &str, member: &str| {
        let resource = data(value.get("relationships")?.get(name)?);
        optional_text(resource.get("attributes")?, member)
    };
    let status = match text(attributes, "status")?.as_str() {
        "pending" => RequestStatus::Pending,
        "completed" => RequestStatus::Completed,
        "cancelled" => RequestStatus::Cancelled(optional_text(attributes, "cancel_reason")),
        "superseded" => RequestStatus::Superseded,
        other => RequestStatus::Other(other.to_owned()),
    };
    Ok(KeyRequest {
        id: RequestId::new(text(value, "id")?),
        status,
        organization: OrganizationId::new(text(attributes, "organization_id")?),
        project: ProjectId::new(text(attributes, "project_id")?),
        project_name: related("project", "name"),
        environment: EnvironmentId::new(text(attributes, "environment_id")?),
        environment_name: related("environment", "name").map(EnvironmentName::new),
        required_version: attributes.get("required_key_version").and_then(Value::as_u64),
        device: DeviceId::new(text(attributes, "target_device_id")?),
        device_label: related("target_device", "name").or_else(|| related("target_device", "platform")),
        person: related("target_user", "name").or_else(|| related("target_user", "email")),
        created_at: moment(attributes, "created_at"),
        resolved_at: moment(attributes, "resolved_at"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"{"type":"environment-key-reshare-requests","id":"r1","attributes":{
        "organization_id":"o","project_id":"p","environment_id":"e","required_key_version":2,"target_user_id":"u",
        "target_device_id":"d","status":"cancelled","cancel_reason":"device_revoked","created_at":"2026-02-03T04:05:06Z"},
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
