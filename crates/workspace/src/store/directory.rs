//! Organisations, projects and environments, and who may see them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::named;
use super::users::User;
use super::{Denial, StoreError, Thing};
use crate::stamp::{new_id, now};
use protocol::{EnvironmentId, EnvironmentName, OrganizationId, ProjectId};

/// An organisation.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) deployment_provider: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// An environment.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) id: EnvironmentId,
    pub(crate) project_id: ProjectId,
    pub(crate) name: EnvironmentName,
    /// `production`, `staging` and so on; the API checks which.
    pub(crate) kind: String,
    pub(crate) base_id: Option<EnvironmentId>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

const PROJECT: &str =
    "SELECT id, organization_id, name, slug, deployment_provider, created_at, updated_at FROM projects";
const ENVIRONMENT: &str =
    "SELECT id, project_id, name, type, base_id, created_at, updated_at FROM environments";

impl Project {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: named(row, 0, ProjectId::new)?,
            organization_id: named(row, 1, OrganizationId::new)?,
            name: row.get(2)?,
            slug: row.get(3)?,
            deployment_provider: row.get(4)?,
            created_at: row.get(5)?,
            updated_at: row.get(6)?,
        })
    }
}

impl Environment {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: named(row, 0, EnvironmentId::new)?,
            project_id: named(row, 1, ProjectId::new)?,
            name: named(row, 2, EnvironmentName::new)?,
            kind: row.get(3)?,
            base_id: row.get::<_, Option<String>>(4)?.map(EnvironmentId::new),
            created_at: row.get(5)?,
            updated_at: row.get(6)?,
        })
    }
}

/// The user's organisations.
pub(crate) fn organizations(db: &Connection, user: &User) -> rusqlite::Result<Vec<Organization>> {
    let mut statement = db.prepare_cached(
        "SELECT o.id, o.name, o.slug, o.created_at, o.updated_at FROM organizations o
         JOIN memberships m ON m.organization_id = o.id WHERE m.user_id = ?1 ORDER BY o.name",
    )?;
    let rows = statement.query_map([&user.id], |row| {
        Ok(Organization {
            id: named(row, 0, OrganizationId::new)?,
            name: row.get(1)?,
            slug: row.get(2)?,
            created_at: row.get(3)?,
            updated_at: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// Whether the organisation exists and the user belongs to it.
pub(crate) fn require_member(db: &Connection, user: &User, organization: &str) -> Result<(), StoreError> {
    let (exists, member): (bool, bool) = db
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM organizations WHERE id = ?1),
                    EXISTS(SELECT 1 FROM memberships WHERE organization_id = ?1 AND user_id = ?2)",
        )?
        .query_row(params![organization, user.id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    match (exists, member) {
        (_, true) => Ok(()),
        (true, false) => Err(StoreError::Denied(Denial::NotAMember)),
        (false, false) => Err(StoreError::NotFound(Thing::Organization)),
    }
}

/// The projects of an organisation.
pub(crate) fn projects(db: &Connection, organization: &str) -> rusqlite::Result<Vec<Project>> {
    db.prepare_cached(&format!(
        "{PROJECT} WHERE organization_id = ?1 ORDER BY created_at, id"
    ))?
    .query_map([organization], Project::from_row)?
    .collect()
}

/// A project, if the user may see it. Somebody else's is refused with 403, not hidden with 404: a client may take a 404
/// below a project for "no key yet" and make one (docs/protocol.md G3).
pub(crate) fn project(db: &Connection, user: &User, id: &str) -> Result<Project, StoreError> {
    let project = db
        .prepare_cached(&format!("{PROJECT} WHERE id = ?1"))?
        .query_row([id], Project::from_row)
        .optional()?
        .ok_or(StoreError::NotFound(Thing::Project))?;
    require_member(db, user, project.organization_id.as_str())?;
    Ok(project)
}

/// Makes a project.
pub(crate) fn create_project(
    db: &Connection,
    organization: &str,
    new: &NewProject<'_>,
) -> Result<Project, StoreError> {
    let base = slug(new.name);
    let taken = |slug: &str| -> rusqlite::Result<bool> {
        db.prepare_cached("SELECT EXISTS(SELECT 1 FROM projects WHERE organization_id = ?1 AND slug = ?2)")?
            .query_row([organization, slug], |row| row.get(0))
    };
    let mut slug = base.clone();
    let mut count = 1_u32;
    while taken(&slug)? {
        count += 1;
        slug = format!("{base}-{count}");
    }
    let (id, at) = (ProjectId::new(new_id()), now());
    db.prepare_cached(
        "INSERT INTO projects (id, organization_id, name, slug, description, deployment_provider, stack, created_at,
         updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
    )?
    .execute(params![id.as_str(), organization, new.name, slug, new.description, new.deployment_provider, new.stack, at])?;
    Ok(Project {
        id,
        organization_id: OrganizationId::new(organization),
        name: new.name.to_owned(),
        slug,
        deployment_provider: new.deployment_provider.to_owned(),
        created_at: at.clone(),
        updated_at: at,
    })
}

/// What a new project is made of.
pub(crate) struct NewProject<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: Option<&'a str>,
    pub(crate) deployment_provider: &'a str,
    pub(crate) stack: Option<String>,
}

/// The environments of a project.
pub(crate) fn environments(db: &Connection, project: &ProjectId) -> rusqlite::Result<Vec<Environment>> {
    db.prepare_cached(&format!("{ENVIRONMENT} WHERE project_id = ?1 ORDER BY rowid"))?
        .query_map([project.as_str()], Environment::from_row)?
        .collect()
}

/// An environment by name.
pub(crate) fn environment(
    db: &Connection,
    project: &ProjectId,
    name: &str,
) -> Result<Environment, StoreError> {
    db.prepare_cached(&format!("{ENVIRONMENT} WHERE project_id = ?1 AND name = ?2"))?
        .query_row([project.as_str(), name], Environment::from_row)
        .optional()?
        .ok_or(StoreError::NotFound(Thing::Environment))
}

/// An environment by id, wherever it is.
pub(crate) fn environment_by_id(
    db: &Connection,
    id: &EnvironmentId,
) -> rusqlite::Result<Option<Environment>> {
    db.prepare_cached(&format!("{ENVIRONMENT} WHERE id = ?1"))?
        .query_row([id.as_str()], Environment::from_row)
        .optional()
}

/// Makes an environment; the name has been checked and is free.
pub(crate) fn create_environment(
    db: &Connection,
    project: &ProjectId,
    name: &str,
    kind: &str,
    base_id: Option<&EnvironmentId>,
    at: &str,
) -> rusqlite::Result<Environment> {
    let id = EnvironmentId::new(new_id());
    let base = base_id.map(EnvironmentId::as_str);
    db.prepare_cached(
        "INSERT INTO environments (id, project_id, name, type, base_id, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )?
    .execute(params![id.as_str(), project.as_str(), name, kind, base, at])?;
    Ok(Environment {
        id,
        project_id: project.clone(),
        name: EnvironmentName::new(name),
        kind: kind.to_owned(),
        base_id: base_id.cloned(),
        created_at: at.to_owned(),
        updated_at: at.to_owned(),
    })
}

/// The environment and those it builds on, outermost first (docs/protocol.md 8.1 `chain`).
pub(crate) fn chain(db: &Connection, environment: &Environment) -> rusqlite::Result<Vec<Environment>> {
    let mut layers = vec![environment.clone()];
    while let Some(base) = layers.last().and_then(|layer| layer.base_id.clone()) {
        match environment_by_id(db, &base)? {
            Some(base) if layers.iter().all(|layer| layer.id != base.id) => layers.push(base),
            _ => break,
        }
    }
    layers.reverse();
    Ok(layers)
}

/// Lower-case letters, digits and single dashes.
fn slug(name: &str) -> String {
    let words = name.to_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        "project".to_owned()
    } else {
        words.join("-")
    }
}
