//! Environment keys as published: always sealed (docs/protocol.md 6).

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

/// The current key of an environment, without its recipients.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) environment_id: String,
    pub(crate) version: i64,
    pub(crate) fingerprint: String,
    pub(crate) created_by_device_id: String,
    pub(crate) created_at: String,
    pub(crate) rotated_at: Option<String>,
    pub(crate) envelope: Envelope,
}

/// The outer layer of a publication.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) ciphertext_b64: String,
    pub(crate) nonce_b64: String,
    pub(crate) alg: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: Option<String>,
}

/// One sealed DEK.
#[derive(Clone, Debug)]
pub(crate) struct RecipientRow {
    /// `device` or `deployment`.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) edek_b64: String,
    pub(crate) seen_at: Option<String>,
}

impl Key {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            environment_id: row.get(1)?,
            version: row.get(2)?,
            fingerprint: row.get(3)?,
            created_by_device_id: row.get(4)?,
            created_at: row.get(5)?,
            rotated_at: row.get(6)?,
            envelope: Envelope {
                id: row.get(7)?,
                ciphertext_b64: row.get(8)?,
                nonce_b64: row.get(9)?,
                alg: row.get(10)?,
                created_at: row.get(11)?,
                updated_at: row.get(12)?,
            },
        })
    }

    /// The resource of docs/protocol.md 6.2 with one recipient, or without an envelope. For a runner the ephemeral key is
    /// lifted to the envelope (8.1).
    pub(crate) fn to_json(&self, own: Option<&RecipientRow>, lifted: Option<&str>) -> Value {
        let envelope = own.map(|own| {
            let mut attributes = json!({
                "ciphertext_b64": self.envelope.ciphertext_b64, "nonce_b64": self.envelope.nonce_b64,
                "alg": self.envelope.alg, "created_at": self.envelope.created_at,
                "updated_at": self.envelope.updated_at, "revoked_at": null,
                "recipients": [
                    { "type": own.kind, "id": own.id, "edek_b64": own.edek_b64, "seen_at": own.seen_at },
                ],
            });
            if let (Some(lifted), Some(attributes)) = (lifted, attributes.as_object_mut()) {
                attributes.insert("from_ephemeral_public_key".to_owned(), lifted.into());
            }
            json!({ "id": self.envelope.id, "type": "encrypted-envelopes", "attributes": attributes })
        });
        json!({
            "id": self.id, "type": "environment-keys",
            "attributes": {
                "version": self.version, "fingerprint": self.fingerprint, "created_at": self.created_at,
                "rotated_at": self.rotated_at, "created_by_device_id": self.created_by_device_id,
            },
            "relationships": { "envelope": { "data": envelope } },
        })
    }
}

/// The current key of an environment.
pub(crate) fn current(db: &Connection, environment: &str) -> rusqlite::Result<Option<Key>> {
    db.prepare_cached(
        "SELECT id, environment_id, version, fingerprint, created_by_device_id, created_at, rotated_at, envelope_id,
         ciphertext_b64, nonce_b64, alg, envelope_created_at, envelope_updated_at FROM environment_keys
         WHERE environment_id = ?1 ORDER BY version DESC LIMIT 1",
    )?
    .query_row([environment], Key::from_row)
    .optional()
}

/// Stores a new version.
pub(crate) fn insert(db: &Connection, key: &Key) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO environment_keys (id, environment_id, version, fingerprint, created_by_device_id, created_at,
         rotated_at, envelope_id, ciphertext_b64, nonce_b64, alg, envelope_created_at, envelope_updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        key.id,
        key.environment_id,
        key.version,
        key.fingerprint,
        key.created_by_device_id,
        key.created_at,
        key.rotated_at,
        key.envelope.id,
        key.envelope.ciphertext_b64,
        key.envelope.nonce_b64,
        key.envelope.alg,
        key.envelope.created_at,
        key.envelope.updated_at
    ])?;
    Ok(())
}

/// Replaces the whole envelope of a key: outer layer and all recipients.
pub(crate) fn replace_envelope(
    db: &Connection,
    key_id: &str,
    envelope: &Envelope,
    recipients: &[RecipientRow],
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE environment_keys SET envelope_id = ?2, ciphertext_b64 = ?3, nonce_b64 = ?4, alg = ?5,
         envelope_created_at = ?6, envelope_updated_at = ?7 WHERE id = ?1",
    )?
    .execute(params![
        key_id,
        envelope.id,
        envelope.ciphertext_b64,
        envelope.nonce_b64,
        envelope.alg,
        envelope.created_at,
        envelope.updated_at
    ])?;
    db.prepare_cached("DELETE FROM recipients WHERE environment_key_id = ?1")?
        .execute([key_id])?;
    recipients
        .iter()
        .try_for_each(|recipient| put_recipient(db, key_id, recipient))
}

/// Adds a recipient to the envelope as it is, or replaces it there.
pub(crate) fn put_recipient(db: &Connection, key_id: &str, row: &RecipientRow) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO recipients (environment_key_id, type, recipient_id, edek_b64, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![key_id, row.kind, row.id, row.edek_b64, row.seen_at])?;
    Ok(())
}

/// What is sealed for one recipient.
pub(crate) fn recipient(
    db: &Connection,
    key_id: &str,
    kind: &str,
    id: &str,
) -> rusqlite::Result<Option<RecipientRow>> {
    db.prepare_cached(
        "SELECT type, recipient_id, edek_b64, seen_at FROM recipients
         WHERE environment_key_id = ?1 AND type = ?2 AND recipient_id = ?3",
    )?
    .query_row([key_id, kind, id], |row| {
        Ok(RecipientRow {
            kind: row.get(0)?,
            id: row.get(1)?,
            edek_b64: row.get(2)?,
            seen_at: row.get(3)?,
        })
    })
    .optional()
}
