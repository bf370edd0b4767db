//! Requests of devices that wait for an environment key (docs/protocol.md 10).

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::column::{named, parsed};
use super::devices::{self, Device};
use super::directory::{Environment, Project};
use super::history::{self, Event};
use super::keys;
use super::users::User;
use crate::stamp::{new_id, now};
use protocol::wire::RecordStatus;
use protocol::wire::reshare::RequestState;
use protocol::{DeviceId, EnvironmentId, EnvironmentName, OrganizationId, ProjectId, RequestId};

/// A request with what it is about.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) id: RequestId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) project_id: ProjectId,
    pub(crate) project_name: String,
    pub(crate) environment_id: EnvironmentId,
    pub(crate) environment_name: EnvironmentName,
    pub(crate) required_key_version: i64,
    pub(crate) target_user: User,
    pub(crate) target_device_id: DeviceId,
    pub(crate) device_name: String,
    pub(crate) device_platform: String,
    pub(crate) device_status: RecordStatus,
    pub(crate) status: RequestState,
    pub(crate) trigger_source: String,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) created_at: String,
    pub(crate) resolved_at: Option<String>,
    pub(crate) resolved_by: Option<User>,
}

/// What a request is made for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trigger {
    /// A device is new.
    DeviceLink,
    /// A device asked for the key and is not among its recipients.
    KeyFetch,
    /// The same, by pulling.
    Pull,
    /// A key is new, and leaves the device out.
    Manual,
}

impl Trigger {
    fn as_str(self) -> &'static str {
        match self {
            Self::DeviceLink => "device_link",
            Self::KeyFetch => "key_fetch",
            Self::Pull => "pull",
            Self::Manual => "manual",
        }
    }
}

/// Which requests are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Whether only those that wait for the user are wanted.
    pub(crate) own: bool,
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

impl Request {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let resolved_by = match row.get::<_, Option<String>>(19)? {
            Some(id) => Some(User {
                id,
                name: row.get(20)?,
                email: row.get(21)?,
            }),
            None => None,
        };
        Ok(Self {
            id: named(row, 0, RequestId::new)?,
            organization_id: named(row, 1, OrganizationId::new)?,
            project_id: named(row, 2, ProjectId::new)?,
            project_name: row.get(12)?,
            environment_id: named(row, 3, EnvironmentId::new)?,
            environment_name: named(row, 13, EnvironmentName::new)?,
            required_key_version: row.get(4)?,
            target_user: User {
                id: row.get(5)?,
                name: row.get(14)?,
                email: row.get(15)?,
            },
            target_device_id: named(row, 6, DeviceId::new)?,
            device_name: row.get(16)?,
            device_platform: row.get(17)?,
            device_status: parsed(row, 18, RecordStatus::parse)?,
            status: parsed(row, 7, RequestState::parse)?,
            trigger_source: row.get(8)?,
            cancel_reason: row.get(9)?,
            created_at: row.get(10)?,
            resolved_at: row.get(11)?,
            resolved_by,
        })
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
    if filter.own {
        sql.push_str(" AND r.target_user_id = ?2");
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

/// The pending request of a device for an environment's current key; one is made if there is none. There is one record for
/// an environment, device and version, which is used again; a pending one for another version is superseded.
pub(crate) fn pending(
    db: &Connection,
    user: &User,
    project: &Project,
    environment: &Environment,
    device: &Device,
    trigger: Trigger,
) -> rusqlite::Result<Vec<RequestId>> {
    let Some(key) = keys::current(db, &environment.id)? else {
        return Ok(Vec::new());
    };
    let known: Vec<(RequestId, i64, RequestState)> = db
        .prepare_cached(
            "SELECT id, required_key_version, status FROM reshare_requests
             WHERE environment_id = ?1 AND target_device_id = ?2",
        )?
        .query_map([environment.id.as_str(), device.id.as_str()], |row| {
            Ok((
                named(row, 0, RequestId::new)?,
                row.get(1)?,
                parsed(row, 2, RequestState::parse)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    for (id, version, state) in &known {
        if *state == RequestState::Pending && *version != key.version {
            let place = (&environment.project_id, &environment.id);
            resolve(db, user, place, id, RequestState::Superseded, None)?;
        }
    }
    let same = known.into_iter().find(|(_, version, _)| *version == key.version);
    let id = match same {
        Some((id, _, RequestState::Pending)) => return Ok(vec![id]),
        Some((id, ..)) => {
            reopen(db, &id, trigger)?;
            id
        }
        None => insert(db, project, environment, device, key.version, trigger)?,
    };
    let place = (&project.id, &environment.id);
    note(db, user, place, "environment_key_reshare_requested", &device.name)?;
    Ok(vec![id])
}

fn reopen(db: &Connection, id: &RequestId, trigger: Trigger) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE reshare_requests SET status = 'pending', trigger_source = ?2, cancel_reason = NULL, resolved_at = NULL,
         resolved_by_user_id = NULL, created_at = ?3 WHERE id = ?1",
    )?
    .execute(params![id.as_str(), trigger.as_str(), now()])?;
    Ok(())
}

fn insert(
    db: &Connection,
    project: &Project,
    environment: &Environment,
    device: &Device,
    version: i64,
    trigger: Trigger,
) -> rusqlite::Result<RequestId> {
    let id = RequestId::new(new_id());
    db.prepare_cached(
        "INSERT INTO reshare_requests (id, organization_id, project_id, environment_id, required_key_version,
         target_user_id, target_device_id, status, trigger_source, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', ?8, ?9)",
    )?
    .execute(params![
        id.as_str(),
        project.organization_id.as_str(),
        project.id.as_str(),
        environment.id.as_str(),
        version,
        device.user_id,
        device.id.as_str(),
        trigger.as_str(),
        now()
    ])?;
    Ok(id)
}

/// After a publication: completes the requests of its devices, named or not. Where the key is a new one, those for other
/// versions are superseded, and members' devices that it leaves out wait for it.
pub(crate) fn settle(
    db: &Connection,
    user: &User,
    (project, environment): (&Project, &Environment),
    included: &HashSet<&DeviceId>,
    new_version: Option<i64>,
) -> rusqlite::Result<()> {
    let waiting: Vec<(RequestId, DeviceId, i64)> = db
        .prepare_cached(
            "SELECT id, target_device_id, required_key_version FROM reshare_requests
             WHERE environment_id = ?1 AND status = 'pending'",
        )?
        .query_map([environment.id.as_str()], |row| {
            Ok((
                named(row, 0, RequestId::new)?,
                named(row, 1, DeviceId::new)?,
                row.get(2)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    let place = (&environment.project_id, &environment.id);
    for (id, device, required) in waiting {
        if included.contains(&device) {
            resolve(db, user, place, &id, RequestState::Completed, None)?;
        } else if new_version.is_some_and(|version| version != required) {
            resolve(db, user, place, &id, RequestState::Superseded, None)?;
        }
    }
    if new_version.is_some() {
        for (device, _) in devices::of_organization(db, &project.organization_id)? {
            if !included.contains(&device.id) {
                pending(db, user, project, environment, &device, Trigger::Manual)?;
            }
        }
    }
    Ok(())
}

/// Ends the pending requests of a revoked device.
pub(crate) fn cancel(db: &Connection, user: &User, device: &DeviceId) -> rusqlite::Result<()> {
    let waiting: Vec<(RequestId, ProjectId, EnvironmentId)> = db
        .prepare_cached(
            "SELECT id, project_id, environment_id FROM reshare_requests
             WHERE target_device_id = ?1 AND status = 'pending'",
        )?
        .query_map([device.as_str()], |row| {
            Ok((
                named(row, 0, RequestId::new)?,
                named(row, 1, ProjectId::new)?,
                named(row, 2, EnvironmentId::new)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    for (id, project, environment) in waiting {
        let reason = Some("device_revoked");
        resolve(
            db,
            user,
            (&project, &environment),
            &id,
            RequestState::Cancelled,
            reason,
        )?;
    }
    Ok(())
}

fn resolve(
    db: &Connection,
    user: &User,
    place: (&ProjectId, &EnvironmentId),
    id: &RequestId,
    state: RequestState,
    reason: Option<&str>,
) -> rusqlite::Result<()> {
    let state = state.as_str();
    db.prepare_cached(
        "UPDATE reshare_requests SET status = ?2, cancel_reason = ?3, resolved_at = ?4, resolved_by_user_id = ?5
         WHERE id = ?1",
    )?
    .execute(params![id.as_str(), state, reason, now(), user.id])?;
    let operation = format!("environment_key_reshare_{state}");
    note(db, user, place, &operation, id.as_str())
}

fn note(
    db: &Connection,
    user: &User,
    (project, environment): (&ProjectId, &EnvironmentId),
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
