//! The database's tables and their versions (`PRAGMA user_version`).

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::WorkspaceError;
use crate::imprint::Generation;

/// How long a writer waits for another process.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
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
    include_str!("schema_5.sql"),
];

/// Opens and, if needed, migrates the database. A file that is damaged or of another program is left untouched, and so is
/// one without tables where there was a workspace before: what it had was in a file that is gone.
///
/// `known` is what is known of the database outside of it: what is older, or another one, is refused.
pub(crate) fn open(
    path: &Path,
    was_there: bool,
    known: Option<Generation>,
) -> Result<Connection, WorkspaceError> {
    if path.metadata().is_ok_and(|meta| meta.len() > 0) {
        let read = inspect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let read = match read {
            // A write was cut off before there was a write-ahead log. Whoever only reads cannot roll it back.
            Err(error) if is_to_be_rolled_back(&error) => inspect(path, OpenFlags::SQLITE_OPEN_READ_WRITE),
            read => read,
        };
        let (tables, found) = read.map_err(|error| explain(path, error))?;
        if tables == 0 && was_there {
            return Err(explain(
                path,
                damaged("it has no tables; they may have been in its -wal file".to_owned()),
            ));
        }
        has_everything(path, known.as_ref(), found.as_ref())?;
    }
    let mut connection = Connection::open(path).map_err(|error| explain(path, error))?;
    prepare(&mut connection).map_err(|error| explain(path, error))?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// A copy of the database in memory, for a disk that takes nothing: SQLite itself needs files beside the database to read it.
/// What is older than `known` is refused.
pub(crate) fn in_memory(path: &Path, known: Option<Generation>) -> Result<Connection, WorkspaceError> {
    let explained = |error| explain(path, error);
    let source = readable(path).map_err(explained)?;
    quick_check(&source, "1").map_err(explained)?;
    let found = generation_if_any(&source).map_err(explained)?;
    has_everything(path, known.as_ref(), found.as_ref())?;
    let mut memory = Connection::open_in_memory()?;
    let pages_at_once = 1000;
    rusqlite::backup::Backup::new(&source, &mut memory)?
        .run_to_completion(pages_at_once, Duration::ZERO, None)
        .map_err(explained)?;
    memory.pragma_update(None, "foreign_keys", "ON")?;
    migrate(&mut memory, path)?;
    Ok(memory)
}

/// A connection that reads with the log where that can be had, and else the file alone.
fn readable(path: &Path) -> rusqlite::Result<Connection> {
    let reads = |connection: &Connection| {
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| {
            row.get::<_, i64>(0)
        })
    };
    let logged = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if reads(&logged).is_ok() {
        return Ok(logged);
    }
    drop(logged);
    crate::wal::open_alone(path).ok_or_else(|| damaged("it cannot be read".to_owned()))
}

/// Reads through the file before anything may write to it: all of it, or, when it is so large that this would be felt at
/// every start, its size and the tables that everything hangs on. Gives how many tables and indexes there are, and which state
/// it is.
fn inspect(path: &Path, access: OpenFlags) -> rusqlite::Result<(i64, Option<Generation>)> {
    let connection = Connection::open_with_flags(path, access)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if tables > 0 && number(&connection, "application_id")? != APPLICATION_ID {
        return Err(damaged("it belongs to another program".to_owned()));
    }
    let length = path.metadata().map_or(0, |meta| meta.len());
    if length <= LARGE {
        quick_check(&connection, "1")?;
        return Ok((tables, generation_if_any(&connection)?));
    }
    // With a write-ahead log beside it, the file may rightly be shorter.
    let pages = number(&connection, "page_count")?.saturating_mul(number(&connection, "page_size")?);
    if !path.with_extension("db-wal").exists() && u64::try_from(pages).is_ok_and(|pages| pages > length) {
        return Err(damaged("it is cut off".to_owned()));
    }
    KEY_TABLES
        .iter()
        .try_for_each(|table| quick_check(&connection, table))?;
    Ok((tables, generation_if_any(&connection)?))
}

/// Which state the database is; the format has been brought up.
pub(crate) fn generation(connection: &Connection) -> rusqlite::Result<Generation> {
    connection.query_row("SELECT workspace, number FROM generation", [], |row| {
        Ok(Generation {
            workspace: row.get(0)?,
            number: row.get(1)?,
        })
    })
}

/// The same; `None` of a database that an earlier release wrote.
fn generation_if_any(connection: &Connection) -> rusqlite::Result<Option<Generation>> {
    let is_there: bool = connection.query_row(
        "SELECT EXISTS(SELECT 1 FROM sqlite_master WHERE name = 'generation')",
        [],
        |row| row.get(0),
    )?;
    is_there.then(|| generation(connection)).transpose()
}

/// Counts a change within its transaction, and gives the state that it leads to.
pub(crate) fn raise(transaction: &Connection) -> rusqlite::Result<Generation> {
    transaction
        .prepare_cached("UPDATE generation SET number = number + 1")?
        .execute([])?;
    generation(transaction)
}

/// Refuses a database that has lost something, by what is known of it.
fn has_everything(
    path: &Path,
    known: Option<&Generation>,
    found: Option<&Generation>,
) -> Result<(), WorkspaceError> {
    let Some(known) = known else {
        return Ok(());
    };
    let lost = match found {
        None => "it is older than this workspace".to_owned(),
        Some(found) if found.workspace != known.workspace => "it is another workspace's".to_owned(),
        Some(found) if found.number < known.number => format!(
            "it is an older one: {} changes are missing, which may have been in its -wal file",
            known.number.saturating_sub(found.number)
        ),
        Some(_) => return Ok(()),
    };
    Err(explain(path, damaged(lost)))
}

/// Whether a file that is to become the database is one of ours, whole, and of a format that this release knows. What is wrong
/// with its content is the inner error.
///
/// # Errors
/// [`WorkspaceError::TooNew`].
pub(crate) fn check_whole(db: &Connection, path: &Path) -> Result<Result<(), String>, WorkspaceError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let looked = || {
        if number(db, "application_id")? != APPLICATION_ID {
            return Ok(Err("it belongs to another program".to_owned()));
        }
        let finding: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if finding != "ok" {
            return Ok(Err(finding));
        }
        Ok(Ok(number(db, "user_version")?))
    };
    match looked().unwrap_or_else(|error: rusqlite::Error| Err(error.to_string())) {
        Ok(found) if found > known => Err(WorkspaceError::TooNew {
            path: path.to_owned(),
            found,
            known,
        }),
        found => Ok(found.map(drop)),
    }
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

/// Refuses a copy of a database that is older than what is known of that.
pub(crate) fn refuse_older(
    path: &Path,
    copy: &Path,
    known: Option<Generation>,
) -> Result<(), WorkspaceError> {
    let found = generation_if_any(&Connection::open(copy)?)?;
    has_everything(path, known.as_ref(), found.as_ref())
}

/// What SQLite says of a database, as what is wrong with its file where that is damaged.
pub(crate) fn explain(path: &Path, error: rusqlite::Error) -> WorkspaceError {
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
