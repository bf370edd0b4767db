//! Environment keys and their envelopes as documents.

use data_encoding::BASE64;
use serde_json::Value;

use crate::checks;
use crate::store::keys::{Envelope, Key, RecipientRow};
use protocol::wire::Data;
use protocol::wire::environment_key::{
    DeviceEnvelopeAttributes, DeviceEnvelopeDocument, ENCRYPTED_ENVELOPES, ENVIRONMENT_KEYS,
    EnvelopeAttributes, EnvelopeDocument, KeyAttributes, KeyDocument, KeyRelationships, RecipientDocument,
    kind_and_id,
};
use protocol::{DeployTokenId, RecipientKind};

/// Whose entries of an envelope are told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told<'a> {
    /// Everybody's, as people are answered.
    All,
    /// The runner's own, or none, with its ephemeral key lifted to the envelope (docs/protocol.md 8.1).
    Runner(&'a DeployTokenId),
}

/// An environment key with its envelope.
pub(crate) fn key<'a>(row: &'a Key, recipients: &'a [RecipientRow], told: Told<'_>) -> KeyDocument<'a> {
    let envelope = row
        .envelope
        .as_ref()
        .map(|outer| envelope(outer, recipients, told));
    KeyDocument {
        kind: ENVIRONMENT_KEYS,
        id: &row.id,
        attributes: KeyAttributes {
            environment_id: &row.environment_id,
            version: row.version,
            fingerprint: &row.fingerprint,
            created_by_device_id: row.created_by_device_id.as_deref(),
            rotated_at: row.rotated_at.as_deref(),
            created_at: &row.created_at,
            updated_at: &row.updated_at,
        },
        relationships: KeyRelationships {
            envelope: Data { data: envelope },
            envelopes: Data {
                data: recipients.iter().filter_map(of_device).collect(),
            },
        },
    }
}

fn envelope<'a>(outer: &'a Envelope, recipients: &'a [RecipientRow], told: Told<'_>) -> EnvelopeDocument<'a> {
    let mine = |row: &&RecipientRow| match (&row.kind, told) {
        (_, Told::All) => true,
        (RecipientKind::Deployment(id), Told::Runner(own)) => id == own,
        (RecipientKind::Device(_), Told::Runner(_)) => false,
    };
    let entries: Vec<&RecipientRow> = recipients.iter().filter(mine).collect();
    // Without an entry of its own, a runner is told the first one's.
    let lifted = entries.first().copied().or_else(|| recipients.first());
    let recipient = |row: &&'a RecipientRow| {
        let (kind, id) = kind_and_id(&row.kind);
        RecipientDocument {
            kind,
            id,
            edek_b64: &row.edek_b64,
        }
    };
    EnvelopeDocument {
        kind: ENCRYPTED_ENVELOPES,
        id: &outer.id,
        attributes: EnvelopeAttributes {
            ciphertext_b64: &outer.ciphertext_b64,
            nonce_b64: &outer.nonce_b64,
            alg: Some(&outer.alg),
            aad_b64: outer.aad_b64.as_deref(),
            recipients: (!entries.is_empty()).then(|| entries.iter().map(recipient).collect()),
            version: &outer.version,
            created_at: &outer.created_at,
            revoked_at: None,
            from_ephemeral_public_key: lifted.and_then(|row| {
                let payload = payload(&row.edek_b64)?;
                Some(payload.get("from_ephemeral_public_key")?.as_str()?.to_owned())
            }),
        },
    }
}

/// What is sealed for a device, where its payload is JSON.
fn of_device(row: &RecipientRow) -> Option<DeviceEnvelopeDocument<'_>> {
    let RecipientKind::Device(id) = &row.kind else {
        return None;
    };
    let mut payload = payload(&row.edek_b64)?;
    let mut part = |name: &str| payload.get_mut(name).map_or(Value::Null, Value::take);
    Some(DeviceEnvelopeDocument {
        kind: ENCRYPTED_ENVELOPES,
        id: id.as_str(),
        attributes: DeviceEnvelopeAttributes {
            device_id: id.as_str(),
            ciphertext_b64: part("ciphertext_b64"),
            nonce_b64: part("nonce_b64"),
            alg: part("alg"),
            aad_b64: part("aad_b64"),
            version: part("version"),
            from_ephemeral_public_key: part("from_ephemeral_public_key"),
            expires_at: part("expires_at"),
        },
    })
}

fn payload(edek_b64: &str) -> Option<Value> {
    let bytes = BASE64.decode(checks::without_prefix(edek_b64).as_bytes()).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}
