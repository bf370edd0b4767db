//! Who did what, and when (docs/protocol.md 10b). Written in the transaction of the deed itself.

use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use super::directory::Environment;
use super::{new_id, now};
use crate::auth::User;

/// The most entries of one feed.
const LIMIT: i64 = 500;

/// One deed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Event<'a> {
    pub(crate) operation: &'a str,
    pub(crate) description: Option<String>,
    pub(crate) kek: Option<(i64, String)>,
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
    project: &str,
    environment: Option<&str>,
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
        project,
        environment,
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

/// An entry as it is read back: the columns of [`ENTRY`].
struct Entry {
    id: String,
    environment: Option<(String, String, String)>,
    occurred_at: String,
    operation: String,
    description: Option<String>,
    actor: Value,
    variable: Option<(String, String, i64)>,
    kek: Value,
    line: Value,
    commented: bool,
    note: Option<String>,
}

const ENTRY: &str =
    "SELECT v.id, e.id, e.name, e.type, v.occurred_at, v.operation, v.description, v.actor_type,
    v.actor_id, v.actor_name, v.actor_email, v.variable, v.variable_id, v.variable_version, v.kek_version,
    v.kek_fingerprint, v.line_bytes, v.commented, v.change_note
    FROM events v LEFT JOIN environments e ON e.id = v.environment_id";

impl Entry {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let text = |index: usize| row.get::<_, Option<String>>(index);
        let number = |index: usize| row.get::<_, Option<i64>>(index);
        let kek = number(14)?.map(|version| -> rusqlite::Result<Value> {
            Ok(json!({ "version": version, "fingerprint": text(15)? }))
        });
        Ok(Self {
            id: row.get(0)?,
            environment: match (text(1)?, text(2)?, text(3)?) {
                (Some(id), Some(name), Some(kind)) => Some((id, name, kind)),
                _ => None,
            },
            occurred_at: row.get(4)?,
            operation: row.get(5)?,
            description: text(6)?,
            actor: json!({
                "type": row.get::<_, String>(7)?, "id": text(8)?, "name": text(9)?, "email": text(10)?,
            }),
            variable: match (text(11)?, text(12)?, number(13)?) {
                (Some(name), Some(id), Some(version)) => Some((name, id, version)),
                _ => None,
            },
            kek: kek.transpose()?.unwrap_or(Value::Null),
            line: number(16)?.map_or(Value::Null, |bytes| json!({ "bytes": bytes, "display": null })),
            commented: row.get::<_, Option<bool>>(17)?.unwrap_or_default(),
            note: text(18)?,
        })
    }

    fn environment_json(&self) -> Value {
        self.environment.as_ref().map_or(
            Value::Null,
            |(id, name, kind)| json!({ "id": id, "name": name, "type": kind }),
        )
    }

    fn variable_json(&self) -> Value {
        self.variable.as_ref().map_or(Value::Null, |(name, id, version)| {
            let state = if self.operation == "variable_deleted" { "deleted" } else { "active" };
            json!({ "name": name, "version": version, "state": state, "version_id": format!("{id}:{version}") })
        })
    }

    fn to_json(&self) -> Value {
        json!({
            "id": self.id, "occurred_at": self.occurred_at, "actor": self.actor, "operation": self.operation,
            "variable": self.variable_json(), "kek": self.kek, "line": self.line, "commented": self.commented,
            "description": self.description.as_deref().unwrap_or_default(),
        })
    }
}

/// The feed of an environment.
pub(crate) fn of_environment(db: &Connection, environment: &Environment) -> rusqlite::Result<Value> {
    let mut statement = db.prepare_cached(&format!(
        "{ENTRY} WHERE v.environment_id = ?1 ORDER BY v.occurred_at DESC, v.rowid DESC LIMIT {LIMIT}"
    ))?;
    let entries: Vec<Entry> = statement
        .query_map([&environment.id], Entry::from_row)?
        .collect::<Result<_, _>>()?;
    let (variables, changed) = totals(db, "e.id = ?1", &environment.id)?;
    let rows = entries.iter().map(|entry| {
        let mut row = entry.to_json();
        if let Some(members) = row.as_object_mut() {
            let secret = entry.variable.as_ref().map(|(_, id, _)| id.clone());
            members.insert("environment_secret_id".to_owned(), secret.into());
        }
        row
    });
    Ok(json!({
        "scope": "environment",
        "environment": { "id": environment.id, "name": environment.name, "type": environment.kind },
        "summary": {
            "variables_changed_last_24h": changed, "total_variables": variables,
            "last_actor": entries.first().map(|entry| &entry.actor),
            "last_change_at": entries.first().map(|entry| &entry.occurred_at),
        },
        "entries": rows.collect::<Vec<_>>(),
    }))
}

/// The feed of a project with all its environments.
pub(crate) fn of_project(db: &Connection, project: &str, name: &str) -> rusqlite::Result<Value> {
    let mut statement = db.prepare_cached(&format!(
        "{ENTRY} WHERE v.project_id = ?1 ORDER BY v.occurred_at DESC, v.rowid DESC LIMIT {LIMIT}"
    ))?;
    let entries: Vec<Entry> = statement
        .query_map([project], Entry::from_row)?
        .collect::<Result<_, _>>()?;
    let (variables, changed) = totals(db, "e.project_id = ?1", project)?;
    let environments: i64 = db.query_row(
        "SELECT count(*) FROM environments WHERE project_id = ?1",
        [project],
        |row| row.get(0),
    )?;
    let rows = entries.iter().map(|entry| {
        let mut row = entry.to_json();
        if let Some(members) = row.as_object_mut() {
            let kind = if entry.environment.is_some() {
                "environment"
            } else {
                "project"
            };
            members.insert(
                "scope".to_owned(),
                json!({ "type": kind, "environment": entry.environment_json() }),
            );
        }
        row
    });
    Ok(json!({
        "scope": "project", "project": { "id": project, "name": name },
        "summary": {
            "environment_count": environments, "total_variables": variables, "variables_changed_last_24h": changed,
            "actors_last_24h": actors(db, project)?,
            "last_actor": entries.first().map(|entry| &entry.actor),
            "last_change_at": entries.first().map(|entry| &entry.occurred_at),
        },
        "entries": rows.collect::<Vec<_>>(),
    }))
}

/// The feed of one variable; `None` if there was never one of that name.
pub(crate) fn of_variable(
    db: &Connection,
    environment: &Environment,
    name: &str,
) -> rusqlite::Result<Option<Value>> {
    let mut statement = db.prepare_cached(&format!(
        "{ENTRY} WHERE v.environment_id = ?1 AND v.variable = ?2
         ORDER BY v.occurred_at DESC, v.rowid DESC LIMIT {LIMIT}"
    ))?;
    let entries: Vec<Entry> = statement
        .query_map([&environment.id, name], Entry::from_row)?
        .collect::<Result<_, _>>()?;
    let Some(last) = entries.first() else {
        return Ok(None);
    };
    let rows = entries.iter().map(|entry| {
        let version = entry.variable.as_ref().map_or(0, |(_, _, version)| *version);
        let mut row = entry.to_json();
        if let Some(members) = row.as_object_mut() {
            members.insert("version".to_owned(), version.into());
            let body = entry
                .note
                .as_deref()
                .and_then(|note| serde_json::from_str::<Value>(note).ok());
            if let Some(body) = body {
                let note = json!({
                    "id": entry.id, "created_at": entry.occurred_at, "actor": entry.actor, "body": body,
                });
                members.insert("change_note".to_owned(), note);
            }
        }
        row
    });
    Ok(Some(json!({
        "scope": "variable",
        "environment": { "id": environment.id, "name": environment.name, "type": environment.kind },
        "variable": {
            "name": name, "latest_version": last.variable.as_ref().map(|(_, _, version)| version),
            "last_updated_at": last.occurred_at, "last_updated_by": last.actor,
        },
        "entries": rows.collect::<Vec<_>>(),
        "meta": { "limit": LIMIT, "truncated": false, "permissions": { "view_version_change_notes": true } },
    })))
}

/// How many variables there are, and how many of them changed within a day.
fn totals(db: &Connection, condition: &str, id: &str) -> rusqlite::Result<(i64, i64)> {
    db.prepare_cached(&format!(
        "SELECT count(*), count(*) FILTER (WHERE v.updated_at >= ?2) FROM variables v
         JOIN environments e ON e.id = v.environment_id WHERE {condition}"
    ))?
    .query_row([id, &yesterday()], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn actors(db: &Connection, project: &str) -> rusqlite::Result<Value> {
    let mut statement = db.prepare_cached(
        "SELECT coalesce(actor_email, actor_name, actor_type), count(*) FROM events
         WHERE project_id = ?1 AND occurred_at >= ?2 GROUP BY 1 ORDER BY 1",
    )?;
    let rows = statement.query_map([project, &yesterday()], |row| {
        Ok((row.get::<_, String>(0)?, Value::from(row.get::<_, i64>(1)?)))
    })?;
    rows.collect::<Result<serde_json::Map<_, _>, _>>()
        .map(Value::Object)
}

fn yesterday() -> String {
    protocol::Moment::now().plus_seconds(-86_400).to_wire()
}
