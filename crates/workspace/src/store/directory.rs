//! Organisations, projects and environments, and who may see them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::named;
use super::users::User;
use super::{Denial, StoreError, Thing};
use crate::roles::Role;
use crate::stamp::{new_id, now};
use protocol::{EnvironmentId, EnvironmentName, OrganizationId, ProjectId};

/// An organisation.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) id: OrganizationId,
    pub(crate) name: String,
    pub(crate) slug: String,
    /// `free`, or one that is paid for.
    pub(crate) plan: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// The plan without an audit log.
const FREE: &str = "free";
/// The plans with audit webhooks.
const WITH_WEBHOOKS: [&str; 2] = ["scale", "enterprise"];

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) deployment_provider: String,
    /// JSON, as its maker sent it.
    pub(crate) stack: Option<String>,
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
    pub(crate) file_format: String,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

const ORGANIZATION: &str = "SELECT o.id, o.name, o.slug, o.plan, o.created_at, o.updated_at";
const PROJECT: &str = "SELECT id, organization_id, name, slug, deployment_provider, stack, created_at, updated_at FROM projects";
const ENVIRONMENT: &str =
    "SELECT id, project_id, name, type, file_format, created_at, updated_at FROM environments";

impl Organization {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: named(row, 0, OrganizationId::new)?,
            name: row.get(1)?,
            slug: row.get(2)?,
            plan: row.get(3)?,
            created_at: row.get(4)?,
            updated_at: row.get(5)?,
        })
    }

    /// Whether its plan has an audit log to be read.
    pub(crate) fn has_audits(&self) -> bool {
        self.plan != FREE
    }

    /// Whether its plan has audit webhooks.
    pub(crate) fn has_audit_webhooks(&self) -> bool {
        WITH_WEBHOOKS.contains(&self.plan.as_str())
    }
}

impl Project {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: named(row, 0, ProjectId::new)?,
            organization_id: named(row, 1, OrganizationId::new)?,
            name: row.get(2)?,
            slug: row.get(3)?,
            deployment_provider: row.get(4)?,
            stack: row.get(5)?,
            created_at: row.get(6)?,
            updated_at: row.get(7)?,
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
            file_format: row.get(4)?,
            created_at: row.get(5)?,
            updated_at: row.get(6)?,
        })
    }
}

/// The user's organisations, moved ones too.
pub(crate) fn organizations(db: &Connection, user: &User) -> rusqlite::Result<Vec<Organization>> {
    db.prepare_cached(&format!(
        "{ORGANIZATION} FROM organizations o JOIN memberships m ON m.organization_id = o.id
         WHERE m.user_id = ?1 ORDER BY o.name"
    ))?
    .query_map([&user.id], Organization::from_row)?
    .collect()
}

/// An organisation that the user belongs to, with the role there. One that was moved is refused before anything else is
/// looked at, as the hosted service does.
pub(crate) fn membership(
    db: &Connection,
    user: &User,
    organization: &str,
) -> Result<(Organization, Role), StoreError> {
    let found: Option<(Organization, bool)> = db
        .prepare_cached(&format!(
            "{ORGANIZATION}, o.moved FROM organizations o WHERE o.id = ?1"
        ))?
        .query_row([organization], |row| {
            Ok((Organization::from_row(row)?, row.get(6)?))
        })
        .optional()?;
    let (organization, moved) = found.ok_or(StoreError::NotFound(Thing::Organization))?;
    if moved {
        return Err(StoreError::Denied(Denial::Moved));
    }
    let role: Option<(String, bool)> = db
        .prepare_cached("SELECT role, is_owner FROM memberships WHERE organization_id = ?1 AND user_id = ?2")?
        .query_row([organization.id.as_str(), &user.id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (role, is_owner) = role.ok_or(StoreError::Denied(Denial::NotAMember))?;
    // Owners count as admins.
    let role = if is_owner {
        Some(Role::Admin)
    } else {
        Role::parse(&role)
    };
    role.map(|role| (organization, role))
        .ok_or(StoreError::Denied(Denial::NotAMember))
}

/// Refuses an environment whose organisation was moved to the desktop program.
pub(crate) fn refuse_moved(db: &Connection, environment: &EnvironmentId) -> Result<(), StoreError> {
    let moved: bool = db
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM environments e JOIN projects p ON p.id = e.project_id
             JOIN organizations o ON o.id = p.organization_id WHERE e.id = ?1 AND o.moved)",
        )?
        .query_row([environment.as_str()], |row| row.get(0))?;
    if moved {
        return Err(StoreError::Denied(Denial::Moved));
    }
    Ok(())
}

/// A member of an organisation.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) user: User,
    pub(crate) role: String,
    pub(crate) joined_at: Option<String>,
    pub(crate) is_owner: bool,
}

/// The members of an organisation, by name.
pub(crate) fn members(db: &Connection, organization: &OrganizationId) -> rusqlite::Result<Vec<Member>> {
    db.prepare_cached(
        "SELECT u.id, u.name, u.email, m.role, m.joined_at, m.is_owner FROM memberships m
         JOIN users u ON u.id = m.user_id WHERE m.organization_id = ?1 ORDER BY u.name, u.id",
    )?
    .query_map([organization.as_str()], |row| {
        Ok(Member {
            user: User {
                id: row.get(0)?,
                name: row.get(1)?,
                email: row.get(2)?,
            },
            role: row.get(3)?,
            joined_at: row.get(4)?,
            is_owner: row.get(5)?,
        })
    })?
    .collect()
}

/// The projects of an organisation.
pub(crate) fn projects(db: &Connection, organization: &str) -> rusqlite::Result<Vec<Project>> {
    db.prepare_cached(&format!(
        "{PROJECT} WHERE organization_id = ?1 ORDER BY created_at, id"
    ))?
    .query_map([organization], Project::from_row)?
    .collect()
}

/// A project, if the user belongs to its organisation, with both and the role there.
pub(crate) fn project(
    db: &Connection,
    user: &User,
    id: &str,
) -> Result<(Project, Organization, Role), StoreError> {
    let project = project_by_id(db, id)?.ok_or(StoreError::NotFound(Thing::Project))?;
    let (organization, role) = membership(db, user, project.organization_id.as_str())?;
    Ok((project, organization, role))
}

/// A project by id, whoever's it is.
pub(crate) fn project_by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Project>> {
    db.prepare_cached(&format!("{PROJECT} WHERE id = ?1"))?
        .query_row([id], Project::from_row)
        .optional()
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
        stack: new.stack.clone(),
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
    new: &NewEnvironment<'_>,
    at: &str,
) -> rusqlite::Result<Environment> {
    let id = EnvironmentId::new(new_id());
    db.prepare_cached(
        "INSERT INTO environments (id, project_id, name, type, file_format, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )?
    .execute(params![
        id.as_str(),
        project.as_str(),
        new.name,
        new.kind,
        new.file_format,
        at
    ])?;
    Ok(Environment {
        id,
        project_id: project.clone(),
        name: EnvironmentName::new(new.name),
        kind: new.kind.to_owned(),
        file_format: new.file_format.to_owned(),
        created_at: at.to_owned(),
        updated_at: at.to_owned(),
    })
}

/// What an environment is made of, or becomes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewEnvironment<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) file_format: &'a str,
}

/// Changes an environment. Nothing that carries its old name is sealed anew (docs/protocol.md G21).
pub(crate) fn change_environment(
    db: &Connection,
    id: &EnvironmentId,
    new: &NewEnvironment<'_>,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE environments SET name = ?2, type = ?3, file_format = ?4, updated_at = ?5 WHERE id = ?1",
    )?
    .execute(params![id.as_str(), new.name, new.kind, new.file_format, now()])?;
    Ok(())
}

/// Removes an environment with everything in it.
pub(crate) fn delete_environment(db: &Connection, id: &EnvironmentId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE environments SET base_id = NULL WHERE base_id = ?1")?
        .execute([id.as_str()])?;
    db.prepare_cached("DELETE FROM environments WHERE id = ?1")?
        .execute([id.as_str()])?;
    Ok(())
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
