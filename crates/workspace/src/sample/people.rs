//! Users and their devices.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{DAY, Seed};
use crate::roles::Role;
use crate::stamp::{self, new_id};
use crate::store::devices::{self, Device};
use crate::store::users::User;
use crate::{LocalAccess, WorkspaceError};
use protocol::crypto::{DeviceIdentity, system_rng};
use protocol::wire::RecordStatus;
use protocol::{DeviceId, Moment, OrganizationId, Recipient, RecipientKind};

/// A device of the sample: name, platform, added seconds ago, whether it is revoked.
struct Sample {
    name: String,
    platform: &'static str,
    added: i64,
    revoked: Option<i64>,
}

/// Stores a user.
pub(super) fn insert_user(db: &Connection, name: &str, email: &str, at: &str) -> rusqlite::Result<User> {
    let user = User {
        id: new_id(),
        name: name.to_owned(),
        email: email.to_owned(),
    };
    db.execute(
        "INSERT INTO users (id, name, email, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        params![user.id, user.name, user.email, at],
    )?;
    Ok(user)
}

/// Makes a user a member of an organisation.
pub(super) fn join(
    db: &Connection,
    organization: &OrganizationId,
    user: &User,
    role: Role,
    at: &str,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO memberships (organization_id, user_id, role, is_owner, joined_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![organization.as_str(), user.id, role.as_str(), role == Role::Admin, at],
    )?;
    Ok(())
}

/// Whom one can sign in as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleRole {
    /// The workspace's own user, who owns the organisation.
    Admin,
    /// May read, push and share keys, and nothing with deploy tokens.
    Developer,
    /// May read variables.
    ReadOnly,
    /// May read the activity.
    Auditor,
}

impl SampleRole {
    const ALL: [Self; 4] = [Self::Admin, Self::Developer, Self::ReadOnly, Self::Auditor];

    fn role(self) -> Role {
        match self {
            Self::Admin => Role::Admin,
            Self::Developer => Role::Developer,
            Self::ReadOnly => Role::DeveloperReadOnly,
            Self::Auditor => Role::Auditor,
        }
    }

    /// Who it is, where there is nobody of the role yet.
    fn person(self) -> (&'static str, &'static str) {
        match self {
            Self::Admin => ("Sam Rivera", "sam@northwind.example"),
            Self::Developer => ("Mara Lindqvist", "mara@northwind.example"),
            Self::ReadOnly => ("Jonas Berg", "jonas@northwind.example"),
            Self::Auditor => ("Priya Nair", "priya@northwind.example"),
        }
    }
}

/// Sees to it that there is a person of each role who can sign in, also where an earlier release made the workspace, and
/// gives their addresses. They have the password of the workspace's own user.
pub(crate) fn ensure(
    connection: &mut Connection,
    local: &LocalAccess,
) -> Result<Vec<(SampleRole, String)>, WorkspaceError> {
    if let Some(people) = complete(connection, &local.organization_id)? {
        return Ok(people);
    }
    let db = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let owner: Option<String> = db
        .query_row(
            "SELECT user_id FROM devices WHERE id = ?1",
            [local.device_id.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    let Some(owner) = owner else {
        return Ok(Vec::new());
    };
    let mut people = Vec::new();
    for role in SampleRole::ALL {
        let found = member(&db, &local.organization_id, role)?;
        let email = match found {
            Some(email) => email,
            None => {
                let (name, email) = role.person();
                let at = stamp::now();
                let user = insert_user(&db, name, email, &at)?;
                join(&db, &local.organization_id, &user, role.role(), &at)?;
                email.to_owned()
            }
        };
        db.execute(
            "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = ?2),
             email_verified_at = coalesce(email_verified_at, ?3) WHERE email = ?1 AND password_hash IS NULL",
            params![email, owner, stamp::now()],
        )?;
        people.push((role, email));
    }
    db.commit()?;
    Ok(people)
}

/// The people, if there is one of each role who can sign in: then nothing is to be written.
fn complete(
    db: &Connection,
    organization: &OrganizationId,
) -> rusqlite::Result<Option<Vec<(SampleRole, String)>>> {
    let mut people = Vec::new();
    for role in SampleRole::ALL {
        let Some(email) = member(db, organization, role)? else {
            return Ok(None);
        };
        let signs_in: bool = db.query_row(
            "SELECT EXISTS(SELECT 1 FROM users WHERE email = ?1 AND password_hash IS NOT NULL)",
            [&email],
            |row| row.get(0),
        )?;
        if !signs_in {
            return Ok(None);
        }
        people.push((role, email));
    }
    Ok(Some(people))
}

fn member(
    db: &Connection,
    organization: &OrganizationId,
    role: SampleRole,
) -> rusqlite::Result<Option<String>> {
    db.query_row(
        "SELECT u.email FROM users u JOIN memberships m ON m.user_id = u.id
         WHERE m.organization_id = ?1 AND m.role = ?2 ORDER BY u.rowid LIMIT 1",
        [organization.as_str(), role.role().as_str()],
        |row| row.get(0),
    )
    .optional()
}

/// Stores the workspace's own device and gives its id.
pub(super) fn insert_own_device(
    db: &Connection,
    user: &User,
    identity: &DeviceIdentity,
    now: Moment,
) -> rusqlite::Result<DeviceId> {
    let platform = format!("{}-{}", system(), architecture());
    let mut device = Device::new(
        user,
        "This computer",
        &platform,
        identity.encryption_public().to_base64(),
        identity.signing_public().to_base64(),
    );
    device.client_type = "desktop".to_owned();
    device.created_at = now.plus_seconds(-430 * DAY).to_wire();
    devices::insert(db, &device)?;
    Ok(device.id)
}

/// Stores the colleagues' devices. Gives all active devices of the organisation as recipients, the own one first.
pub(super) fn insert_colleagues(
    seed: &Seed<'_>,
    wanted: Option<usize>,
) -> Result<Vec<Recipient>, WorkspaceError> {
    let mut mara = None;
    for (role, joined) in [
        (SampleRole::Developer, 420),
        (SampleRole::ReadOnly, 200),
        (SampleRole::Auditor, 150),
    ] {
        let ((name, email), at) = (role.person(), seed.ago(joined * DAY));
        let user = insert_user(seed.db, name, email, &at)?;
        join(seed.db, &seed.organization_id, &user, role.role(), &at)?;
        mara.get_or_insert(user);
    }
    let Some(mara) = mara else {
        return Ok(Vec::new());
    };
    let sample = |name: &str, platform, added: i64, revoked| Sample {
        name: name.to_owned(),
        platform,
        added: added * DAY,
        revoked,
    };
    let mut samples = vec![
        sample("Mara's MacBook Pro", "darwin-arm64 (25.1.0)", 402, None),
        sample("build-server", "linux-x64 (6.12.48)", 388, None),
        sample("Tomás’ ThinkPad", "windows-x64 (10.0.26100)", 117, None),
    ];
    if let Some(wanted) = wanted {
        // The own device is one of them.
        samples.truncate(wanted.saturating_sub(1));
        let more = samples.len() + 1..wanted;
        samples.extend(more.map(|number| {
            let age = 20 + i64::try_from(number % 300).unwrap_or(0);
            sample(
                &format!("workstation-{number:04}"),
                "linux-x64 (6.12.48)",
                age,
                None,
            )
        }));
    }
    samples.push(sample(
        "Mara's old MacBook",
        "darwin-x64 (22.6.0)",
        419,
        Some(41 * DAY),
    ));

    let mut recipients = vec![recipient(seed.device_id.clone(), &seed.identity)];
    for sample in samples {
        let identity = DeviceIdentity::make(&mut system_rng());
        let mut device = Device::new(
            &mara,
            &sample.name,
            sample.platform,
            identity.encryption_public().to_base64(),
            identity.signing_public().to_base64(),
        );
        device.created_at = seed.ago(sample.added);
        if let Some(revoked) = sample.revoked {
            device.status = RecordStatus::Revoked;
            device.revoked_at = Some(seed.ago(revoked));
        } else {
            recipients.push(recipient(device.id.clone(), &identity));
        }
        devices::insert(seed.db, &device)?;
    }
    Ok(recipients)
}

fn recipient(id: DeviceId, identity: &DeviceIdentity) -> Recipient {
    Recipient {
        kind: RecipientKind::Device(id),
        public_key: identity.encryption_public(),
    }
}

/// The system under a name by which the service knows it (docs/protocol.md 4.1).
fn system() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    }
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    }
}
