//! An organisation that was moved to the desktop program (docs/protocol.md 21).

use rusqlite::{Connection, params};

use crate::local_access::LocalAccess;
use crate::stamp::{new_id, now};

/// Adds one that the workspace's own user belongs to, if there is none.
pub(crate) fn ensure(db: &Connection, local: &LocalAccess) -> rusqlite::Result<()> {
    let found: bool = db.query_row(
        "SELECT EXISTS(SELECT 1 FROM organizations WHERE moved)",
        [],
        |row| row.get(0),
    )?;
    if found {
        return Ok(());
    }
    let (id, at) = (new_id(), now());
    db.execute(
        "INSERT INTO organizations (id, name, slug, moved, created_at, updated_at)
         VALUES (?1, 'Contoso', 'contoso', 1, ?2, ?2)",
        params![id, at],
    )?;
    db.execute(
        "INSERT INTO memberships (organization_id, user_id, role, joined_at)
         SELECT ?1, user_id, 'admin', ?2 FROM devices WHERE id = ?3",
        params![id, at, local.device_id.as_str()],
    )?;
    Ok(())
}
