//! The environment key as a resource (docs/protocol.md 6.2, 8.1); the requests that publish it are in [`request`].

use serde::Serialize;
use serde_json::Value;

pub mod request;

pub use request::{CreateKeyRequest, EnvelopeRequest, RecipientRequest, ShareKeyRequest};

use super::read::{integer, json, list, object, optional_object, optional_text, text};
use super::written::seconds;
use super::{Data, Resource, WireError};
use crate::types::envelope::PublishedKey;
use crate::types::keys::decode_base64;
use crate::types::shape::{is_id, to_line};
use crate::types::variable::VARIABLE_ALGORITHM;
use crate::types::{
    DeployTokenId, DeviceId, EnvironmentId, Fingerprint, Moment, PublicKey, RecipientKind,
    SealedEnvironmentKey, SealedRecipient,
};

/// Recipient type of devices.
pub const DEVICE: &str = "device";
/// Recipient type of deploy tokens.
pub const DEPLOYMENT: &str = "deployment";
/// The other spelling of the algorithm that runners accept (docs/protocol.md 8.3).
const LONG_ALGORITHM: &str = "xchacha20-poly1305+hkdf-sha256";

/// An environment key as a resource (docs/protocol.md 6.2).
#[derive(Clone, Debug, Serialize)]
pub struct KeyDocument<'a> {
    /// [`ENVIRONMENT_KEYS`].
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Id of the record.
    pub id: &'a str,
    /// What is known of the key.
    pub attributes: KeyAttributes<'a>,
    /// Where its envelope is.
    pub relationships: KeyRelationships<'a>,
}

/// The type of [`KeyDocument`].
pub const ENVIRONMENT_KEYS: &str = "environment-keys";
/// The type of [`EnvelopeDocument`].
pub const ENCRYPTED_ENVELOPES: &str = "encrypted-envelopes";

/// What is known of an environment key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyAttributes<'a> {
    /// The environment.
    pub environment_id: &'a EnvironmentId,
    /// Counts from 1; several keys of an environment may have the same one.
    pub version: i64,
    /// SHA-256 of the key, hex, as its publisher said.
    pub fingerprint: &'a str,
    /// Who published it.
    pub created_by_device_id: Option<&'a str>,
    /// As its publisher said; a key that has it is not given to runners (docs/protocol.md G23).
    pub rotated_at: Option<&'a str>,
    /// When it was published.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// When it was last changed.
    #[serde(serialize_with = "seconds")]
    pub updated_at: &'a str,
}

/// What belongs to an environment key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyRelationships<'a> {
    /// Its envelope; null where its recipients were refused (docs/protocol.md G22).
    pub envelope: Data<Option<EnvelopeDocument<'a>>>,
    /// What is sealed for devices, decoded.
    pub envelopes: Data<Vec<DeviceEnvelopeDocument<'a>>>,
}

/// The envelope of an environment key.
pub type EnvelopeDocument<'a> = Resource<'a, EnvelopeAttributes<'a>>;

/// The outer layer, and what is sealed for whom.
#[derive(Clone, Debug, Serialize)]
pub struct EnvelopeAttributes<'a> {
    /// Base64 of environment key and tag.
    pub ciphertext_b64: &'a str,
    /// Base64 of 24 bytes.
    pub nonce_b64: &'a str,
    /// [`VARIABLE_ALGORITHM`], or what its publisher said.
    pub alg: Option<&'a str>,
    /// What its publisher said; the outer layer of this program has no authenticated data.
    pub aad_b64: Option<&'a str>,
    /// Every device and token, for people; the caller alone, or null where it has no entry, for runners.
    pub recipients: Option<Vec<RecipientDocument<'a>>>,
    /// Of the envelope's form; `1` where its publisher said none.
    pub version: &'a str,
    /// When it was first published; does not move with re-shares.
    #[serde(serialize_with = "seconds")]
    pub created_at: &'a str,
    /// Never: an envelope is replaced.
    pub revoked_at: Option<&'a str>,
    /// That of the first recipient, or of the runner that asks (docs/protocol.md 8.1).
    pub from_ephemeral_public_key: Option<String>,
}

/// What is sealed for one recipient.
#[derive(Clone, Debug, Serialize)]
pub struct RecipientDocument<'a> {
    /// [`DEVICE`] or [`DEPLOYMENT`].
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Id of the device or deploy token.
    pub id: &'a str,
    /// The sealed DEK.
    pub edek_b64: &'a str,
}

/// What is sealed for one device, where it can be read.
pub type DeviceEnvelopeDocument<'a> = Resource<'a, DeviceEnvelopeAttributes<'a>>;

/// The payload of a device's entry, member by member, each as its publisher wrote it.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceEnvelopeAttributes<'a> {
    /// The device.
    pub device_id: &'a str,
    /// The sealed DEK.
    pub ciphertext_b64: Value,
    /// Its nonce.
    pub nonce_b64: Value,
    /// Its algorithm.
    pub alg: Value,
    /// What it is bound to.
    pub aad_b64: Value,
    /// Of its form.
    pub version: Value,
    /// The ephemeral key.
    pub from_ephemeral_public_key: Value,
    /// Never written by this project's clients.
    pub expires_at: Value,
}

/// Reads `{"data": resource | null}`, a bare resource, or the camelCase form; `None` when there is no key.
///
/// # Errors
/// [`WireError`] names the member.
pub fn parse_key_response(text: &str) -> Result<Option<PublishedKey>, WireError> {
    key_from_value(&json(text.as_bytes())?)
}

/// As [`parse_key_response`], from a value inside another answer.
pub(super) fn key_from_value(value: &Value) -> Result<Option<PublishedKey>, WireError> {
    let key = match (value, value.get("data")) {
        (Value::Null, _) | (Value::Object(_), Some(Value::Null)) => return Ok(None),
        (Value::Object(_), Some(inner @ Value::Object(_))) => inner,
        (Value::Object(_), Some(_)) => return Err(WireError::Wrong { what: "data" }),
        (Value::Object(members), None) if members.is_empty() => return Ok(None),
        (Value::Object(_), None) => value,
        _ => return Err(WireError::Wrong { what: "key" }),
    };
    if key.get("attributes").is_some() {
        resource(key).map(Some)
    } else {
        camel_case(key).map(Some)
    }
}

fn resource(key: &Value) -> Result<PublishedKey, WireError> {
    let attributes = object(key, "attributes")?;
    let mut sealed = None;
    let relationships = optional_object(key, "relationships")?;
    let repeated = relationships.and_then(|it| it.get("envelopes")?.get("data"));
    if let Some(relationships) = relationships
        && let Some(envelope) = optional_object(relationships, "relationships.envelope")?
        && let Some(data) = optional_object(envelope, "envelope.data")?
    {
        let attributes = object(data, "envelope.attributes")?;
        sealed = Some(sealed_key(attributes, &SNAKE)?);
    }
    Ok(PublishedKey {
        version: integer(attributes, "attributes.version")?,
        fingerprint: fingerprint(attributes, "attributes.fingerprint")?,
        created_by: optional_text(attributes, "attributes.created_by_device_id")?.and_then(DeviceId::parse),
        created_at: optional_text(attributes, "attributes.created_at")?.and_then(Moment::parse),
        sealed,
        tells_all: repeated.is_some_and(Value::is_array),
    })
}

fn camel_case(key: &Value) -> Result<PublishedKey, WireError> {
    let envelope = optional_object(key, "envelope")?;
    Ok(PublishedKey {
        version: integer(key, "version")?,
        fingerprint: fingerprint(key, "fingerprint")?,
        created_by: optional_text(key, "createdByDeviceId")?.and_then(DeviceId::parse),
        created_at: optional_text(key, "createdAtIso")?.and_then(Moment::parse),
        sealed: envelope
            .map(|envelope| sealed_key(envelope, &CAMEL))
            .transpose()?,
        tells_all: false,
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

fn sealed_key(envelope: &Value, names: &Names) -> Result<SealedEnvironmentKey, WireError> {
    let what = "envelope.alg";
    if let Some(alg) = optional_text(envelope, what)?
        && ![VARIABLE_ALGORITHM, LONG_ALGORITHM]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(alg))
    {
        return Err(WireError::Wrong { what });
    }
    let (mut recipients, mut unreadable, mut other_type) = (Vec::new(), 0, None);
    for entry in list(envelope, "envelope.recipients")? {
        match recipient(entry, names) {
            Ok(Entry::Known(read)) => recipients.push(read),
            Ok(Entry::Other(of)) => other_type = Some(of),
            Err(_) => unreadable += 1,
        }
    }
    Ok(SealedEnvironmentKey {
        ciphertext: base64_member(envelope, names.ciphertext)?,
        nonce: base64_member(envelope, names.nonce)?,
        recipients,
        unreadable,
        other_type,
        // Not a key of 32 bytes is the same as none: the runner says so.
        lifted_ephemeral_key: optional_text(envelope, names.ephemeral)?.and_then(PublicKey::from_base64),
    })
}

/// So much is told of the type of a recipient that is not known, in characters.
const MOST_OF_TYPE: usize = 40;

/// An entry of an envelope's list.
enum Entry {
    Known(SealedRecipient),
    /// Of a type that this program does not know.
    Other(String),
}

/// One recipient.
fn recipient(entry: &Value, names: &Names) -> Result<Entry, WireError> {
    if !entry.is_object() {
        return Err(WireError::Wrong {
            what: "envelope.recipients",
        });
    }
    let id = text(entry, "recipients.id")?;
    let of = text(entry, "recipients.type")?;
    let Some(kind) = recipient_kind(of, id) else {
        // For people: nothing else can be done with it.
        return Ok(Entry::Other(to_line(of, MOST_OF_TYPE)));
    };
    if !is_id(id) {
        return Err(WireError::Wrong {
            what: "recipients.id",
        });
    }
    let edek_b64 = text(entry, names.edek)?.to_owned();
    Ok(Entry::Known(SealedRecipient { kind, edek_b64 }))
}

/// The recipient of a type and an id; `None` for types that this program does not know.
pub fn recipient_kind(kind: &str, id: &str) -> Option<RecipientKind> {
    match kind {
        DEVICE => Some(RecipientKind::Device(DeviceId::new(id))),
        DEPLOYMENT => Some(RecipientKind::Deployment(DeployTokenId::new(id))),
        _ => None,
    }
}

fn base64_member(object: &Value, what: &'static str) -> Result<Vec<u8>, WireError> {
    decode_base64(text(object, what)?).ok_or(WireError::Wrong { what })
}

fn fingerprint(object: &Value, what: &'static str) -> Result<Option<Fingerprint>, WireError> {
    optional_text(object, what)?
        .map(|hex| Fingerprint::from_hex(hex).ok_or(WireError::Wrong { what }))
        .transpose()
}

/// A recipient's type and id as they are written.
pub fn kind_and_id(kind: &RecipientKind) -> (&'static str, &str) {
    match kind {
        RecipientKind::Device(id) => (DEVICE, id.as_str()),
        RecipientKind::Deployment(id) => (DEPLOYMENT, id.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;
    use serde_json::json;

    fn key() -> PublishedKey {
        PublishedKey {
            version: 3,
            fingerprint: Fingerprint::from_hex(&"ab".repeat(32)),
            created_by: Some(DeviceId::new("d")),
            created_at: Moment::parse("2026-02-03T04:05:06Z"),
            tells_all: true,
            sealed: Some(SealedEnvironmentKey {
                unreadable: 0,
                other_type: None,
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

    /// As a server writes it, wrapped; without an envelope where its recipients were refused.
    fn document(shared: bool) -> Value {
        let (fingerprint, environment) = ("ab".repeat(32), EnvironmentId::new("e"));
        let at = "2026-02-03T04:05:06.007Z";
        let (ciphertext, nonce) = (BASE64.encode(&[1; 48]), BASE64.encode(&[2; 24]));
        let envelope = EnvelopeDocument {
            kind: ENCRYPTED_ENVELOPES,
            id: "e",
            attributes: EnvelopeAttributes {
                ciphertext_b64: &ciphertext,
                nonce_b64: &nonce,
                alg: Some(VARIABLE_ALGORITHM),
                aad_b64: None,
                recipients: Some(vec![RecipientDocument {
                    kind: DEPLOYMENT,
                    id: "t",
                    edek_b64: "AAAA",
                }]),
                version: "v1",
                created_at: at,
                revoked_at: None,
                from_ephemeral_public_key: Some(BASE64.encode(&[3; 32])),
            },
        };
        let data = KeyDocument {
            kind: ENVIRONMENT_KEYS,
            id: "k",
            attributes: KeyAttributes {
                environment_id: &environment,
                version: 3,
                fingerprint: &fingerprint,
                created_by_device_id: Some("d"),
                rotated_at: None,
                created_at: at,
                updated_at: at,
            },
            relationships: KeyRelationships {
                envelope: Data {
                    data: shared.then_some(envelope),
                },
                envelopes: Data { data: Vec::new() },
            },
        };
        serde_json::to_value(Data { data }).unwrap()
    }

    #[test]
    fn documents_are_read_wrapped_bare_and_in_camel_case() {
        let wrapped = document(true);
        assert_eq!(parse_key_response(&wrapped.to_string()), Ok(Some(key())));
        let bare = wrapped["data"].to_string();
        assert_eq!(parse_key_response(&bare), Ok(Some(key())));
        let camel = json!({
            "id": "k",
            "version": 3,
            "fingerprint": "AB".repeat(32),
            "createdAtIso": "2026-02-03T05:05:06.000000+01:00",
            "createdByDeviceId": "d",
            "envelope": {
                "ciphertextB64": BASE64.encode(&[1; 48]),
                "nonceB64": BASE64.encode(&[2; 24]),
                "recipients": [
                    {"type": "deployment", "id": "t", "edekB64": "AAAA"},
                    {"type": "of a later time", "id": "x", "edekB64": "AAAA"},
                ],
                "fromEphemeralPublicKey": BASE64.encode(&[3; 32]),
            },
        });
        let mut own_alone = PublishedKey {
            tells_all: false,
            ..key()
        };
        own_alone.sealed.as_mut().unwrap().other_type = Some("of a later time".to_owned());
        assert_eq!(parse_key_response(&camel.to_string()), Ok(Some(own_alone)));
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
        let text = document(false).to_string();
        assert_eq!(parse_key_response(&text), Ok(Some(unshared)));
    }

    #[test]
    fn malformed_documents_name_the_member() {
        let changed = |path: &str, value: Value| {
            let mut document = document(true);
            *document.pointer_mut(path).unwrap() = value;
            parse_key_response(&document.to_string()).unwrap_err()
        };
        let attributes = "/data/relationships/envelope/data/attributes";
        for (path, what) in [
            ("/data/attributes/version".to_owned(), "attributes.version"),
            (format!("{attributes}/ciphertext_b64"), "envelope.ciphertext_b64"),
            (format!("{attributes}/nonce_b64"), "envelope.nonce_b64"),
        ] {
            assert_eq!(changed(&path, Value::Null), WireError::Missing { what });
            assert_eq!(changed(&path, json!({})), WireError::Wrong { what });
        }
        let mut document = document(true);
        for broken in [
            Value::Null,
            json!({}),
            json!({"type": "device", "id": ["d"], "edek_b64": "A"}),
        ] {
            *document
                .pointer_mut(&format!("{attributes}/recipients/0"))
                .unwrap() = broken;
            let sealed = parse_key_response(&document.to_string())
                .unwrap()
                .unwrap()
                .sealed
                .unwrap();
            assert_eq!((sealed.recipients.len(), sealed.unreadable), (0, 1));
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
