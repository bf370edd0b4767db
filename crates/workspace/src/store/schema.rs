//! The database's tables and their versions (`PRAGMA user_version`).

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::WorkspaceError;

/// How long a writer waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Marks the file as a workspace: "DTWS".
const APPLICATION_ID: i64 = 0x4454_5753;
/// From this size on only [`KEY_TABLES`] are read through at the start.
const LARGE: u64 = 8 * 1024 * 1024;
/// What everything hangs on, and is small.
const KEY_TABLES: [&str; 6] = [
    "users",
    "organizations",
    "projects",
    "environments",
    "devices",
    "environment_keys",
];
/// One entry a version; entries are never changed, only added.
const MIGRATIONS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];

/// Opens and, if needed, migrates the database. A file that is damaged or of another program is left untouched, and so is
/// one without tables where there was a workspace before: what it had was in a file that is gone.
pub(crate) fn open(path: &Path, was_there: bool) -> Result<Connection, WorkspaceError> {
    if path.metadata().is_ok_and(|meta| meta.len() > 0) {
        let read = inspect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let read = match read {
            // A write was cut off before there was a write-ahead log. Whoever only reads cannot roll it back.
            Err(error) if is_to_be_rolled_back(&error) => inspect(path, OpenFlags::SQLITE_OPEN_READ_WRITE),
            read => read,
        };
        let tables = read.map_err(|error| explain(path, error))?;
        if tables == 0 && was_there {
            return Err(explain(
                path,
                damaged("it has no tables; they may have been in its -wal file".to_owned()),
            ));
        }
    }
    let mut connection = Connection::open(path).map_err(|error| explain(path, error))?;
    prepare(&mut connection).map_err(|error| explain(path, error))?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Reads through the file before anything may write to it: all of it, or, when it is so large that this would be felt at
/// every start, its size and the tables that everything hangs on. Gives how many tables and indexes there are.
fn inspect(path: &Path, access: OpenFlags) -> rusqlite::Result<i64> {
    let connection = Connection::open_with_flags(path, access)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if tables > 0 && number(&connection, "application_id")? != APPLICATION_ID {
        return Err(damaged("it belongs to another program".to_owned()));
    }
    let length = path.metadata().map_or(0, |meta| meta.len());
    if length <= LARGE {
        quick_check(&connection, "1")?;
        return Ok(tables);
    }
    // With a write-ahead log beside it, the file may rightly be shorter.
    let pages = number(&connection, "page_count")?.saturating_mul(number(&connection, "page_size")?);
    if !path.with_extension("db-wal").exists() && u64::try_from(pages).is_ok_and(|pages| pages > length) {
        return Err(damaged("it is cut off".to_owned()));
    }
    KEY_TABLES
        .iter()
        .try_for_each(|table| quick_check(&connection, table))?;
    Ok(tables)
}

fn is_to_be_rolled_back(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|it| it.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
}

fn quick_check(connection: &Connection, what: &str) -> rusqlite::Result<()> {
    let finding: String =
        connection.query_row(&format!("PRAGMA quick_check({what})"), [], |row| row.get(0))?;
    if finding == "ok" {
        Ok(())
    } else {
        Err(damaged(finding))
    }
}

fn damaged(reason: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
        Some(reason),
    )
}

fn explain(path: &Path, error: rusqlite::Error) -> WorkspaceError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => WorkspaceError::Corrupt {
            path: path.to_owned(),
            reason: error.to_string(),
        },
        _ => error.into(),
    }
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // WAL with FULL: every commit is on the disk before it is answered, also if the machine loses power.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Each commit is in the file itself before it is answered: who loses or copies away the log loses nothing.
    connection.pragma_update(None, "wal_autocheckpoint", 1)?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), WorkspaceError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if number(connection, "user_version")? == known {
        return Ok(());
    }
    let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = number(&step, "user_version")?;
    if found > known {
        return Err(WorkspaceError::TooNew {
            path: path.to_owned(),
            found,
            known,
        });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        step.execute_batch(migration)?;
    }
    step.pragma_update(None, "application_id", APPLICATION_ID)?;
    step.pragma_update(None, "user_version", known)?;
    step.commit()?;
    Ok(())
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
