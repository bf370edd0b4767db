//! Devices (docs/protocol.md 4.1).

use serde::Serialize;
use serde_json::Value;

use super::WireError;
use super::shape::{attributes, data, json, list, moment, optional_text, text};
use crate::types::{Device, DeviceId, DeviceStatus, PublicKey, SigningPublicKey};

/// `POST /devices`.
#[derive(Debug, Serialize)]
pub struct RegisterDeviceRequest<'a> {
    /// X25519, base64.
    pub public_key: String,
    /// Ed25519, base64.
    pub public_signing_key: String,
    /// As the user calls it.
    pub name: &'a str,
    /// System and architecture.
    pub platform: &'a str,
}

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
    Ok(list(&answer)?
        .iter()
        .filter_map(|value| device_of(value).ok())
        .collect())
}

fn device_of(value: &Value) -> Result<Device, WireError> {
    let attributes = attributes(value);
    let key = optional_text(attributes, "public_key");
    let signing_key = optional_text(attributes, "public_signing_key");
    let revoked_at = moment(attributes, "revoked_at");
    let status = match optional_text(attributes, "status").as_deref() {
        None | Some("active") if revoked_at.is_none() => DeviceStatus::Active,
        _ => DeviceStatus::Revoked { at: revoked_at },
    };
    Ok(Device {
        id: DeviceId::new(text(value, "id")?),
        name: optional_text(attributes, "name"),
        public_key: key.as_deref().and_then(PublicKey::from_base64),
        signing_key: signing_key.as_deref().and_then(SigningPublicKey::from_base64),
        platform: optional_text(attributes, "platform").unwrap_or_default(),
        status,
        last_seen_at: moment(attributes, "last_seen_at"),
        created_at: moment(attributes, "created_at"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
