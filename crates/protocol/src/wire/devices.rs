//! Devices (docs/protocol.md 4.1).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::read::{attributes, data, json, known_moment, known_text, needed_text, resources};
use super::{RecordStatus, Resource, WireError};
use crate::types::{Device, DeviceId, DeviceStatus, PublicKey, SigningPublicKey};

/// `POST /devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterDeviceRequest {
    /// X25519, base64.
    pub public_key: String,
    /// Ed25519, base64.
    pub public_signing_key: String,
    /// As the user calls it.
    pub name: String,
    /// System and architecture.
    pub platform: String,
}

/// A device as a resource, with two members more than docs/protocol.md 4.1 has: `name` and `public_signing_key`, by which a
/// client can check who sealed something.
pub type DeviceDocument<'a> = Resource<'a, DeviceAttributes<'a>>;

/// What is known of a device. Times are ISO 8601, as of all documents.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceAttributes<'a> {
    /// As its user calls it.
    pub name: &'a str,
    /// X25519, base64.
    pub public_key: String,
    /// Ed25519, base64.
    pub public_signing_key: String,
    /// System and architecture.
    pub platform: &'a str,
    /// Whether it may hold keys.
    pub status: RecordStatus,
    /// When it last called.
    pub last_seen_at: Option<&'a str>,
    /// Since when it may hold none.
    pub revoked_at: Option<&'a str>,
    /// When it was registered.
    pub created_at: &'a str,
}

/// What `DELETE /devices/{id}` tells of the device.
#[derive(Clone, Debug, Serialize)]
pub struct RevokedDeviceAttributes<'a> {
    /// Whether it may hold keys.
    pub status: RecordStatus,
    /// Since when it may hold none.
    pub revoked_at: Option<&'a str>,
}

/// The type of [`DeviceDocument`].
pub const DEVICES: &str = "devices";

/// One device, wrapped or bare.
///
/// # Errors
/// [`WireError`] names what it lacks.
pub fn device(body: &[u8]) -> Result<Device, WireError> {
    let answer = json(body)?;
    device_of(data(&answer))
}

/// The devices of an environment. An entry without an id cannot be a recipient and is left out.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn devices(body: &[u8]) -> Result<Vec<Device>, WireError> {
    let answer = json(body)?;
    Ok(resources(&answer)?
        .iter()
        .filter_map(|value| device_of(value).ok())
        .collect())
}

fn device_of(value: &Value) -> Result<Device, WireError> {
    let attributes = attributes(value);
    let key = known_text(attributes, "public_key");
    let signing_key = known_text(attributes, "public_signing_key");
    let revoked_at = known_moment(attributes, "revoked_at");
    let active = match known_text(attributes, "status") {
        None => true,
        Some(status) => RecordStatus::parse(&status) == Some(RecordStatus::Active),
    };
    Ok(Device {
        id: DeviceId::new(needed_text(value, "id")?),
        name: known_text(attributes, "name"),
        public_key: key.as_deref().and_then(PublicKey::from_base64),
        signing_key: signing_key.as_deref().and_then(SigningPublicKey::from_base64),
        platform: known_text(attributes, "platform").unwrap_or_default(),
        status: if active && revoked_at.is_none() {
            DeviceStatus::Active
        } else {
            DeviceStatus::Revoked { at: revoked_at }
        },
        last_seen_at: known_moment(attributes, "last_seen_at"),
        created_at: known_moment(attributes, "created_at"),
    })
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
            {{"id":"d3","attributes":{{"public_key":"AAAA","platform":"p"}}}},{{}}]}}"#
        );
        let devices = devices(body.as_bytes()).unwrap();
        let eligible: Vec<_> = devices
            .iter()
            .map(|device| device.recipient_key().is_some())
            .collect();
        assert_eq!(eligible, [true, false, false]);
    }

    #[test]
    fn a_device_that_is_written_is_read() {
        let (key, signing) = (
            PublicKey::from_bytes([9; 32]),
            SigningPublicKey::from_bytes([8; 32]),
        );
        let document = |status, revoked_at| DeviceDocument {
            kind: DEVICES,
            id: "d1",
            attributes: DeviceAttributes {
                name: "laptop",
                public_key: key.to_base64(),
                public_signing_key: signing.to_base64(),
                platform: "linux-x64",
                status,
                last_seen_at: None,
                revoked_at,
                created_at: "2026-02-03T04:05:06.007Z",
            },
        };
        let at = "2026-03-03T04:05:06.007Z";
        let both = [
            document(RecordStatus::Active, None),
            document(RecordStatus::Revoked, Some(at)),
        ];
        let read = super::devices(&serde_json::to_vec(&crate::wire::Data { data: both }).unwrap()).unwrap();
        assert_eq!(read[0].recipient_key(), Some(key));
        assert_eq!(read[0].signing_key, Some(signing));
        assert_eq!(read[0].label(), "laptop");
        assert_eq!(
            read[0].created_at.map(Moment::to_wire).as_deref(),
            Some(document(RecordStatus::Active, None).attributes.created_at)
        );
        assert_eq!(
            read[1].status,
            DeviceStatus::Revoked {
                at: Moment::parse(at)
            }
        );
    }
}
