//! Requests of devices that wait for an environment key (docs/protocol.md 10).

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Value, json};

use super::devices::{self, Device};
use super::directory::{Environment, Project};
use super::history::{self, Event};
use super::{keys, new_id, now};
use crate::auth::User;

/// A request as the API shows it, with what routes need to know of it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment_id: String,
    pub(crate) status: String,
    pub(crate) target_device_id: String,
    json: Value,
}

/// Which requests are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) role: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) environment_id: Option<String>,
    pub(crate) device_id: Option<String>,
    pub(crate) offset: i64,
    pub(crate) limit: i64,
}

const REQUEST: &str = "SELECT r.id, r.organization_id, r.project_id, r.environment_id, r.required_key_version,
    r.target_user_id, r.target_device_id, r.status, r.trigger_source, r.cancel_reason, r.created_at, r.resolved_at,
    p.name, e.name, u.name, u.email, d.name, d.platform, d.status, b.id, b.name, b.email
    FROM reshare_requests r JOIN projects p ON p.id = r.project_id JOIN environments e ON e.id = r.environment_id
    JOIN users u ON u.id = r.target_user_id JOIN devices d ON d.id = r.target_device_id
    LEFT JOIN users b ON b.id = r.resolved_by_user_id";

/// An active, own device of the user that holds the current key.
const MAY_FULFIL: &str = "EXISTS (SELECT 1 FROM devices own
    JOIN recipients held ON held.recipient_id = own.id AND held.type = 'device'
    JOIN environment_keys k ON k.id = held.environment_key_id
    WHERE own.user_id = ?2 AND own.status = 'active' AND k.environment_id = r.environment_id
    AND k.version = (SELECT max(version) FROM environment_keys WHERE environment_id = r.environment_id))";

impl Request {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let text = |index: usize| row.get::<_, Option<String>>(index);
        let resolved_by = match text(19)? {
            Some(id) => {
                json!({ "data": { "id": id, "attributes": { "name": text(20)?, "email": text(21)? } } })
            }
            None => json!({ "data": null }),
        };
        Ok(Self {
            environment_id: row.get(3)?,
            status: row.get(7)?,
            target_device_id: row.get(6)?,
            json: json!({
                "type": "environment-key-reshare-requests", "id": text(0)?,
                "attributes": {
                    "organization_id": text(1)?, "project_id": text(2)?, "environment_id": text(3)?,
                    "required_key_version": row.get::<_, i64>(4)?,
                    "target_user_id": text(5)?, "target_device_id": text(6)?, "status": text(7)?,
                    "trigger_source": text(8)?, "cancel_reason": text(9)?, "created_at": text(10)?,
                    "resolved_at": text(11)?, "last_notified_at": null,
                },
                "relationships": {
                    "project": { "data": { "id": text(2)?, "attributes": { "name": text(12)? } } },
                    "environment": { "data": { "id": text(3)?, "attributes": { "name": text(13)? } } },
                    "target_user": { "data": {
                        "id": text(5)?, "attributes": { "name": text(14)?, "email": text(15)? },
                    } },
                    "target_device": { "data": {
                        "id": text(6)?,
                        "attributes": { "name": text(16)?, "platform": text(17)?, "status": text(18)? },
                    } },
                    "resolved_by_user": resolved_by,
                },
            }),
        })
    }

    /// As the API shows it.
    pub(crate) fn to_json(&self) -> Value {
        self.json.clone()
    }
}

/// The requests of an organisation, newest first; one more than the limit if there are more.
pub(crate) fn list(
    db: &Connection,
    organization: &str,
    user: &User,
    filter: &Filter,
) -> rusqlite::Result<Vec<Request>> {
    let mut sql = format!("{REQUEST} WHERE r.organization_id = ?1 AND ?2 IS NOT NULL");
    let mut values = vec![organization.to_owned(), user.id.clone()];
    match filter.role.as_deref() {
        Some("recipient") => sql.push_str(" AND r.target_user_id = ?2"),
        Some(_) => sql.push_str(&format!(" AND {MAY_FULFIL}")),
        None => {}
    }
    for (column, wanted) in [
        ("r.status", &filter.status),
        ("r.project_id", &filter.project_id),
        ("r.environment_id", &filter.environment_id),
        ("r.target_device_id", &filter.device_id),
    ] {
        if let Some(wanted) = wanted {
            values.push(wanted.clone());
            sql.push_str(&format!(" AND {column} = ?{}", values.len()));
        }
    }
    sql.push_str(&format!(
        " ORDER BY r.created_at DESC, r.id DESC LIMIT {} OFFSET {}",
        filter.limit.saturating_add(1),
        filter.offset
    ));
    db.prepare_cached(&sql)?
        .query_map(params_from_iter(values), Request::from_row)?
        .collect()
}

/// One request of an organisation.
pub(crate) fn find(db: &Connection, organization: &str, id: &str) -> rusqlite::Result<Option<Request>> {
    db.prepare_cached(&format!("{REQUEST} WHERE r.organization_id = ?1 AND r.id = ?2"))?
        .query_row([organization, id], Request::from_row)
        .optional()
}

/// The pending requests of a device in an environment; one is made if there is none. One for an older version of the key
/// is superseded by it.
pub(crate) fn pending(
    db: &Connection,
    user: &User,
    project: &Project,
    environment: &Environment,
    device: &Device,
    trigger: &str,
) -> rusqlite::Result<Vec<String>> {
    let Some(key) = keys::current(db, &environment.id)? else {
        return Ok(Vec::new());
    };
    let found: Option<(String, i64)> = db
        .prepare_cached(
            "SELECT id, required_key_version FROM reshare_requests
             WHERE environment_id = ?1 AND target_device_id = ?2 AND status = 'pending'",
        )?
        .query_row([&environment.id, &device.id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match found {
        Some((id, version)) if version >= key.version => return Ok(vec![id]),
        Some((id, _)) => supersede(db, user, environment, &id)?,
        None => {}
    }
    let id = new_id();
    db.prepare_cached(
        "INSERT INTO reshare_requests (id, organization_id, project_id, environment_id, required_key_version,
         target_user_id, target_device_id, status, trigger_source, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', ?8, ?9)",
    )?
    .execute(params![
        id,
        project.organization_id,
        project.id,
        environment.id,
        key.version,
        device.user_id,
        device.id,
        trigger,
        now()
    ])?;
    note(
        db,
        user,
        &project.id,
        &environment.id,
        "environment_key_reshare_requested",
        &device.name,
    )?;
    Ok(vec![id])
}

fn supersede(db: &Connection, user: &User, environment: &Environment, id: &str) -> rusqlite::Result<()> {
    let (project, reason) = (&environment.project_id, Some("key_rotated"));
    resolve(db, user, project, &environment.id, id, "superseded", reason)
}

/// After a publication: completes the requests of its devices; when the key is a new one, the others are superseded by
/// requests for the new one.
pub(crate) fn settle(
    db: &Connection,
    user: &User,
    (project, environment): (&Project, &Environment),
    version: i64,
    included: &HashSet<&str>,
) -> rusqlite::Result<()> {
    let waiting: Vec<(String, String, i64)> = db
        .prepare_cached(
            "SELECT id, target_device_id, required_key_version FROM reshare_requests
             WHERE environment_id = ?1 AND status = 'pending'",
        )?
        .query_map([&environment.id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    for (id, device, required) in waiting {
        if included.contains(device.as_str()) {
            resolve(
                db,
                user,
                &environment.project_id,
                &environment.id,
                &id,
                "completed",
                None,
            )?;
        } else if required < version {
            match devices::find(db, &device)? {
                Some(device) => drop(pending(db, user, project, environment, &device, "key_rotated")?),
                None => supersede(db, user, environment, &id)?,
            }
        }
    }
    Ok(())
}

/// Ends the pending requests of a revoked device.
pub(crate) fn cancel(db: &Connection, user: &User, device: &str) -> rusqlite::Result<()> {
    let waiting: Vec<(String, String, String)> = db
        .prepare_cached(
            "SELECT id, project_id, environment_id FROM reshare_requests
             WHERE target_device_id = ?1 AND status = 'pending'",
        )?
        .query_map([device], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (id, project, environment) in waiting {
        resolve(
            db,
            user,
            &project,
            &environment,
            &id,
            "cancelled",
            Some("device_revoked"),
        )?;
    }
    Ok(())
}

fn resolve(
    db: &Connection,
    user: &User,
    project: &str,
    environment: &str,
    id: &str,
    status: &str,
    reason: Option<&str>,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE reshare_requests SET status = ?2, cancel_reason = ?3, resolved_at = ?4, resolved_by_user_id = ?5
         WHERE id = ?1",
    )?
    .execute(params![id, status, reason, now(), user.id])?;
    note(
        db,
        user,
        project,
        environment,
        &format!("environment_key_reshare_{status}"),
        id,
    )
}

fn note(
    db: &Connection,
    user: &User,
    project: &str,
    environment: &str,
    operation: &str,
    about: &str,
) -> rusqlite::Result<()> {
    let event = Event {
        operation,
        description: Some(about.to_owned()),
        ..Event::default()
    };
    history::record(db, user, project, Some(environment), event)
}
