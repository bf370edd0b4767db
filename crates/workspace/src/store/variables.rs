//! Sealed variables, in the version that is current (docs/protocol.md 9).

use rusqlite::{Connection, Row, params};

use super::column::named;
use protocol::variable::{UploadAad, UploadClaims};
use protocol::{DeviceId, EnvironmentId};

/// A variable as it was uploaded, with what the workspace adds.
#[derive(Clone, Debug)]
pub(crate) struct VariableRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) ciphertext: String,
    pub(crate) nonce: String,
    pub(crate) alg: String,
    /// `None` where what is stored cannot be read.
    pub(crate) aad: Option<UploadAad>,
    pub(crate) claims: Option<UploadClaims>,
    pub(crate) line_bytes: Option<i64>,
    pub(crate) is_vapor_secret: bool,
    pub(crate) is_commented: bool,
    pub(crate) client_sig: String,
    pub(crate) device_id: DeviceId,
    pub(crate) updated_by_email: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

impl VariableRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            version: row.get(2)?,
            ciphertext: row.get(3)?,
            nonce: row.get(4)?,
            alg: row.get(5)?,
            aad: serde_json::from_str(&row.get::<_, String>(6)?).ok(),
            claims: match row.get::<_, Option<String>>(7)? {
                Some(claims) => serde_json::from_str(&claims).ok(),
                None => None,
            },
            line_bytes: row.get(8)?,
            is_vapor_secret: row.get(9)?,
            is_commented: row.get(10)?,
            client_sig: row.get(11)?,
            device_id: named(row, 12, DeviceId::new)?,
            updated_by_email: row.get(13)?,
            created_at: row.get(14)?,
            updated_at: row.get(15)?,
        })
    }
}

/// The variables of one environment, by name.
pub(crate) fn list(db: &Connection, environment: &EnvironmentId) -> rusqlite::Result<Vec<VariableRow>> {
    db.prepare_cached(
        "SELECT id, name, version, ciphertext, nonce, alg, aad, claims, line_bytes, is_vapor_secret, is_commented, client_sig, device_id, updated_by_email, created_at, updated_at
         FROM variables WHERE environment_id = ?1 ORDER BY name",
    )?
    .query_map([environment.as_str()], VariableRow::from_row)?
    .collect()
}

/// Stores a variable; one of the same name is replaced and keeps its id, place and date of creation.
pub(crate) fn put(db: &Connection, environment: &EnvironmentId, row: &VariableRow) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO variables (id, environment_id, name, version, ciphertext, nonce, alg, aad, claims, line_bytes, is_vapor_secret, is_commented, client_sig, device_id, updated_by_email,
         created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT (environment_id, name) DO UPDATE SET version = excluded.version, ciphertext = excluded.ciphertext,
         nonce = excluded.nonce, alg = excluded.alg, aad = excluded.aad, claims = excluded.claims,
         env_kek_version = NULL, env_kek_fingerprint = NULL,
         line_bytes = excluded.line_bytes, is_vapor_secret = excluded.is_vapor_secret,
         is_commented = excluded.is_commented, client_sig = excluded.client_sig, device_id = excluded.device_id,
         updated_by_email = excluded.updated_by_email, updated_at = excluded.updated_at",
    )?
    .execute(params![
        row.id,
        environment.as_str(),
        row.name,
        row.version,
        row.ciphertext,
        row.nonce,
        row.alg,
        row.aad.as_ref().map(text),
        row.claims.as_ref().map(text),
        row.line_bytes,
        row.is_vapor_secret,
        row.is_commented,
        row.client_sig,
        row.device_id.as_str(),
        row.updated_by_email,
        row.created_at,
        row.updated_at
    ])?;
    Ok(())
}

/// Members of texts, as they are kept in one column.
fn text(members: &impl serde::Serialize) -> String {
    // Texts always serialise.
    serde_json::to_string(members).unwrap_or_default()
}

/// Removes a variable by id.
pub(crate) fn delete(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM variables WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}
