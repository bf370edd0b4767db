//! Environment keys as published: always sealed (docs/protocol.md 6).

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use super::column::named;
use protocol::wire::environment_key::{kind_and_id, recipient_kind};
use protocol::{EnvironmentId, RecipientKind};

/// A key of an environment, without its recipients.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) version: i64,
    /// As its publisher wrote it.
    pub(crate) fingerprint: String,
    pub(crate) created_by_device_id: Option<String>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    /// As its publisher wrote it.
    pub(crate) rotated_at: Option<String>,
    /// `None` where its recipients were refused.
    pub(crate) envelope: Option<Envelope>,
}

/// The version of an envelope that says none.
pub(crate) const DEFAULT_VERSION: &str = "1";

/// The outer layer of a publication.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) ciphertext_b64: String,
    pub(crate) nonce_b64: String,
    pub(crate) alg: String,
    pub(crate) version: String,
    pub(crate) aad_b64: Option<String>,
    pub(crate) created_at: String,
}

/// One sealed DEK.
#[derive(Clone, Debug)]
pub(crate) struct RecipientRow {
    pub(crate) kind: RecipientKind,
    pub(crate) edek_b64: String,
}

const KEY: &str =
    "SELECT id, environment_id, version, fingerprint, created_by_device_id, created_at, updated_at,
    rotated_at, envelope_id, ciphertext_b64, nonce_b64, alg, envelope_created_at, envelope_version, envelope_aad_b64
    FROM environment_keys";

impl Key {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let envelope = match row.get::<_, Option<String>>(8)? {
            Some(id) => Some(Envelope {
                id,
                ciphertext_b64: row.get(9)?,
                nonce_b64: row.get(10)?,
                alg: row.get(11)?,
                version: row.get(13)?,
                aad_b64: row.get(14)?,
                created_at: row.get(12)?,
            }),
            None => None,
        };
        Ok(Self {
            id: row.get(0)?,
            environment_id: named(row, 1, EnvironmentId::new)?,
            version: row.get(2)?,
            fingerprint: row.get(3)?,
            created_by_device_id: row.get(4)?,
            created_at: row.get(5)?,
            updated_at: row.get(6)?,
            rotated_at: row.get(7)?,
            envelope,
        })
    }
}

/// The current key of an environment: that of the highest version, and of several of one version the newest.
pub(crate) fn current(db: &Connection, environment: &EnvironmentId) -> rusqlite::Result<Option<Key>> {
    one(
        db,
        "environment_id = ?1 ORDER BY version DESC, rowid DESC LIMIT 1",
        [environment.as_str()],
    )
}

/// The key that runners and pulling devices get: as [`current`], without those that have `rotated_at`.
pub(crate) fn unrotated(db: &Connection, environment: &EnvironmentId) -> rusqlite::Result<Option<Key>> {
    one(
        db,
        "environment_id = ?1 AND rotated_at IS NULL ORDER BY version DESC, rowid DESC LIMIT 1",
        [environment.as_str()],
    )
}

/// A key of an environment by its fingerprint, whatever its version.
pub(crate) fn by_fingerprint(
    db: &Connection,
    environment: &EnvironmentId,
    fingerprint: &str,
) -> rusqlite::Result<Option<Key>> {
    one(
        db,
        "environment_id = ?1 AND fingerprint = ?2",
        [environment.as_str(), fingerprint],
    )
}

fn one<P: rusqlite::Params>(db: &Connection, wanted: &str, values: P) -> rusqlite::Result<Option<Key>> {
    db.prepare_cached(&format!("{KEY} WHERE {wanted}"))?
        .query_row(values, Key::from_row)
        .optional()
}

/// Stores a key without an envelope; [`put_envelope`] adds it. A fingerprint that is known anywhere is an error of the
/// database, as it is at the hosted service.
pub(crate) fn insert(db: &Connection, key: &Key) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO environment_keys (id, environment_id, version, fingerprint, created_by_device_id, created_at,
         updated_at, rotated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        key.id,
        key.environment_id.as_str(),
        key.version,
        key.fingerprint,
        key.created_by_device_id,
        key.created_at,
        key.updated_at,
        key.rotated_at
    ])?;
    Ok(())
}

/// Replaces the whole envelope of a key: outer layer and all recipients. Its date is that of the first one.
pub(crate) fn put_envelope(
    db: &Connection,
    key_id: &str,
    envelope: &Envelope,
    recipients: &[RecipientRow],
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE environment_keys SET envelope_id = coalesce(envelope_id, ?2), ciphertext_b64 = ?3, nonce_b64 = ?4,
         alg = ?5, envelope_created_at = coalesce(envelope_created_at, ?6), updated_at = ?6,
         envelope_version = ?7, envelope_aad_b64 = ?8 WHERE id = ?1",
    )?
    .execute(params![
        key_id,
        envelope.id,
        envelope.ciphertext_b64,
        envelope.nonce_b64,
        envelope.alg,
        envelope.created_at,
        envelope.version,
        envelope.aad_b64
    ])?;
    db.prepare_cached("DELETE FROM recipients WHERE environment_key_id = ?1")?
        .execute([key_id])?;
    recipients
        .iter()
        .try_for_each(|recipient| append(db, key_id, recipient))
}

/// Appends a recipient to the envelope as it is, in place of an earlier entry of the same one.
pub(crate) fn put_recipient(db: &Connection, key_id: &str, row: &RecipientRow) -> rusqlite::Result<()> {
    let (kind, id) = kind_and_id(&row.kind);
    db.prepare_cached(
        "DELETE FROM recipients WHERE environment_key_id = ?1 AND type = ?2 AND recipient_id = ?3",
    )?
    .execute([key_id, kind, id])?;
    append(db, key_id, row)
}

fn append(db: &Connection, key_id: &str, row: &RecipientRow) -> rusqlite::Result<()> {
    let (kind, id) = kind_and_id(&row.kind);
    db.prepare_cached(
        "INSERT INTO recipients (environment_key_id, type, recipient_id, edek_b64) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![key_id, kind, id, row.edek_b64])?;
    Ok(())
}

/// Everybody that a key is sealed for, in the order in which they were sent.
pub(crate) fn recipients(db: &Connection, key_id: &str) -> Result<Vec<RecipientRow>, StoreError> {
    let rows: Vec<(String, String, String)> = db
        .prepare_cached(
            "SELECT type, recipient_id, edek_b64 FROM recipients WHERE environment_key_id = ?1 ORDER BY rowid",
        )?
        .query_map([key_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let known = |(kind, id, edek_b64): (String, String, String)| {
        let kind = recipient_kind(&kind, &id)?;
        Some(RecipientRow { kind, edek_b64 })
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Whether a key is sealed for somebody.
pub(crate) fn is_sealed_for(db: &Connection, key_id: &str, who: &RecipientKind) -> rusqlite::Result<bool> {
    let (kind, id) = kind_and_id(who);
    db.prepare_cached(
        "SELECT EXISTS(SELECT 1 FROM recipients
         WHERE environment_key_id = ?1 AND type = ?2 AND recipient_id = ?3)",
    )?
    .query_row([key_id, kind, id], |row| row.get(0))
}
