//! Deploy tokens (docs/protocol.md 7).

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use crate::auth::TokenHash;
use protocol::PublicKey;

/// A deploy token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) environment_id: String,
    pub(crate) environment_name: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) public_key: String,
    pub(crate) last_used_at: Option<String>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) revoked_at: Option<String>,
    pub(crate) ci: CiRecord,
}

/// What is kept of a CI token.
#[derive(Clone, Debug)]
pub(crate) struct CiRecord {
    pub(crate) id: String,
    pub(crate) hash: [u8; 32],
    pub(crate) suffix: String,
    pub(crate) expires_at: Option<String>,
}

/// The token of docs/protocol.md 7.1, with two members more: `expires_at` and `token_suffix` of its CI token.
#[derive(Debug, Serialize)]
pub(crate) struct TokenResponse<'a> {
    r#type: &'static str,
    id: &'a str,
    attributes: Attributes<'a>,
}

#[derive(Debug, Serialize)]
struct Attributes<'a> {
    name: &'a str,
    status: &'a str,
    public_key: &'a str,
    fingerprint: Option<String>,
    last_used_at: Option<&'a str>,
    created_at: &'a str,
    updated_at: &'a str,
    revoked_at: Option<&'a str>,
    expires_at: Option<&'a str>,
    token_suffix: &'a str,
    environment: EnvironmentRef<'a>,
}

#[derive(Debug, Serialize)]
struct EnvironmentRef<'a> {
    id: &'a str,
    name: &'a str,
}

const TOKEN: &str = "SELECT t.id, t.project_id, t.environment_id, e.name, t.name, t.status, t.public_key, t.last_used_at,
    t.created_at, t.updated_at, t.revoked_at, t.ci_token_id, t.ci_token_hash, t.ci_token_suffix, t.ci_expires_at
    FROM deploy_tokens t JOIN environments e ON e.id = t.environment_id";

impl Token {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            project_id: row.get(1)?,
            environment_id: row.get(2)?,
            environment_name: row.get(3)?,
            name: row.get(4)?,
            status: row.get(5)?,
            public_key: row.get(6)?,
            last_used_at: row.get(7)?,
            created_at: row.get(8)?,
            updated_at: row.get(9)?,
            revoked_at: row.get(10)?,
            ci: CiRecord {
                id: row.get(11)?,
                hash: row.get(12)?,
                suffix: row.get(13)?,
                expires_at: row.get(14)?,
            },
        })
    }

    /// Whether runners may use it.
    pub(crate) fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// As the API shows it.
    pub(crate) fn response(&self) -> TokenResponse<'_> {
        TokenResponse {
            r#type: "deploy-tokens",
            id: &self.id,
            attributes: Attributes {
                name: &self.name,
                status: &self.status,
                public_key: &self.public_key,
                fingerprint: PublicKey::from_base64(&self.public_key).map(|key| key.fingerprint().to_hex()),
                last_used_at: self.last_used_at.as_deref(),
                created_at: &self.created_at,
                updated_at: &self.updated_at,
                revoked_at: self.revoked_at.as_deref(),
                expires_at: self.ci.expires_at.as_deref(),
                token_suffix: &self.ci.suffix,
                environment: EnvironmentRef {
                    id: &self.environment_id,
                    name: &self.environment_name,
                },
            },
        }
    }
}

impl CiRecord {
    /// What is kept of this CI token.
    pub(crate) fn of(id: String, token: &str, expires_at: Option<String>) -> Self {
        Self {
            id,
            hash: *TokenHash::of(token).as_bytes(),
            suffix: super::super::random::suffix(token).to_owned(),
            expires_at,
        }
    }
}

/// A new token id: time-ordered, as `dpl_tok_` and 32 hexadecimal digits.
pub(crate) fn new_token_id() -> String {
    format!("dpl_tok_{}", uuid::Uuid::now_v7().simple())
}

/// Stores a token.
pub(crate) fn insert(db: &Connection, token: &Token) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO deploy_tokens (id, project_id, environment_id, name, status, public_key, last_used_at, created_at,
         updated_at, revoked_at, ci_token_id, ci_token_hash, ci_token_suffix, ci_expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        token.id,
        token.project_id,
        token.environment_id,
        token.name,
        token.status,
        token.public_key,
        token.last_used_at,
        token.created_at,
        token.updated_at,
        token.revoked_at,
        token.ci.id,
        token.ci.hash,
        token.ci.suffix,
        token.ci.expires_at
    ])?;
    Ok(())
}

/// Writes what may change of a token.
pub(crate) fn update(db: &Connection, token: &Token) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE deploy_tokens SET status = ?2, public_key = ?3, last_used_at = ?4, updated_at = ?5, revoked_at = ?6,
         ci_token_id = ?7, ci_token_hash = ?8, ci_token_suffix = ?9, ci_expires_at = ?10 WHERE id = ?1",
    )?
    .execute(params![
        token.id,
        token.status,
        token.public_key,
        token.last_used_at,
        token.updated_at,
        token.revoked_at,
        token.ci.id,
        token.ci.hash,
        token.ci.suffix,
        token.ci.expires_at
    ])?;
    Ok(())
}

/// The tokens of a project, or of one of its environments; newest first.
pub(crate) fn list(
    db: &Connection,
    project: &str,
    environment: Option<&str>,
) -> rusqlite::Result<Vec<Token>> {
    match environment {
        Some(environment) => db
            .prepare_cached(&format!(
                "{TOKEN} WHERE t.environment_id = ?1 AND t.project_id = ?2 ORDER BY t.created_at DESC, t.id DESC"
            ))?
            .query_map([environment, project], Token::from_row)?
            .collect(),
        None => db
            .prepare_cached(&format!("{TOKEN} WHERE t.project_id = ?1 ORDER BY t.created_at DESC, t.id DESC"))?
            .query_map([project], Token::from_row)?
            .collect(),
    }
}

/// A token of a project.
pub(crate) fn find(db: &Connection, project: &str, id: &str) -> rusqlite::Result<Option<Token>> {
    db.prepare_cached(&format!("{TOKEN} WHERE t.id = ?1 AND t.project_id = ?2"))?
        .query_row([id, project], Token::from_row)
        .optional()
}

/// Notes that a runner has fetched.
pub(crate) fn touch(db: &Connection, id: &str, at: &str) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE deploy_tokens SET last_used_at = ?2 WHERE id = ?1")?
        .execute([id, at])?;
    Ok(())
}

/// Removes a token, and what was sealed for it.
pub(crate) fn delete(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM recipients WHERE type = 'deployment' AND recipient_id = ?1")?
        .execute([id])?;
    db.prepare_cached("DELETE FROM deploy_tokens WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}
