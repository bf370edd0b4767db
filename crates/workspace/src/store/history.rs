//! What happened to variables and environment keys, and when (docs/protocol.md 10b). Written in the transaction of the deed itself.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params, params_from_iter};

use super::column::named;
use super::directory::Environment;
use super::users::User;
use crate::stamp::{new_id, now};
use protocol::{EnvironmentId, EnvironmentName, ProjectId};

/// The most entries of an environment's feed.
pub(crate) const ENVIRONMENT_LIMIT: i64 = 60;
/// The most entries of a project's feed, and of a variable's.
pub(crate) const PROJECT_LIMIT: i64 = 100;

/// One deed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event<'a> {
    pub(crate) operation: &'a str,
    pub(crate) description: Option<String>,
    /// Version and fingerprint of the environment key.
    pub(crate) kek: Option<(i64, Option<String>)>,
    pub(crate) variable: Option<Change>,
    /// When; now, if it is not said.
    pub(crate) at: Option<String>,
}

/// What was done to a variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: i64,
    pub(crate) line_bytes: Option<i64>,
    pub(crate) commented: bool,
    /// Sealed note, as JSON text.
    pub(crate) note: Option<String>,
}

/// Writes a deed of a user.
pub(crate) fn record(
    db: &Connection,
    user: &User,
    project: &ProjectId,
    environment: Option<&EnvironmentId>,
    event: Event<'_>,
) -> rusqlite::Result<()> {
    let (kek_version, kek_fingerprint) = event.kek.unzip();
    let change = event.variable.as_ref();
    db.prepare_cached(
        "INSERT INTO events (id, project_id, environment_id, occurred_at, operation, description, actor_type, actor_id,
         actor_name, actor_email, variable, variable_id, variable_version, kek_version, kek_fingerprint, line_bytes,
         commented, change_note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'user', ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        new_id(),
        project.as_str(),
        environment.map(EnvironmentId::as_str),
        event.at.unwrap_or_else(now),
        event.operation,
        event.description,
        user.id,
        user.name,
        user.email,
        change.map(|change| &change.name),
        change.map(|change| &change.id),
        change.map(|change| change.version),
        kek_version,
        kek_fingerprint,
        change.and_then(|change| change.line_bytes),
        change.map(|change| change.commented),
        change.and_then(|change| change.note.as_ref())
    ])?;
    Ok(())
}

/// An entry as it is read back.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) environment: Option<Place>,
    pub(crate) occurred_at: String,
    pub(crate) operation: String,
    pub(crate) description: Option<String>,
    pub(crate) actor: Actor,
    pub(crate) variable: Option<Version>,
    /// Version and fingerprint of the environment key.
    pub(crate) kek: Option<(i64, Option<String>)>,
    pub(crate) line_bytes: Option<i64>,
    pub(crate) commented: bool,
    /// Sealed note, as JSON text.
    pub(crate) note: Option<String>,
}

/// The environment of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) id: EnvironmentId,
    pub(crate) name: EnvironmentName,
    pub(crate) kind: String,
}

/// Who did something.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) kind: String,
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

/// A variable in a version.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) number: i64,
}

/// How many variables there are, and how many of them changed within a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    pub(crate) variables: i64,
    pub(crate) changed: i64,
}

const ENTRY: &str =
    "SELECT v.id, e.id, e.name, e.type, v.occurred_at, v.operation, v.description, v.actor_type,
    v.actor_id, v.actor_name, v.actor_email, v.variable, v.variable_id, v.variable_version, v.kek_version,
    v.kek_fingerprint, v.line_bytes, v.commented, v.change_note
    FROM events v LEFT JOIN environments e ON e.id = v.environment_id";

impl Entry {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let has = |index: usize| row.get_ref(index).map(|value| value != ValueRef::Null);
        Ok(Self {
            id: row.get(0)?,
            environment: if has(1)? {
                Some(Place {
                    id: named(row, 1, EnvironmentId::new)?,
                    name: named(row, 2, EnvironmentName::new)?,
                    kind: row.get(3)?,
                })
            } else {
                None
            },
            occurred_at: row.get(4)?,
            operation: row.get(5)?,
            description: row.get(6)?,
            actor: Actor {
                kind: row.get(7)?,
                id: row.get(8)?,
                name: row.get(9)?,
                email: row.get(10)?,
            },
            variable: if has(11)? && has(12)? && has(13)? {
                Some(Version {
                    name: row.get(11)?,
                    id: row.get(12)?,
                    number: row.get(13)?,
                })
            } else {
                None
            },
            kek: if has(14)? {
                Some((row.get(14)?, row.get(15)?))
            } else {
                None
            },
            line_bytes: row.get(16)?,
            commented: row.get::<_, Option<bool>>(17)?.unwrap_or_default(),
            note: row.get(18)?,
        })
    }
}

/// What happened in an environment, newest first, and whether there is more.
pub(crate) fn of_environment(
    db: &Connection,
    environment: &Environment,
) -> rusqlite::Result<(Vec<Entry>, bool)> {
    let id = environment.id.as_str();
    entries(db, "v.environment_id = ?1", &[id], ENVIRONMENT_LIMIT)
}

/// What happened in a project with all its environments, newest first, and whether there is more.
pub(crate) fn of_project(db: &Connection, project: &ProjectId) -> rusqlite::Result<(Vec<Entry>, bool)> {
    entries(db, "v.project_id = ?1", &[project.as_str()], PROJECT_LIMIT)
}

/// What happened to the variable of a name, newest first; nothing if there was never one.
pub(crate) fn of_variable(
    db: &Connection,
    environment: &Environment,
    name: &str,
) -> rusqlite::Result<Vec<Entry>> {
    let wanted = "v.environment_id = ?1 AND v.variable = ?2";
    let found = entries(db, wanted, &[environment.id.as_str(), name], PROJECT_LIMIT)?;
    Ok(found.0)
}

fn entries(
    db: &Connection,
    condition: &str,
    values: &[&str],
    limit: i64,
) -> rusqlite::Result<(Vec<Entry>, bool)> {
    let mut found: Vec<Entry> = db
        .prepare_cached(&format!(
            "{ENTRY} WHERE {condition} ORDER BY v.occurred_at DESC, v.rowid DESC LIMIT {}",
            limit.saturating_add(1)
        ))?
        .query_map(params_from_iter(values), Entry::from_row)?
        .collect::<Result<_, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let truncated = found.len() > limit;
    found.truncate(limit);
    Ok((found, truncated))
}

/// The variables of an environment.
pub(crate) fn totals_of_environment(db: &Connection, id: &EnvironmentId) -> rusqlite::Result<Totals> {
    totals(db, "e.id = ?1", id.as_str())
}

/// The variables of a project.
pub(crate) fn totals_of_project(db: &Connection, id: &ProjectId) -> rusqlite::Result<Totals> {
    totals(db, "e.project_id = ?1", id.as_str())
}

fn totals(db: &Connection, condition: &str, id: &str) -> rusqlite::Result<Totals> {
    db.prepare_cached(&format!(
        "SELECT count(*), count(*) FILTER (WHERE v.updated_at >= ?2) FROM variables v
         JOIN environments e ON e.id = v.environment_id WHERE {condition}"
    ))?
    .query_row([id, &yesterday()], |row| {
        Ok(Totals {
            variables: row.get(0)?,
            changed: row.get(1)?,
        })
    })
}

/// How many environments a project has.
pub(crate) fn count_environments(db: &Connection, project: &ProjectId) -> rusqlite::Result<i64> {
    db.query_row(
        "SELECT count(*) FROM environments WHERE project_id = ?1",
        [project.as_str()],
        |row| row.get(0),
    )
}

/// How many things each did within a day, by e-mail address or else by name.
pub(crate) fn actors(db: &Connection, project: &ProjectId) -> rusqlite::Result<BTreeMap<String, i64>> {
    db.prepare_cached(
        "SELECT coalesce(actor_email, actor_name, actor_type), count(*) FROM events
         WHERE project_id = ?1 AND occurred_at >= ?2 GROUP BY 1 ORDER BY 1",
    )?
    .query_map([project.as_str(), &yesterday()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?
    .collect()
}

fn yesterday() -> String {
    protocol::Moment::now().plus_seconds(-86_400).to_wire()
}
