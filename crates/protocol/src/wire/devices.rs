//! Devices (docs/protocol.md 4.1).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::read::{attributes, data, is_told, json, known_moment, known_text, listed, needed, told_text};
use super::reshare::PersonAttributes;
use super::written::{seconds, seconds_if_any};
use super::{Identifier, RecordStatus, Resource, WireError};
use crate::types::{Device, DeviceId, DeviceStatus, Listed, PublicKey, SigningPublicKey, UserDevice};

/// `POST /devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterDeviceRequest {
    /// X25519, base64; new to the whole service.
    pub public_key: String,
    /// Ed25519, base64. It is in no answer.
    pub public_signing_key: String,
    /// As the user calls it; at most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// System and architecture; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// `cli`, which is what other values and none count as, or `desktop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_type: Option<String>,
}

/// A device as a resource. Which attributes it has depends on the call (docs/protocol.md 4.1).
pub type DeviceDocument<'a, A> = Resource<'a, A>;

/// What registering tells. Times are ISO 8601, as of all documents.
#[derive(Clone, Debug, Serialize)]
pub struct RegisteredAttributes<'a> {
    /// X25519, base64.
    pub public_key: &'a str,
    /// `macos`, `linux`, `windows`, `ios`, `android`, `web` or `unknown`.
    pub platform: &'a str,
    /// When it was registered.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
}

/// What `GET /devices/{id}` tells.
#[derive(Clone, Debug, Serialize)]
pub struct ShownAttributes<'a> {
    /// X25519, base64.
    pub public_key: &'a str,
    /// As of [`RegisteredAttributes`].
    pub platform: &'a str,
    /// Whether it may hold keys.
    pub status: RecordStatus,
    /// Not moved by any call: expect null.
    pub last_seen_at: Option<&'a str>,
    /// Since when it may hold none.
    #[serde(serialize_with = "seconds_if_any")]
    pub revoked_at: Option<&'a str>,
    /// When it was registered.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
}

/// What `GET /user/devices` tells: everything but the signing key.
#[derive(Clone, Debug, Serialize)]
pub struct OwnAttributes<'a> {
    /// As its user calls it.
    pub name: Option<&'a str>,
    /// X25519, base64.
    pub public_key: &'a str,
    /// As of [`RegisteredAttributes`].
    pub platform: &'a str,
    /// `cli` or `desktop`.
    pub client_type: &'a str,
    /// Whether it may hold keys.
    pub status: RecordStatus,
    /// As of [`ShownAttributes`].
    pub last_seen_at: Option<&'a str>,
    /// Since when it may hold none.
    #[serde(serialize_with = "seconds_if_any")]
    pub revoked_at: Option<&'a str>,
    /// When it was registered.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was last changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
    /// Whose it is.
    pub user_id: &'a str,
}

/// A device of an environment, and whose it is.
#[derive(Clone, Debug, Serialize)]
pub struct ListedDeviceDocument<'a> {
    /// [`DEVICES`].
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Which one.
    pub id: &'a str,
    /// What is told of it.
    pub attributes: ListedAttributes<'a>,
    /// Whose it is.
    pub relationships: ListedRelationships<'a>,
}

/// What the list of an environment tells of a device.
#[derive(Clone, Debug, Serialize)]
pub struct ListedAttributes<'a> {
    /// As its user calls it.
    pub name: Option<&'a str>,
    /// X25519, base64.
    pub public_key: &'a str,
    /// As of [`RegisteredAttributes`].
    pub platform: &'a str,
    /// Always active.
    pub status: RecordStatus,
    /// As of [`ShownAttributes`].
    pub last_seen_at: Option<&'a str>,
    /// When it was registered.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// Whose it is.
    pub user_id: &'a str,
}

/// Whose a device is.
#[derive(Clone, Debug, Serialize)]
pub struct ListedRelationships<'a> {
    /// The person.
    pub user: OwnerDocument<'a>,
}

/// The owner of a device; what is told of the person is beside `data`.
#[derive(Clone, Debug, Serialize)]
pub struct OwnerDocument<'a> {
    /// Which person.
    pub data: Identifier<'a>,
    /// Name and address.
    pub attributes: PersonAttributes<'a>,
}

/// What `DELETE /devices/{id}` tells of the device.
#[derive(Clone, Debug, Serialize)]
pub struct RevokedDeviceAttributes<'a> {
    /// Whether it may hold keys.
    pub status: RecordStatus,
    /// Since when it may hold none.
    #[serde(serialize_with = "seconds_if_any")]
    pub revoked_at: Option<&'a str>,
}

/// The type of every device.
pub const DEVICES: &str = "devices";

/// One device, wrapped or bare.
///
/// # Errors
/// [`WireError`] names what it lacks.
pub fn device(body: &[u8]) -> Result<Device, WireError> {
    let answer = json(body)?;
    device_of(data(&answer))
}

/// The devices of an environment, or one's own. An entry needs an id; what else it lacks is not told of the device.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn devices(body: &[u8]) -> Result<Listed<Device>, WireError> {
    listed(body, device_of)
}

/// The user's own devices, revoked ones too. An entry needs an id, to be named to the server.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn own_devices(body: &[u8]) -> Result<Listed<UserDevice>, WireError> {
    listed(body, |value| {
        Ok(UserDevice {
            device: device_of(value)?,
            client: known_text(attributes(value), "client_type"),
        })
    })
}

fn device_of(value: &Value) -> Result<Device, WireError> {
    let attributes = attributes(value);
    let key = told_text(attributes, "public_key");
    let signing_key = told_text(attributes, "public_signing_key");
    Ok(Device {
        id: needed(value, "id", DeviceId::parse)?,
        name: known_text(attributes, "name"),
        public_key: key.as_deref().and_then(PublicKey::from_base64),
        signing_key: signing_key.as_deref().and_then(SigningPublicKey::from_base64),
        platform: known_text(attributes, "platform").unwrap_or_default(),
        status: status_of(attributes),
        last_seen_at: known_moment(attributes, "last_seen_at"),
        created_at: known_moment(attributes, "created_at"),
    })
}

/// Absent is active; only what says *revoked* is that.
fn status_of(attributes: &Value) -> DeviceStatus {
    let at = known_moment(attributes, "revoked_at");
    let status = known_text(attributes, "status").map(|text| RecordStatus::parse(&text));
    match status {
        Some(Some(RecordStatus::Revoked)) => DeviceStatus::Revoked { at },
        _ if at.is_some() => DeviceStatus::Revoked { at },
        _ if is_told(attributes, "revoked_at") => DeviceStatus::NotKnown,
        Some(Some(RecordStatus::Active)) => DeviceStatus::Active,
        None if !is_told(attributes, "status") => DeviceStatus::Active,
        _ => DeviceStatus::NotKnown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Moment;

    #[test]
    fn absent_status_is_active_and_revoked_devices_are_no_recipients() {
        let key = PublicKey::from_bytes([9; 32]).to_base64();
        let body = format!(
            r#"{{"data":[{{"id":"d1","attributes":{{"public_key":"{key}","platform":"linux-x64"}}}},
            {{"id":"d2","attributes":{{"public_key":"{key}","platform":"p","status":"revoked"}}}},
            {{"id":"d3","attributes":{{"public_key":"AAAA","platform":"p"}}}},{{"attributes":{{"name":"lost"}}}},
            {{"id":"d5","attributes":{{"public_key":"{key}","status":"paused"}}}},
            {{"id":"d6","attributes":{{"public_key":"{key}","status":"active","revoked_at":7}}}}]}}"#
        );
        let devices = devices(body.as_bytes()).unwrap();
        let eligible: Vec<_> = devices
            .list
            .iter()
            .map(|device| device.recipient_key().is_some())
            .collect();
        assert_eq!(eligible, [true, false, false, true, true]);
        let lost = &devices.unreadable[0];
        assert_eq!(
            (lost.position, lost.name.as_deref(), lost.missing),
            (4, Some("lost"), "id")
        );
    }

    #[test]
    fn a_device_that_is_written_is_read() {
        let key = PublicKey::from_bytes([9; 32]);
        let public_key = key.to_base64();
        let at = "2026-02-03T04:05:06.007Z";
        let listed = ListedDeviceDocument {
            kind: DEVICES,
            id: "d1",
            attributes: ListedAttributes {
                name: Some("laptop"),
                public_key: &public_key,
                platform: "linux",
                status: RecordStatus::Active,
                last_seen_at: None,
                created_at: at,
                user_id: "u",
            },
            relationships: ListedRelationships {
                user: OwnerDocument {
                    data: Identifier {
                        kind: "users",
                        id: "u",
                    },
                    attributes: PersonAttributes {
                        name: Some("Mara"),
                        email: "m@b.example",
                    },
                },
            },
        };
        let body = serde_json::to_vec(&crate::wire::Data { data: [listed] }).unwrap();
        let read = super::devices(&body).unwrap();
        assert_eq!(read.list[0].recipient_key(), Some(key));
        assert_eq!(read.list[0].signing_key, None);
        assert_eq!(read.list[0].label(), "laptop");
        let second = Moment::parse("2026-02-03T04:05:06Z");
        assert_eq!(read.list[0].created_at, second);
        let shown = DeviceDocument {
            kind: DEVICES,
            id: "d2",
            attributes: ShownAttributes {
                public_key: &public_key,
                platform: "linux",
                status: RecordStatus::Revoked,
                last_seen_at: None,
                revoked_at: Some(at),
                created_at: at,
            },
        };
        let read = device(&serde_json::to_vec(&crate::wire::Data { data: shown }).unwrap()).unwrap();
        assert_eq!(read.status, DeviceStatus::Revoked { at: second });
    }
}
