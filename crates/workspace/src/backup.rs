//! Backups: a workspace in one file, made while it is open or not, and put back in its place (docs/workspace-files.md).

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use zeroize::Zeroizing;

use super::hold::Hold;
use super::store::schema;
use super::{DATABASE, WorkspaceError, cannot_use, check_folder, compare, imprint, known, local_access};
use private_file::Staged;
use protocol::Moment;

const FORMAT: i64 = 1;
/// More than a file of keys ever has, in bytes.
const MOST_KEYS: u64 = 64 * 1024;
/// What a backup has that the database has not.
const TABLE: &str = "CREATE TABLE backup (format INTEGER NOT NULL, made_at TEXT NOT NULL, keys BLOB) STRICT";

/// What a backup is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// With the keys of the workspace's own device, in clear: without them it can only be restored where they still are.
    pub with_keys: bool,
    /// What is there already is replaced.
    pub replace: bool,
}

/// What a backup has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// When it was made.
    pub made_at: String,
    /// Whether the keys of the workspace's own device are in it.
    pub has_keys: bool,
    /// How many projects.
    pub projects: usize,
    /// How many deploy tokens, revoked ones included.
    pub tokens: usize,
    /// How many sealed variables.
    pub variables: usize,
}

/// Writes the workspace of a folder into one file, mode 0600, as it is at one moment; it may be open meanwhile. A damaged one is
/// refused, as it is when it is opened.
///
/// # Errors
/// [`WorkspaceError::Exists`], [`WorkspaceError::Keys`], or what is wrong with the folder, the database or the file.
pub fn backup(data_dir: &Path, target: &Path, what: Backup) -> Result<Contents, WorkspaceError> {
    check_folder(data_dir)?;
    let database = data_dir.join(DATABASE);
    if !database.exists() {
        return Err(cannot_use(&database)(std::io::ErrorKind::NotFound.into()));
    }
    if target.exists() && !what.replace {
        return Err(exists(target));
    }
    // Nobody restores meanwhile.
    let (_hold, alone) = Hold::take(data_dir)?;
    let known = known(data_dir)?;
    if let Some(known) = known.as_ref().filter(|_| alone) {
        compare(&database, known)?;
    }
    let staged = Staged::make(target).map_err(cannot_use(target))?;
    copy(&database, staged.path()).map_err(|error| schema::explain(&database, error))?;
    schema::refuse_older(&database, staged.path(), known.map(|it| it.generation))?;
    let keys = if what.with_keys {
        Some(keys(data_dir)?)
    } else {
        None
    };
    let contents = complete(staged.path(), keys.as_ref().map(|keys| keys.as_slice()))?;
    staged.sync().map_err(cannot_use(target))?;
    if what.replace {
        staged.replace().map_err(cannot_use(target))?;
    } else {
        put_new(staged, target)?;
    }
    Ok(contents)
}

/// Gives a complete file its name, if nothing has that name.
fn put_new(staged: Staged, target: &Path) -> Result<(), WorkspaceError> {
    match staged.put_new() {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists(target)),
        put => put.map_err(cannot_use(target)),
    }
}

fn exists(path: &Path) -> WorkspaceError {
    WorkspaceError::Exists {
        path: path.to_owned(),
    }
}

fn keys(data_dir: &Path) -> Result<Zeroizing<Vec<u8>>, WorkspaceError> {
    local_access::read(data_dir)?;
    let path = local_access::path(data_dir);
    let read = private_file::read(&path, MOST_KEYS).map_err(cannot_use(&path))?;
    Ok(Zeroizing::new(read.unwrap_or_default()))
}

/// Copies a database as it is at one moment into a file that is there and empty.
fn copy(from: &Path, to: &Path) -> rusqlite::Result<()> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(schema::BUSY_TIMEOUT)?;
    // Its temporary files would be in a folder that others may read.
    source.pragma_update(None, "temp_store", "MEMORY")?;
    source.execute("VACUUM INTO ?1", [&*to.to_string_lossy()])?;
    Ok(())
}

/// Adds what a backup has more, and reads it through.
fn complete(path: &Path, keys: Option<&[u8]>) -> Result<Contents, WorkspaceError> {
    let db = Connection::open(path)?;
    db.execute_batch(TABLE)?;
    db.execute(
        "INSERT INTO backup (format, made_at, keys) VALUES (?1, ?2, ?3)",
        params![FORMAT, Moment::now().to_wire(), keys],
    )?;
    Ok(contents(&db)?)
}

fn contents(db: &Connection) -> rusqlite::Result<Contents> {
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        db.query_row(&sql, [], |row| {
            row.get::<_, i64>(0)
                .map(|count| usize::try_from(count).unwrap_or_default())
        })
    };
    Ok(Contents {
        made_at: db.query_row("SELECT made_at FROM backup", [], |row| row.get(0))?,
        has_keys: db.query_row("SELECT keys IS NOT NULL FROM backup", [], |row| row.get(0))?,
        projects: count("projects")?,
        tokens: count("deploy_tokens")?,
        variables: count("variables")?,
    })
}

/// Puts a backup in the place of the workspace of a folder, which nobody may have open. What was there is kept beside it under
/// other names; nothing is touched before the backup was read through.
///
/// # Errors
/// [`WorkspaceError::InUse`], [`WorkspaceError::NotABackup`], [`WorkspaceError::TooNew`], or what is wrong with the folder.
pub fn restore(data_dir: &Path, source: &Path) -> Result<Contents, WorkspaceError> {
    let checked = check(source)?;
    check_folder(data_dir)?;
    private_file::make_folder(data_dir).map_err(cannot_use(data_dir))?;
    let hold = Hold::take_alone(data_dir)?;
    if checked.keys.is_none() {
        fits(data_dir, source)?;
    }
    let database = data_dir.join(DATABASE);
    private_file::clear_leftovers(&database);
    let staged = Staged::make(&database).map_err(cannot_use(&database))?;
    copy(source, staged.path())?;
    let db = Connection::open(staged.path())?;
    db.execute_batch("DROP TABLE backup")?;
    let generation = schema::generation(&db)?;
    drop(db);
    // Without it nothing that is there in the meantime is taken for a damage.
    let known = imprint::path(data_dir);
    private_file::remove(&known).map_err(cannot_use(&known))?;
    set_aside(&database)?;
    if let Some(keys) = &checked.keys {
        let path = local_access::path(data_dir);
        local_access::keep_older(data_dir).map_err(cannot_use(&path))?;
        private_file::replace(&path, keys).map_err(cannot_use(&path))?;
    }
    staged.sync().map_err(cannot_use(&database))?;
    put_new(staged, &database)?;
    let closed = imprint::hash(&database).map_err(cannot_use(&database))?;
    hold.note(&generation, Some(closed))?;
    Ok(checked.contents)
}

/// What a backup has, read through.
struct Checked {
    contents: Contents,
    keys: Option<Zeroizing<Vec<u8>>>,
}

fn check(source: &Path) -> Result<Checked, WorkspaceError> {
    if !source.exists() {
        return Err(cannot_use(source)(std::io::ErrorKind::NotFound.into()));
    }
    let no_backup = |reason: &str| WorkspaceError::NotABackup {
        path: source.to_owned(),
        reason: reason.to_owned(),
    };
    let unreadable = |error: rusqlite::Error| no_backup(&error.to_string());
    let db = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(unreadable)?;
    schema::check_whole(&db, source)?.map_err(|reason| no_backup(&reason))?;
    let found: Option<(i64, Option<Vec<u8>>)> = db
        .query_row("SELECT format, keys FROM backup", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(|_| no_backup("it was not made by `backup`"))?;
    let keys = match found {
        Some((FORMAT, keys)) => keys.map(Zeroizing::new),
        Some(_) => return Err(no_backup("its format is not known")),
        None => return Err(no_backup("it is not complete")),
    };
    if let Some(keys) = &keys {
        let access =
            local_access::parse(keys).map_err(|reason| no_backup(&format!("of its keys, {reason}")))?;
        local_access::compare(source, &access, &db).map_err(|_| no_backup("its keys are not its own"))?;
    }
    let contents = contents(&db).map_err(unreadable)?;
    Ok(Checked { contents, keys })
}

/// Whether the keys in the folder are those that the backup was made with.
fn fits(data_dir: &Path, source: &Path) -> Result<(), WorkspaceError> {
    let access = local_access::read(data_dir)?;
    let db = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    local_access::compare(data_dir, &access, &db)
}

/// Gives a database another name, with what belongs to it.
fn set_aside(database: &Path) -> Result<(), WorkspaceError> {
    let kept = format!("{DATABASE}.{}.old", Moment::now().0.as_millisecond());
    for end in ["-wal", "-shm", ""] {
        let from = database.with_file_name(format!("{DATABASE}{end}"));
        let to = database.with_file_name(format!("{kept}{end}"));
        match fs::rename(&from, to) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            moved => moved.map_err(cannot_use(&from))?,
        }
    }
    Ok(())
}
