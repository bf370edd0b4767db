//! The two requests that publish an environment key (docs/protocol.md 6.4).
//!
//! They are signed by `crypto::sign_body`; the order of their members is what gets signed.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::kind_and_id;
use crate::types::RequestId;
use crate::types::variable::VARIABLE_ALGORITHM;
use crate::types::{DeviceId, Fingerprint, SealedEnvironmentKey, SealedRecipient};

/// `envelope` of both requests, in signing order (docs/protocol.md 6.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvelopeRequest {
    /// Base64 of environment key and tag.
    pub ciphertext_b64: String,
    /// Base64 of 24 bytes.
    pub nonce_b64: String,
    /// [`VARIABLE_ALGORITHM`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// In the order in which they were sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<RecipientRequest>>,
}

/// One recipient of a request, in signing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
            ciphertext_b64: BASE64.encode(&sealed.ciphertext),
            nonce_b64: BASE64.encode(&sealed.nonce),
            alg: Some(VARIABLE_ALGORITHM.to_owned()),
            recipients: Some(sealed.recipients.iter().map(recipient).collect()),
        }
    }
}

/// `POST .../key`: the first key of an environment, or a new version; in signing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateKeyRequest {
    /// The publishing device.
    pub device_id: DeviceId,
    /// Fingerprint of the key, hex.
    pub fingerprint: String,
    /// Counts from 1; without it the server takes the highest one and one more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The publishing device again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by_device_id: Option<DeviceId>,
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
            version: Some(i64::try_from(version).unwrap_or(i64::MAX)),
            created_by_device_id: Some(device_id.clone()),
            envelope: sealed.into(),
        }
    }

    /// For a key whose version the server counts (docs/protocol.md 6.5).
    pub fn next(device_id: &DeviceId, fingerprint: Fingerprint, sealed: &SealedEnvironmentKey) -> Self {
        Self {
            version: None,
            ..Self::new(device_id, fingerprint, 1, sealed)
        }
    }
}

/// `POST .../key/envelopes`: the same key for another set of recipients; in signing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareKeyRequest {
    /// The publishing device.
    pub device_id: DeviceId,
    /// Fingerprint of the key, hex.
    pub fingerprint: String,
    /// The sealed key.
    pub envelope: EnvelopeRequest,
    /// The re-share requests that this fulfils; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::RecipientKind;
    use crate::wire::request::{RequestError, fit};
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
        assert!(fit::<CreateKeyRequest>(body()).is_ok());
        for (path, what) in [
            ("/device_id", "device_id"),
            ("/fingerprint", "fingerprint"),
            ("/envelope", "envelope"),
            ("/envelope/ciphertext_b64", "ciphertext_b64"),
            ("/envelope/nonce_b64", "nonce_b64"),
            ("/envelope/recipients/0/id", "id"),
            ("/envelope/recipients/0/type", "type"),
            ("/envelope/recipients/0/edek_b64", "edek_b64"),
        ] {
            let mut changed = body();
            let (parent, member) = path.rsplit_once('/').unwrap();
            let parent = changed.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            parent.shift_remove(member);
            let missing = fit::<CreateKeyRequest>(changed);
            assert_eq!(
                missing,
                Err(RequestError::Unfit(format!("missing field `{what}`")))
            );
            let mut changed = body();
            *changed.pointer_mut(path).unwrap() = json!(true);
            let wrong = fit::<CreateKeyRequest>(changed);
            assert!(matches!(wrong, Err(RequestError::Unfit(_))), "{path}: {wrong:?}");
        }
        assert_eq!(fit::<ShareKeyRequest>(body()).unwrap().request_ids, []);
    }

    /// The order is what is signed; and a `rotated_at` would hide the key from runners (docs/protocol.md 6.5).
    #[test]
    fn members_are_in_signing_order_and_rotated_at_is_none_of_them() {
        let sealed = SealedEnvironmentKey {
            unreadable: 0,
            other_type: None,
            ciphertext: vec![0; 3],
            nonce: vec![0; 3],
            recipients: vec![SealedRecipient {
                kind: RecipientKind::Device(DeviceId::new("d")),
                edek_b64: "AAAA".to_owned(),
            }],
            lifted_ephemeral_key: None,
        };
        let fingerprint = Fingerprint::from_hex(&"ab".repeat(32)).unwrap();
        let request = CreateKeyRequest::new(&DeviceId::new("d"), fingerprint, 2, &sealed);
        let text = serde_json::to_string(&request).unwrap();
        let start = format!(
            "{{\"device_id\":\"d\",\"fingerprint\":\"{}\",\"version\":2,\"created_by_device_id\":\"d\",\"envelope\":{{",
            fingerprint.to_hex()
        );
        assert!(text.starts_with(&start), "{text}");
        assert_eq!(fit(serde_json::from_str(&text).unwrap()), Ok(request));
    }
}
