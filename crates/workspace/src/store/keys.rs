//! Environment keys as published: always sealed (docs/protocol.md 6).

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{named, parsed};
use protocol::wire::environment_key::kind_and_id;
use protocol::{DeviceId, EnvironmentId, Fingerprint, RecipientKind};

/// The current key of an environment, without its recipients.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) version: i64,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) created_by_device_id: DeviceId,
    pub(crate) created_at: String,
    /// As the publisher wrote it.
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
    pub(crate) kind: RecipientKind,
    pub(crate) edek_b64: String,
    pub(crate) seen_at: Option<String>,
}

impl Key {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            environment_id: named(row, 1, EnvironmentId::new)?,
            version: row.get(2)?,
            fingerprint: parsed(row, 3, Fingerprint::from_hex)?,
            created_by_device_id: named(row, 4, DeviceId::new)?,
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
}

/// The current key of an environment.
pub(crate) fn current(db: &Connection, environment: &EnvironmentId) -> rusqlite::Result<Option<Key>> {
    db.prepare_cached(
        "SELECT id, environment_id, version, fingerprint, created_by_device_id, created_at, rotated_at, envelope_id,
         ciphertext_b64, nonce_b64, alg, envelope_created_at, envelope_updated_at FROM environment_keys
         WHERE environment_id = ?1 ORDER BY version DESC LIMIT 1",
    )?
    .query_row([environment.as_str()], Key::from_row)
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
        key.environment_id.as_str(),
        key.version,
        key.fingerprint.to_hex(),
        key.created_by_device_id.as_str(),
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
    let (kind, id) = kind_and_id(&row.kind);
    db.prepare_cached(
        "INSERT OR REPLACE INTO recipients (environment_key_id, type, recipient_id, edek_b64, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![key_id, kind, id, row.edek_b64, row.seen_at])?;
    Ok(())
}

/// What is sealed for one recipient.
pub(crate) fn recipient(
    db: &Connection,
    key_id: &str,
    who: RecipientKind,
) -> rusqlite::Result<Option<RecipientRow>> {
    let (kind, id) = kind_and_id(&who);
    let found: Option<(String, Option<String>)> = db
        .prepare_cached(
            "SELECT edek_b64, seen_at FROM recipients
             WHERE environment_key_id = ?1 AND type = ?2 AND recipient_id = ?3",
        )?
        .query_row([key_id, kind, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(edek_b64, seen_at)| RecipientRow {
        kind: who,
        edek_b64,
        seen_at,
    }))
}
