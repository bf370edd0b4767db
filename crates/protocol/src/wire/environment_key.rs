//! The environment key as a resource (docs/protocol.md 6.2, 8.1); the requests that publish it are in [`request`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub mod request;

pub use request::{
    CreateKeyRequest, EnvelopeRequest, PublishedByRequest, RecipientRequest, ShareKeyRequest,
    parse_create_request, parse_share_request,
};

use super::{Object, WireError, integer, list, object, optional_object, optional_text, text};
use crate::types::envelope::PublishedKey;
use crate::types::keys::decode_base64;
use crate::types::variable::VARIABLE_ALGORITHM;
use crate::types::{
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PublishedKey {
        PublishedKey {
            version: 3,
            fingerprint: Fingerprint::from_hex(&"ab".repeat(32)),
            created_by: Some(DeviceId::new("d")),
            created_at: Moment::parse("2026-02-03T04:05:06.007Z"),
            sealed: Some(SealedEnvironmentKey {
                ciphertext: vec![1; 48],
                nonce: vec![2; 24],
                recipients: vec![SealedRecipient {
                    kind: RecipientKind::Deployment(DeployTokenId::new("t")),
                    edek_b64: "AAAA".to_owned(),
                }],
                lifted_ephemeral_key: Some(PublicKey::from_bytes([3; 32])),
            }),
        }
    }

    #[test]
    fn documents_are_read_wrapped_bare_and_in_camel_case() {
        let wrapped = key_document("k", &key()).to_string();
        assert_eq!(parse_key_response(&wrapped), Ok(Some(key())));
        let bare = key_resource("k", &key()).to_string();
        assert_eq!(parse_key_response(&bare), Ok(Some(key())));
        let camel = json!({
            "id": "k",
            "version": 3,
            "fingerprint": "AB".repeat(32),
            "createdAtIso": "2026-02-03T05:05:06.007000+01:00",
            "createdByDeviceId": "d",
            "envelope": {
                "ciphertextB64": STANDARD.encode([1; 48]),
                "nonceB64": STANDARD.encode([2; 24]),
                "recipients": [
                    {"type": "deployment", "id": "t", "edekB64": "AAAA"},
                    {"type": "of a later time", "id": "x", "edekB64": "AAAA"},
                ],
                "fromEphemeralPublicKey": STANDARD.encode([3; 32]),
            },
        });
        assert_eq!(parse_key_response(&camel.to_string()), Ok(Some(key())));
    }

    #[test]
    fn no_key_and_no_envelope_are_not_errors() {
        for none in ["{\"data\":null}", "{}", "null"] {
            assert_eq!(parse_key_response(none), Ok(None), "{none}");
        }
        let unshared = PublishedKey {
            sealed: None,
            ..key()
        };
        let text = key_document("k", &unshared).to_string();
        assert_eq!(parse_key_response(&text), Ok(Some(unshared)));
    }

    #[test]
    fn malformed_documents_name_the_member() {
        let changed = |path: &str, value: Value| {
            let mut document = key_document("k", &key());
            *document.pointer_mut(path).unwrap() = value;
            parse_key_response(&document.to_string()).unwrap_err()
        };
        let attributes = "/data/relationships/envelope/data/attributes";
        for (path, what) in [
            ("/data/attributes/version".to_owned(), "attributes.version"),
            (format!("{attributes}/ciphertext_b64"), "envelope.ciphertext_b64"),
            (format!("{attributes}/nonce_b64"), "envelope.nonce_b64"),
            (
                format!("{attributes}/recipients/0/edek_b64"),
                "recipients.edek_b64",
            ),
        ] {
            assert_eq!(changed(&path, Value::Null), WireError::Missing { what });
            assert_eq!(changed(&path, json!({})), WireError::Wrong { what });
        }
        let what = "attributes.fingerprint";
        assert_eq!(
            changed("/data/attributes/fingerprint", json!("zz")),
            WireError::Wrong { what }
        );
        assert_eq!(parse_key_response("<html>"), Err(WireError::NotJson));
        assert_eq!(parse_key_response("7"), Err(WireError::Wrong { what: "key" }));
    }
}
