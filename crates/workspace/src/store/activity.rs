//! Who did what, deploy tokens and their runners included (docs/protocol.md 17). Written in the transaction of the deed itself.

use rusqlite::{Connection, Row, params};

use super::directory::{Environment, Project};
use super::tokens::Token;
use super::users::User;
use super::webhooks;
use crate::stamp::{new_id, now};
use protocol::{EnvironmentName, OrganizationId, ProjectId};

/// The log of the bearers of deploy tokens.
const CI_TOKEN: &str = "cli-token";
/// The log of everything about an environment.
const ENVIRONMENT: &str = "environment";
/// The log of everything about a project.
const PROJECT: &str = "project";

/// One deed, by whom, and what it was done to.
struct Deed<'a> {
    organization: &'a OrganizationId,
    project: &'a ProjectId,
    log_name: &'static str,
    event: &'a str,
    description: String,
    subject: Subject<'a>,
    causer: Causer<'a>,
    /// When; now, if it is not said.
    at: Option<String>,
}

/// What something was done to.
#[derive(Clone, Copy)]
struct Subject<'a> {
    kind: &'static str,
    id: &'a str,
    name: &'a str,
}

impl<'a> Subject<'a> {
    fn environment(environment: &'a Environment) -> Self {
        Self {
            kind: "environment",
            id: environment.id.as_str(),
            name: environment.name.as_str(),
        }
    }
}

/// Who did something.
#[derive(Clone, Copy)]
enum Causer<'a> {
    User(&'a User),
    /// A runner, by its deploy token.
    Token(&'a Token),
}

/// What a deploy token went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenDeed {
    Created,
    Rotated,
    Revoked,
    Deleted,
}

impl TokenDeed {
    fn event(self) -> &'static str {
        match self {
            Self::Created => "deployment_token_created",
            Self::Rotated => "deployment_token_rotated",
            Self::Revoked => "deployment_token_revoked",
            Self::Deleted => "deployment_token_deleted",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Rotated => "Rotated",
            Self::Revoked => "Revoked",
            Self::Deleted => "Deleted",
        }
    }
}

/// Where and by what program something is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By<'a> {
    pub(crate) user: &'a User,
    /// `cli` or `desktop`.
    pub(crate) source: &'static str,
    /// When; now, if it is not said.
    pub(crate) at: Option<&'a str>,
}

fn record(db: &Connection, deed: Deed<'_>) -> rusqlite::Result<()> {
    let (kind, id, name, email) = match deed.causer {
        Causer::User(user) => (
            "user",
            user.id.as_str(),
            user.name.as_str(),
            Some(user.email.as_str()),
        ),
        Causer::Token(token) => ("deployment_token", token.id.as_str(), token.name.as_str(), None),
    };
    let activity_id = new_id();
    db.prepare_cached(
        "INSERT INTO activity (id, organization_id, project_id, occurred_at, log_name, event, description, subject_type,
         subject_id, subject_name, causer_type, causer_id, causer_name, causer_email)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        activity_id,
        deed.organization.as_str(),
        deed.project.as_str(),
        deed.at.unwrap_or_else(now),
        deed.log_name,
        deed.event,
        deed.description,
        deed.subject.kind,
        deed.subject.id,
        deed.subject.name,
        kind,
        id,
        name,
        email
    ])?;
    // Bearers are no subject by which an organisation could be told (docs/protocol.md 19).
    if deed.log_name == CI_TOKEN {
        return Ok(());
    }
    webhooks::enqueue(db, deed.organization, &activity_id)
}

/// What a person did with a deploy token. The token is named in the text alone; the subject is its environment.
pub(crate) fn of_token(
    db: &Connection,
    by: By<'_>,
    project: &Project,
    token: &Token,
    deed: TokenDeed,
) -> rusqlite::Result<()> {
    let words = format!(
        "{} deployment token \"{}\" for \"{}\" via {}.",
        deed.words(),
        token.name,
        token.environment_name,
        by.source
    );
    let subject = Subject {
        kind: "environment",
        id: token.environment_id.as_str(),
        name: token.environment_name.as_str(),
    };
    by_user(db, by, project, (ENVIRONMENT, deed.event(), words), subject)
}

/// That a bearer was made or ended, which is an entry of its own.
pub(crate) fn of_bearer(
    db: &Connection,
    by: By<'_>,
    project: &Project,
    token: &Token,
    event: &'static str,
) -> rusqlite::Result<()> {
    let words = format!("CI token \"{}\" was {event}.", token.name);
    let subject = Subject {
        kind: "environment_token",
        id: &token.ci.id,
        name: &token.name,
    };
    by_user(db, by, project, (CI_TOKEN, event, words), subject)
}

/// What a person did in an environment.
pub(crate) fn of_environment(
    db: &Connection,
    by: By<'_>,
    project: &Project,
    environment: &Environment,
    (event, words): (&str, String),
) -> rusqlite::Result<()> {
    by_user(
        db,
        by,
        project,
        (ENVIRONMENT, event, words),
        Subject::environment(environment),
    )
}

/// What a person did with a project.
pub(crate) fn of_project(
    db: &Connection,
    by: By<'_>,
    project: &Project,
    (event, words): (&str, String),
) -> rusqlite::Result<()> {
    let subject = Subject {
        kind: "project",
        id: project.id.as_str(),
        name: &project.name,
    };
    by_user(db, by, project, (PROJECT, event, words), subject)
}

fn by_user(
    db: &Connection,
    by: By<'_>,
    project: &Project,
    (log_name, event, description): (&'static str, &str, String),
    subject: Subject<'_>,
) -> rusqlite::Result<()> {
    let deed = Deed {
        organization: &project.organization_id,
        project: &project.id,
        log_name,
        event,
        description,
        subject,
        causer: Causer::User(by.user),
        at: by.at.map(str::to_owned),
    };
    record(db, deed)
}

/// That a runner fetched. The newest entry of a token is its last use.
pub(crate) fn deploy(
    db: &Connection,
    organization: &OrganizationId,
    token: &Token,
    at: Option<String>,
) -> rusqlite::Result<()> {
    let deed = Deed {
        organization,
        project: &token.project_id,
        log_name: ENVIRONMENT,
        event: "deploy",
        description: format!("Deployed environment \"{}\".", token.environment_name),
        subject: Subject {
            kind: "environment",
            id: token.environment_id.as_str(),
            name: token.environment_name.as_str(),
        },
        causer: Causer::Token(token),
        at,
    };
    record(db, deed)
}

/// An entry as it is read back.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) occurred_at: String,
    pub(crate) log_name: String,
    pub(crate) event: String,
    pub(crate) description: String,
    /// Type, id and name.
    pub(crate) subject: (String, Option<String>, Option<String>),
    pub(crate) causer: Author,
}

/// Who did something, as it is read back: whose token is deleted is `system`.
#[derive(Clone, Debug)]
pub(crate) struct Author {
    pub(crate) kind: String,
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

/// Whose feed is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Feed<'a> {
    Project(&'a ProjectId),
    Organization(&'a str),
}

/// A page of a feed, newest first; one more entry than the limit if there are more. The entries of bearers that have ended
/// are left out of a project's.
pub(crate) fn list(db: &Connection, feed: Feed<'_>, offset: i64, limit: i64) -> rusqlite::Result<Vec<Entry>> {
    let (wanted, id) = match feed {
        Feed::Project(project) => (
            "a.project_id = ?1 AND (a.log_name <> 'cli-token' OR EXISTS (SELECT 1 FROM deploy_tokens t
             WHERE t.ci_token_id = a.subject_id AND t.status = 'active'))",
            project.as_str(),
        ),
        Feed::Organization(organization) => ("a.organization_id = ?1", organization),
    };
    db.prepare_cached(&format!(
        "SELECT a.id, a.occurred_at, a.log_name, a.event, a.description, a.subject_type, a.subject_id, a.subject_name,
         a.causer_type, a.causer_id, a.causer_name, a.causer_email,
         a.causer_type = 'deployment_token' AND NOT EXISTS (SELECT 1 FROM deploy_tokens d WHERE d.id = a.causer_id)
         FROM activity a WHERE {wanted} ORDER BY a.occurred_at DESC, a.rowid DESC LIMIT ?2 OFFSET ?3"
    ))?
    .query_map(params![id, limit.saturating_add(1), offset], entry)?
    .collect()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let gone: bool = row.get(12)?;
    let causer = if gone {
        Author {
            kind: "system".to_owned(),
            id: None,
            name: None,
            email: None,
        }
    } else {
        Author {
            kind: row.get(8)?,
            id: row.get(9)?,
            name: row.get(10)?,
            email: row.get(11)?,
        }
    };
    Ok(Entry {
        id: row.get(0)?,
        occurred_at: row.get(1)?,
        log_name: row.get(2)?,
        event: row.get(3)?,
        description: row.get(4)?,
        subject: (row.get(5)?, row.get(6)?, row.get(7)?),
        causer,
    })
}

/// A sentence about what has a name.
pub(crate) fn quoted(verb: &str, what: &str, name: &EnvironmentName) -> String {
    format!("{verb} {what} \"{name}\".")
}
