//! Deploy tokens (docs/protocol.md 7).

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use super::column::{named, parsed};
use crate::random;
use crate::stamp::new_id;
use crate::token_hash::TokenHash;
use protocol::wire::RecordStatus;
use protocol::{DeployTokenId, EnvironmentId, EnvironmentName, ProjectId};

/// A deploy token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) id: DeployTokenId,
    pub(crate) project_id: ProjectId,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) environment_name: EnvironmentName,
    pub(crate) name: String,
    pub(crate) status: RecordStatus,
    /// As it was sent, without the prefix that it may have had.
    pub(crate) public_key: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
    pub(crate) revoked_at: Option<String>,
    pub(crate) ci: CiRecord,
}

/// What is kept of a CI token.
#[derive(Clone, Debug)]
pub(crate) struct CiRecord {
    pub(crate) id: String,
    pub(crate) hash: TokenHash,
    pub(crate) suffix: String,
    pub(crate) expires_at: Option<String>,
}

/// Who holds a CI token, and whether it works.
#[derive(Clone, Debug)]
pub(crate) struct CiHolder {
    pub(crate) token_id: DeployTokenId,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) status: RecordStatus,
    pub(crate) expires_at: Option<String>,
}

const TOKEN: &str = "SELECT t.id, t.project_id, t.environment_id, e.name, t.name, t.status, t.public_key,
    t.created_at, t.updated_at, t.revoked_at, t.ci_token_id, t.ci_token_hash, t.ci_token_suffix, t.ci_expires_at
    FROM deploy_tokens t JOIN environments e ON e.id = t.environment_id";

impl Token {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: named(row, 0, DeployTokenId::new)?,
            project_id: named(row, 1, ProjectId::new)?,
            environment_id: named(row, 2, EnvironmentId::new)?,
            environment_name: named(row, 3, EnvironmentName::new)?,
            name: row.get(4)?,
            status: parsed(row, 5, RecordStatus::parse)?,
            public_key: row.get(6)?,
            created_at: row.get(7)?,
            updated_at: row.get(8)?,
            revoked_at: row.get(9)?,
            ci: CiRecord {
                id: row.get(10)?,
                hash: TokenHash::stored(row.get(11)?),
                suffix: row.get(12)?,
                expires_at: row.get(13)?,
            },
        })
    }

    /// Whether runners may use it.
    pub(crate) fn is_active(&self) -> bool {
        self.status == RecordStatus::Active
    }
}

impl CiRecord {
    /// What is kept of this CI token.
    pub(crate) fn of(id: String, token: &str, expires_at: Option<String>) -> Self {
        Self {
            id,
            hash: TokenHash::of(token),
            suffix: random::suffix(token).to_owned(),
            expires_at,
        }
    }
}

/// A new token id: a UUID, time-ordered.
pub(crate) fn new_token_id() -> DeployTokenId {
    DeployTokenId::new(new_id())
}

/// Stores a token.
pub(crate) fn insert(db: &Connection, token: &Token) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO deploy_tokens (id, project_id, environment_id, name, status, public_key, created_at,
         updated_at, revoked_at, ci_token_id, ci_token_hash, ci_token_suffix, ci_expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        token.id.as_str(),
        token.project_id.as_str(),
        token.environment_id.as_str(),
        token.name,
        token.status.as_str(),
        token.public_key,
        token.created_at,
        token.updated_at,
        token.revoked_at,
        token.ci.id,
        token.ci.hash.as_bytes(),
        token.ci.suffix,
        token.ci.expires_at
    ])?;
    Ok(())
}

/// Writes what may change of a token.
pub(crate) fn update(db: &Connection, token: &Token) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE deploy_tokens SET status = ?2, public_key = ?3, updated_at = ?4, revoked_at = ?5, ci_token_id = ?6,
         ci_token_hash = ?7, ci_token_suffix = ?8, ci_expires_at = ?9 WHERE id = ?1",
    )?
    .execute(params![
        token.id.as_str(),
        token.status.as_str(),
        token.public_key,
        token.updated_at,
        token.revoked_at,
        token.ci.id,
        token.ci.hash.as_bytes(),
        token.ci.suffix,
        token.ci.expires_at
    ])?;
    Ok(())
}

/// The tokens of a project, or of one of its environments, by name.
pub(crate) fn list(
    db: &Connection,
    project: &ProjectId,
    environment: Option<&EnvironmentId>,
) -> rusqlite::Result<Vec<Token>> {
    match environment {
        Some(environment) => db
            .prepare_cached(&format!(
                "{TOKEN} WHERE t.environment_id = ?1 AND t.project_id = ?2 ORDER BY t.name, t.id"
            ))?
            .query_map([environment.as_str(), project.as_str()], Token::from_row)?
            .collect(),
        None => db
            .prepare_cached(&format!("{TOKEN} WHERE t.project_id = ?1 ORDER BY t.name, t.id"))?
            .query_map([project.as_str()], Token::from_row)?
            .collect(),
    }
}

/// Whether another token has this public key, revoked ones included.
pub(crate) fn is_key_taken(
    db: &Connection,
    key: &str,
    except: Option<&DeployTokenId>,
) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT EXISTS(SELECT 1 FROM deploy_tokens WHERE public_key = ?1 AND (?2 IS NULL OR id <> ?2))",
    )?
    .query_row(params![key, except.map(DeployTokenId::as_str)], |row| row.get(0))
}

/// The token with this id, wherever it is.
pub(crate) fn by_id(db: &Connection, id: &DeployTokenId) -> rusqlite::Result<Option<Token>> {
    db.prepare_cached(&format!("{TOKEN} WHERE t.id = ?1"))?
        .query_row([id.as_str()], Token::from_row)
        .optional()
}

/// A token of a project.
pub(crate) fn find(db: &Connection, project: &ProjectId, id: &str) -> rusqlite::Result<Option<Token>> {
    db.prepare_cached(&format!("{TOKEN} WHERE t.id = ?1 AND t.project_id = ?2"))?
        .query_row([id, project.as_str()], Token::from_row)
        .optional()
}

/// Who holds a CI token.
pub(crate) fn by_ci_token(db: &Connection, token: &TokenHash) -> Result<Option<CiHolder>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT id, environment_id, status, ci_expires_at FROM deploy_tokens WHERE ci_token_hash = ?1",
        )?
        .query_row([token.as_bytes()], |row| {
            Ok(CiHolder {
                token_id: named(row, 0, DeployTokenId::new)?,
                environment_id: named(row, 1, EnvironmentId::new)?,
                status: parsed(row, 2, RecordStatus::parse)?,
                expires_at: row.get(3)?,
            })
        });
    Ok(found.optional()?)
}

/// Removes a token. What was sealed for it stays until somebody publishes.
pub(crate) fn delete(db: &Connection, id: &DeployTokenId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM deploy_tokens WHERE id = ?1")?
        .execute([id.as_str()])?;
    Ok(())
}
