//! Users, and who of them a bearer token stands for.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::token_hash::TokenHash;

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
}

/// The user of a bearer token that has not ended by `now`.
pub(crate) fn by_access_token(
    db: &Connection,
    token: &TokenHash,
    now: &str,
) -> Result<Option<User>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT u.id, u.name, u.email FROM access_tokens t JOIN users u ON u.id = t.user_id
             WHERE t.token_hash = ?1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?2)",
        )?
        .query_row(params![token.as_bytes(), now], |row| {
            Ok(User {
                id: row.get(0)?,
                name: row.get(1)?,
                email: row.get(2)?,
            })
        });
    Ok(found.optional()?)
}

/// When a user was registered and last changed.
pub(crate) fn times(db: &Connection, user: &User) -> Result<(String, String), StoreError> {
    let found = db
        .prepare_cached("SELECT created_at, updated_at FROM users WHERE id = ?1")?
        .query_row([&user.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found)
}
