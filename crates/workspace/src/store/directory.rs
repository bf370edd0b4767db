//! Organisations, projects and environments, and who may see them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use super::{new_id, now};
use crate::answer::Refusal;
use crate::auth::User;

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) name: String,
    slug: String,
    deployment_provider: String,
    created_at: String,
    updated_at: String,
}

/// An environment.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) base_id: Option<String>,
    created_at: String,
    updated_at: String,
}

const PROJECT: &str =
    "SELECT id, organization_id, name, slug, deployment_provider, created_at, updated_at FROM projects";
const ENVIRONMENT: &str =
    "SELECT id, project_id, name, type, base_id, created_at, updated_at FROM environments";

impl Project {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            organization_id: row.get(1)?,
            name: row.get(2)?,
            slug: row.get(3)?,
            deployment_provider: row.get(4)?,
            created_at: row.get(5)?,
            updated_at: row.get(6)?,
        })
    }

    /// As docs/protocol.md 3 has it.
    pub(crate) fn to_json(&self, environments: &[Environment]) -> Value {
        json!({
            "id": self.id, "name": self.name, "slug": self.slug, "organization_id": self.organization_id,
            "deployment_provider": self.deployment_provider,
            "environments": environments.iter().map(Environment::to_json).collect::<Vec<_>>(),
            "created_at": self.created_at, "updated_at": self.updated_at,
        })
    }
}

impl Environment {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            project_id: row.get(1)?,
            name: row.get(2)?,
            kind: row.get(3)?,
            base_id: row.get(4)?,
            created_at: row.get(5)?,
            updated_at: row.get(6)?,
        })
    }

    /// As docs/protocol.md 3 has it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "type": self.kind, "base_id": self.base_id,
            "created_at": self.created_at, "updated_at": self.updated_at,
        })
    }
}

/// The user's organisations.
pub(crate) fn organizations(db: &Connection, user: &User) -> rusqlite::Result<Vec<Value>> {
    let mut statement = db.prepare_cached(
        "SELECT o.id, o.name, o.slug, o.created_at, o.updated_at FROM organizations o
         JOIN memberships m ON m.organization_id = o.id WHERE m.user_id = ?1 ORDER BY o.name",
    )?;
    let rows = statement.query_map([&user.id], |row| {
        Ok(json!({
            "id": row.get::<_, String>(0)?, "name": row.get::<_, String>(1)?, "slug": row.get::<_, String>(2)?,
            "created_at": row.get::<_, String>(3)?, "updated_at": row.get::<_, String>(4)?,
        }))
    })?;
    rows.collect()
}

/// Whether the organisation exists and the user belongs to it.
pub(crate) fn require_member(db: &Connection, user: &User, organization: &str) -> Result<(), Refusal> {
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
        (true, false) => Err(Refusal::forbidden("You do not belong to this organisation.")),
        (false, false) => Err(Refusal::not_found("Organisation")),
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
pub(crate) fn project(db: &Connection, user: &User, id: &str) -> Result<Project, Refusal> {
    let project = db
        .prepare_cached(&format!("{PROJECT} WHERE id = ?1"))?
        .query_row([id], Project::from_row)
        .optional()?
        .ok_or_else(|| Refusal::not_found("Project"))?;
    require_member(db, user, &project.organization_id)?;
    Ok(project)
}

/// Makes a project.
pub(crate) fn create_project(
    db: &Connection,
    organization: &str,
    new: &NewProject<'_>,
) -> Result<Project, Refusal> {
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
    let (id, at) = (new_id(), now());
    db.prepare_cached(
        "INSERT INTO projects (id, organization_id, name, slug, description, deployment_provider, stack, created_at,
         updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
    )?
    .execute(params![id, organization, new.name, slug, new.description, new.deployment_provider, new.stack, at])?;
    Ok(Project {
        id,
        organization_id: organization.to_owned(),
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
pub(crate) fn environments(db: &Connection, project: &str) -> rusqlite::Result<Vec<Environment>> {
    db.prepare_cached(&format!("{ENVIRONMENT} WHERE project_id = ?1 ORDER BY rowid"))?
        .query_map([project], Environment::from_row)?
        .collect()
}

/// An environment by name.
pub(crate) fn environment(db: &Connection, project: &str, name: &str) -> Result<Environment, Refusal> {
    db.prepare_cached(&format!("{ENVIRONMENT} WHERE project_id = ?1 AND name = ?2"))?
        .query_row([project, name], Environment::from_row)
        .optional()?
        .ok_or_else(|| Refusal::not_found("Environment"))
}

/// An environment by id, wherever it is.
pub(crate) fn environment_by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Environment>> {
    db.prepare_cached(&format!("{ENVIRONMENT} WHERE id = ?1"))?
        .query_row([id], Environment::from_row)
        .optional()
}

/// Makes an environment; the name has been checked and is free.
pub(crate) fn create_environment(
    db: &Connection,
    project: &str,
    name: &str,
    kind: &str,
    base_id: Option<&str>,
    at: &str,
) -> rusqlite::Result<Environment> {
    let id = new_id();
    db.prepare_cached(
        "INSERT INTO environments (id, project_id, name, type, base_id, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )?
    .execute(params![id, project, name, kind, base_id, at])?;
    Ok(Environment {
        id,
        project_id: project.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        base_id: base_id.map(str::to_owned),
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
