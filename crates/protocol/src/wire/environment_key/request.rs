//! The two requests that publish an environment key (docs/protocol.md 6.4).
//!
//! They are signed by `crypto::sign_body`; the order of their members is what gets signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::super::{WireError, list, object, optional_integer, parse_object, present, text};
use super::{SNAKE, fingerprint, kind_and_id, sealed_key};
use crate::types::ids::RequestId;
use crate::types::variable::VARIABLE_ALGORITHM;
use crate::types::{DeviceId, Fingerprint, SealedEnvironmentKey, SealedRecipient};

/// `envelope` of both requests, in signing order (docs/protocol.md 6.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvelopeRequest {
    /// Base64 of environment key and tag.
    pub ciphertext_b64: String,
    /// Base64 of 24 bytes.
    pub nonce_b64: String,
    /// [`VARIABLE_ALGORITHM`].
    pub alg: String,
    /// In the order in which they were sealed.
    pub recipients: Vec<RecipientRequest>,
}

/// One recipient of a request, in signing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecipientRequest {
    /// [`super::DEVICE`] or [`super::DEPLOYMENT`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Id of the device or deploy token.
    pub id: String,
    /// The sealed DEK.
    pub edek_b64: String,
}

impl From<&SealedEnvironmentKey> for EnvelopeRequest {
    fn from(sealed: &SealedEnvironmentKey) -> Self {
        let recipient = |sealed: &SealedRecipient| {
            let (kind, id) = kind_and_id(&sealed.kind);
            RecipientRequest {
                kind: kind.to_owned(),
                id: id.to_owned(),
                edek_b64: sealed.edek_b64.clone(),
            }
        };
        Self {
            ciphertext_b64: STANDARD.encode(&sealed.ciphertext),
            nonce_b64: STANDARD.encode(&sealed.nonce),
            alg: VARIABLE_ALGORITHM.to_owned(),
            recipients: sealed.recipients.iter().map(recipient).collect(),
        }
    }
}

/// `POST .../key`: the first key of an environment, or a new version; in signing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreateKeyRequest {
    /// The publishing device.
    pub device_id: DeviceId,
    /// Fingerprint of the key, hex.
    pub fingerprint: String,
    /// Counts from 1.
    pub version: u64,
    /// The publishing device again.
    pub created_by_device_id: DeviceId,
    /// Only with a new version (docs/protocol.md 6.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<String>,
    /// The sealed key.
    pub envelope: EnvelopeRequest,
}

impl CreateKeyRequest {
    /// For the first key of an environment.
    pub fn new(
        device_id: &DeviceId,
        fingerprint: Fingerprint,
        version: u64,
        sealed: &SealedEnvironmentKey,
    ) -> Self {
        Self {
            device_id: device_id.clone(),
            fingerprint: fingerprint.to_hex(),
            version,
            created_by_device_id: device_id.clone(),
            rotated_at: None,
            envelope: sealed.into(),
        }
    }
}

/// `POST .../key/envelopes`: the same key for another set of recipients; in signing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShareKeyRequest {
    /// The publishing device.
    pub device_id: DeviceId,
    /// Fingerprint of the key, hex.
    pub fingerprint: String,
    /// The sealed key.
    pub envelope: EnvelopeRequest,
    /// The re-share requests that this fulfils; left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<RequestId>,
}

impl ShareKeyRequest {
    /// Puts the request together.
    pub fn new(
        device_id: &DeviceId,
        fingerprint: Fingerprint,
        sealed: &SealedEnvironmentKey,
        request_ids: Vec<RequestId>,
    ) -> Self {
        Self {
            device_id: device_id.clone(),
            fingerprint: fingerprint.to_hex(),
            envelope: sealed.into(),
            request_ids,
        }
    }
}

/// Either request as a server reads it; its signature is checked on the text it came as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedByRequest {
    /// The publishing device.
    pub device_id: DeviceId,
    /// Fingerprint of the key.
    pub fingerprint: Fingerprint,
    /// The version, which only the create form has.
    pub version: Option<u64>,
    /// The sealed key.
    pub sealed: SealedEnvironmentKey,
    /// The re-share requests that this fulfils.
    pub request_ids: Vec<RequestId>,
}

/// Reads a [`CreateKeyRequest`] with or without its `client_sig`.
///
/// # Errors
/// [`WireError`] names the member.
pub fn parse_create_request(text: &str) -> Result<PublishedByRequest, WireError> {
    let request = parse_request(text)?;
    match request.version {
        Some(_) => Ok(request),
        None => Err(WireError::Missing { what: "version" }),
    }
}

/// Reads a [`ShareKeyRequest`] with or without its `client_sig`.
///
/// # Errors
/// [`WireError`] names the member.
pub fn parse_share_request(text: &str) -> Result<PublishedByRequest, WireError> {
    parse_request(text)
}

fn parse_request(body: &str) -> Result<PublishedByRequest, WireError> {
    let body = parse_object(body, "body")?;
    let envelope = object(&body, "envelope")?;
    let what = "envelope.recipients";
    if present(envelope, what).is_none() {
        return Err(WireError::Missing { what });
    }
    let mut request_ids = Vec::new();
    for id in list(&body, "request_ids")? {
        let id = id.as_str().ok_or(WireError::Wrong { what: "request_ids" })?;
        request_ids.push(RequestId::new(id));
    }
    Ok(PublishedByRequest {
        device_id: DeviceId::new(text(&body, "device_id")?),
        fingerprint: fingerprint(&body, "fingerprint")?.ok_or(WireError::Missing { what: "fingerprint" })?,
        version: optional_integer(&body, "version")?,
        sealed: sealed_key(envelope, &SNAKE)?,
        request_ids,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn body() -> Value {
        json!({
            "device_id": "d",
            "fingerprint": "ab".repeat(32),
            "version": 1,
            "created_by_device_id": "d",
            "envelope": {
                "ciphertext_b64": "AAAA",
                "nonce_b64": "AAAA",
                "alg": "xchacha20-poly1305",
                "recipients": [{"type": "device", "id": "d", "edek_b64": "AAAA"}],
            },
            "client_sig": "AAAA",
        })
    }

    #[test]
    fn each_missing_or_wrong_member_is_named() {
        assert!(parse_create_request(&body().to_string()).is_ok());
        for (path, what) in [
            ("/device_id", "device_id"),
            ("/fingerprint", "fingerprint"),
            ("/version", "version"),
            ("/envelope", "envelope"),
            ("/envelope/ciphertext_b64", "envelope.ciphertext_b64"),
            ("/envelope/nonce_b64", "envelope.nonce_b64"),
            ("/envelope/recipients", "envelope.recipients"),
            ("/envelope/recipients/0/id", "recipients.id"),
            ("/envelope/recipients/0/type", "recipients.type"),
            ("/envelope/recipients/0/edek_b64", "recipients.edek_b64"),
        ] {
            let mut changed = body();
            *changed.pointer_mut(path).unwrap() = Value::Null;
            let missing = parse_create_request(&changed.to_string());
            assert_eq!(missing, Err(WireError::Missing { what }));
            *changed.pointer_mut(path).unwrap() = json!([true]);
            let wrong = parse_create_request(&changed.to_string()).unwrap_err();
            assert!(
                matches!(wrong, WireError::Wrong { .. } | WireError::Missing { .. }),
                "{path}: {wrong}"
            );
        }
        let mut other = body();
        other["envelope"]["alg"] = json!("aes-256-gcm");
        assert_eq!(
            parse_create_request(&other.to_string()),
            Err(WireError::Wrong { what: "envelope.alg" })
        );
        assert_eq!(parse_share_request("{"), Err(WireError::NotJson));
        assert_eq!(parse_share_request("[]"), Err(WireError::Wrong { what: "body" }));
    }

    #[test]
    fn a_new_version_has_rotated_at_before_its_envelope() {
        let read = parse_create_request(&body().to_string()).unwrap();
        let mut request = CreateKeyRequest::new(&read.device_id, read.fingerprint, 2, &read.sealed);
        request.rotated_at = Some("2026-02-03T04:05:06.007Z".to_owned());
        let text = serde_json::to_string(&request).unwrap();
        assert!(text.contains(
            "\"created_by_device_id\":\"d\",\"rotated_at\":\"2026-02-03T04:05:06.007Z\",\"envelope\":{"
        ));
    }
}
