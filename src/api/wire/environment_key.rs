//! The environment key as a resource, and the two requests that publish it (docs/protocol.md 6.2, 6.4, 8.1).
//!
//! The requests are signed by `crypto::sign_body`; the order of their members is what gets signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Object, WireError, integer, list, object, optional_integer, optional_object, optional_text, parse_object,
    present, text,
};
use crate::domain::envelope::PublishedKey;
use crate::domain::ids::RequestId;
use crate::domain::keys::decode_base64;
use crate::domain::variable::VARIABLE_ALGORITHM;
use crate::domain::{
    DeployTokenId, DeviceId, Fingerprint, Moment, PublicKey, RecipientKind, SealedEnvironmentKey,
    SealedRecipient,
};

/// Recipient type of devices.
pub const DEVICE: &str = "device";
/// Recipient type of deploy tokens.
pub const DEPLOYMENT: &str = "deployment";
/// The other spelling of the algorithm that runners accept (docs/protocol.md 8.3).
const LONG_ALGORITHM: &str = "xchacha20-poly1305+hkdf-sha256";

/// Reads `{"data": resource | null}`, a bare resource, or the camelCase form; `None` when there is no key.
///
/// # Errors
/// [`WireError`] names the member.
pub fn parse_key_response(text: &str) -> Result<Option<PublishedKey>, WireError> {
    let value = serde_json::from_str(text).map_err(|_| WireError::NotJson)?;
    key_from_value(&value)
}

/// As [`parse_key_response`], from a value inside another answer.
pub(super) fn key_from_value(value: &Value) -> Result<Option<PublishedKey>, WireError> {
    let outer = match value {
        Value::Null => return Ok(None),
        Value::Object(outer) => outer,
        _ => return Err(WireError::Wrong { what: "key" }),
    };
    let key = match outer.get("data") {
        Some(Value::Null) => return Ok(None),
        Some(Value::Object(inner)) => inner,
        Some(_) => return Err(WireError::Wrong { what: "data" }),
        None if outer.is_empty() => return Ok(None),
        None => outer,
    };
    if key.contains_key("attributes") {
        resource(key).map(Some)
    } else {
        camel_case(key).map(Some)
    }
}

fn resource(key: &Object) -> Result<PublishedKey, WireError> {
    let attributes = object(key, "attributes")?;
    let mut sealed = None;
    if let Some(relationships) = optional_object(key, "relationships")?
        && let Some(envelope) = optional_object(relationships, "relationships.envelope")?
        && let Some(data) = optional_object(envelope, "envelope.data")?
    {
        let attributes = object(data, "envelope.attributes")?;
        sealed = Some(sealed_key(attributes, &SNAKE)?);
    }
    Ok(PublishedKey {
        version: integer(attributes, "attributes.version")?,
        fingerprint: fingerprint(attributes, "attributes.fingerprint")?,
        created_by: optional_text(attributes, "attributes.created_by_device_id")?.map(DeviceId::new),
        created_at: optional_text(attributes, "attributes.created_at")?.and_then(Moment::parse),
        sealed,
    })
}

fn camel_case(key: &Object) -> Result<PublishedKey, WireError> {
    let envelope = optional_object(key, "envelope")?;
    Ok(PublishedKey {
        version: integer(key, "version")?,
        fingerprint: fingerprint(key, "fingerprint")?,
        created_by: optional_text(key, "createdByDeviceId")?.map(DeviceId::new),
        created_at: optional_text(key, "createdAtIso")?.and_then(Moment::parse),
        sealed: envelope
            .map(|envelope| sealed_key(envelope, &CAMEL))
            .transpose()?,
    })
}

/// Paths of the members of an envelope in one of its two spellings.
struct Names {
    ciphertext: &'static str,
    nonce: &'static str,
    edek: &'static str,
    ephemeral: &'static str,
}

const SNAKE: Names = Names {
    ciphertext: "envelope.ciphertext_b64",
    nonce: "envelope.nonce_b64",
    edek: "recipients.edek_b64",
    ephemeral: "envelope.from_ephemeral_public_key",
};

const CAMEL: Names = Names {
    ciphertext: "envelope.ciphertextB64",
    nonce: "envelope.nonceB64",
    edek: "recipients.edekB64",
    ephemeral: "envelope.fromEphemeralPublicKey",
};

fn sealed_key(envelope: &Object, names: &Names) -> Result<SealedEnvironmentKey, WireError> {
    let what = "envelope.alg";
    if let Some(alg) = optional_text(envelope, what)?
        && ![VARIABLE_ALGORITHM, LONG_ALGORITHM]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(alg))
    {
        return Err(WireError::Wrong { what });
    }
    let mut recipients = Vec::new();
    for entry in list(envelope, "envelope.recipients")? {
        recipients.extend(recipient(entry, names)?);
    }
    Ok(SealedEnvironmentKey {
        ciphertext: base64_member(envelope, names.ciphertext)?,
        nonce: base64_member(envelope, names.nonce)?,
        recipients,
        // Not a key of 32 bytes is the same as none: the runner says so.
        lifted_ephemeral_key: optional_text(envelope, names.ephemeral)?.and_then(PublicKey::from_base64),
    })
}

/// One recipient; `None` for types that this program does not know.
fn recipient(entry: &Value, names: &Names) -> Result<Option<SealedRecipient>, WireError> {
    let Value::Object(entry) = entry else {
        return Err(WireError::Wrong {
            what: "envelope.recipients",
        });
    };
    let id = text(entry, "recipients.id")?;
    let kind = match text(entry, "recipients.type")? {
        DEVICE => RecipientKind::Device(DeviceId::new(id)),
        DEPLOYMENT => RecipientKind::Deployment(DeployTokenId::new(id)),
        _ => return Ok(None),
    };
    let edek_b64 = text(entry, names.edek)?.to_owned();
    Ok(Some(SealedRecipient { kind, edek_b64 }))
}

fn base64_member(object: &Object, what: &'static str) -> Result<Vec<u8>, WireError> {
    decode_base64(text(object, what)?).ok_or(WireError::Wrong { what })
}

fn fingerprint(object: &Object, what: &'static str) -> Result<Option<Fingerprint>, WireError> {
    optional_text(object, what)?
        .map(|hex| Fingerprint::from_hex(hex).ok_or(WireError::Wrong { what }))
        .transpose()
}

/// The document that answers `GET .../key` and `POST .../key`; `id` is the record's.
pub fn key_document(id: &str, key: &PublishedKey) -> Value {
    json!({"data": key_resource(id, key)})
}

/// The resource inside [`key_document`] and inside a bundle.
pub fn key_resource(id: &str, key: &PublishedKey) -> Value {
    let created_at = key.created_at.map(Moment::to_wire);
    let envelope = key.sealed.as_ref().map(|sealed| {
        let recipients: Vec<Value> = sealed
            .recipients
            .iter()
            .map(|recipient| {
                let (kind, id) = kind_and_id(&recipient.kind);
                json!({"type": kind, "id": id, "edek_b64": recipient.edek_b64, "seen_at": null})
            })
            .collect();
        json!({
            "id": id,
            "type": "encrypted-envelopes",
            "attributes": {
                "ciphertext_b64": STANDARD.encode(&sealed.ciphertext),
                "nonce_b64": STANDARD.encode(&sealed.nonce),
                "alg": VARIABLE_ALGORITHM,
                "created_at": created_at,
                "updated_at": null,
                "revoked_at": null,
                "recipients": recipients,
                "from_ephemeral_public_key": sealed.lifted_ephemeral_key.map(|key| key.to_base64()),
            },
        })
    });
    json!({
        "id": id,
        "type": "environment-keys",
        "attributes": {
            "version": key.version,
            "fingerprint": key.fingerprint.map(Fingerprint::to_hex),
            "created_at": created_at,
            "rotated_at": null,
            "created_by_device_id": key.created_by,
        },
        "relationships": {"envelope": {"data": envelope}},
    })
}

fn kind_and_id(kind: &RecipientKind) -> (&'static str, &str) {
    match kind {
        RecipientKind::Device(id) => (DEVICE, id.as_str()),
        RecipientKind::Deployment(id) => (DEPLOYMENT, id.as_str()),
    }
}

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
    /// [`DEVICE`] or [`DEPLOYMENT`].
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
