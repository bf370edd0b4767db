//! What a new workspace starts with: an organisation with two projects, their devices, tokens and variables.
//!
//! Nothing of it is pretended: keys are sealed for every active device and token and signed by the workspace's own device,
//! by the same code as a client's. The private keys of the other devices and of the tokens are thrown away. All dates
//! are relative to the moment of the first start.

mod data;
pub(super) mod moved;
pub(super) mod people;
mod sealing;
pub(super) mod sign_in;
mod tokens;

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::local_access::Older;
use super::roles::Role;
use super::stamp::new_id;
use super::store::activity::{self, By};
use super::store::directory::{self, Environment, NewEnvironment, NewProject, Project};
use super::store::users::User;
use super::token_hash::TokenHash;
use super::{LocalAccess, WorkspaceError, local_access, random};
use protocol::crypto::{DeviceIdentity, system_rng};
use protocol::secret::AccessToken;
use protocol::{DeployTokenId, DeviceId, EnvironmentName, Moment, OrganizationId, ProjectId};

/// How much sample data the production environment gets; `None` is the usual amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleSize {
    /// Deploy tokens of production, revoked ones included.
    pub tokens: Option<usize>,
    /// Active devices of the organisation, the own one included.
    pub devices: Option<usize>,
    /// Variables of production.
    pub variables: Option<usize>,
}

/// What all parts of the sample need.
struct Seed<'a> {
    db: &'a Transaction<'a>,
    now: Moment,
    user: User,
    identity: DeviceIdentity,
    device_id: DeviceId,
    organization_id: OrganizationId,
}

impl Seed<'_> {
    /// A moment this many seconds ago.
    fn ago(&self, seconds: i64) -> String {
        self.now.plus_seconds(-seconds).to_wire()
    }

    /// The own user at that time.
    fn by<'a>(&'a self, at: &'a str) -> By<'a> {
        By {
            user: &self.user,
            source: "cli",
            at: Some(at),
        }
    }
}

pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;
/// How long ago the sample organisation was founded.
const FOUNDED: i64 = 455 * DAY;

/// What the server tells once, when it makes a CI token: of a token of the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleEnd {
    /// The deploy token.
    pub token: DeployTokenId,
    /// The last characters of its CI token.
    pub suffix: String,
    /// When that ends.
    pub at: Moment,
}

/// Fills an empty database; `None` if it is not empty. Gives the ends of the tokens, too: nobody else is told them. The keys of
/// the own device are on the disk before the data that they belong to.
pub(super) fn seed_if_new(
    connection: &mut Connection,
    folder: &Path,
    size: &SampleSize,
) -> Result<Option<(LocalAccess, Vec<SampleEnd>)>, WorkspaceError> {
    let filled = |db: &Connection| -> rusqlite::Result<bool> {
        db.query_row("SELECT EXISTS(SELECT 1 FROM organizations)", [], |row| row.get(0))
    };
    if filled(connection)? {
        return Ok(None);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if filled(&transaction)? {
        return Ok(None);
    }
    let (local, ends) = fill(&transaction, size)?;
    local_access::write(folder, &local, Older::Keep)?;
    transaction.commit()?;
    Ok(Some((local, ends)))
}

fn fill(db: &Transaction<'_>, size: &SampleSize) -> Result<(LocalAccess, Vec<SampleEnd>), WorkspaceError> {
    let now = Moment::now();
    let founded = now.plus_seconds(-FOUNDED).to_wire();
    let user = people::insert_user(db, "Sam Rivera", "sam@northwind.example", &founded)?;
    let organization_id = OrganizationId::new(new_id());
    db.execute(
        "INSERT INTO organizations (id, name, slug, plan, created_at, updated_at)
         VALUES (?1, 'Northwind', 'northwind', 'scale', ?2, ?2)",
        params![organization_id.as_str(), founded],
    )?;
    people::join(db, &organization_id, &user, Role::Admin, &founded)?;
    let access_token = insert_access_token(db, &user, &founded)?;
    let sign_in = sign_in::make(&user.email)?;
    sign_in::store(db, &user.id, &sign_in)?;
    let identity = DeviceIdentity::make(&mut system_rng());
    let device_id = people::insert_own_device(db, &user, &identity, now)?;
    let seed = Seed {
        db,
        now,
        user,
        identity,
        device_id,
        organization_id,
    };
    let devices = people::insert_colleagues(&seed, size.devices)?;

    let (mut started, mut ends) = (None, Vec::new());
    for project in data::PROJECTS {
        let made = insert_project(&seed, project.name, project.provider)?;
        let mut names = Vec::new();
        for place in project.environments {
            let environment = insert_environment(&seed, &made, place.name, place.kind)?;
            names.push(EnvironmentName::new(place.name));
            let scaled = started.is_none() && place.kind == "production";
            let wanted = |count: Option<usize>| count.filter(|_| scaled);
            let tokens = tokens::insert(&seed, (&made, &environment), place.tokens, wanted(size.tokens))?;
            let key = sealing::publish(&seed, &made, &environment, &devices, &tokens.recipients)?;
            ends.extend(tokens.ends);
            let variables = data::variables(place.variables, wanted(size.variables));
            sealing::push(&seed, &made, &environment, &key, &variables)?;
        }
        started.get_or_insert((made.id, names));
    }
    let (project_id, environments) = started.unwrap_or_else(|| (ProjectId::new(""), Vec::new()));
    let local = LocalAccess {
        access_token,
        organization_id: seed.organization_id,
        project_id,
        environments,
        device_id: seed.device_id,
        identity: seed.identity,
        sign_in: Some(sign_in),
    };
    Ok((local, ends))
}

fn insert_access_token(db: &Transaction<'_>, user: &User, at: &str) -> Result<AccessToken, WorkspaceError> {
    let secret = random::make_base62().map_err(|_| no_randomness())?;
    let token = AccessToken::new(format!("1|{}", secret.as_str()));
    db.execute(
        "INSERT INTO access_tokens (id, user_id, token_hash, created_at) VALUES (1, ?1, ?2, ?3)",
        // Only the hash of the token is stored.
        params![user.id, TokenHash::of(token.expose()).as_bytes(), at],
    )?;
    Ok(token)
}

fn insert_project(seed: &Seed<'_>, name: &str, provider: &str) -> Result<Project, WorkspaceError> {
    let new = NewProject {
        name,
        description: None,
        deployment_provider: provider,
        stack: None,
    };
    let project = directory::create_project(seed.db, seed.organization_id.as_str(), &new)
        .map_err(|_| WorkspaceError::Sample("a project was refused".to_owned()))?;
    seed.db.execute(
        "UPDATE projects SET created_at = ?2, updated_at = ?2 WHERE id = ?1",
        params![project.id.as_str(), seed.ago(FOUNDED - DAY)],
    )?;
    Ok(project)
}

fn insert_environment(
    seed: &Seed<'_>,
    project: &Project,
    name: &str,
    kind: &str,
) -> Result<Environment, WorkspaceError> {
    let at = seed.ago(FOUNDED - 2 * DAY);
    let new = NewEnvironment {
        name,
        kind,
        file_format: "env",
    };
    let environment = directory::create_environment(seed.db, &project.id, &new, &at)?;
    let words = activity::quoted("Created", "environment", &environment.name);
    activity::of_environment(seed.db, seed.by(&at), project, &environment, ("created", words))?;
    Ok(environment)
}

fn no_randomness() -> WorkspaceError {
    WorkspaceError::Sample("the operating system gives no random numbers".to_owned())
}
