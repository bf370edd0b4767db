//! Users and their devices.

use rusqlite::{Connection, params};

use super::{DAY, HOUR, Seed};
use crate::WorkspaceError;
use crate::stamp::new_id;
use crate::store::devices::{self, Device};
use crate::store::users::User;
use protocol::crypto::{DeviceIdentity, system_rng};
use protocol::wire::RecordStatus;
use protocol::{DeviceId, Moment, OrganizationId, Recipient, RecipientKind};

/// A device of the sample: name, platform, added and last seen seconds ago, whether it is revoked.
struct Sample {
    name: String,
    platform: &'static str,
    added: i64,
    seen: i64,
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
pub(super) fn join(db: &Connection, organization: &OrganizationId, user: &User) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO memberships (organization_id, user_id) VALUES (?1, ?2)",
        [organization.as_str(), &user.id],
    )?;
    Ok(())
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
        identity.encryption_public(),
        identity.signing_public(),
    );
    device.created_at = now.plus_seconds(-430 * DAY).to_wire();
    devices::insert(db, &device)?;
    Ok(device.id)
}

/// Stores the colleagues' devices. Gives all active devices of the organisation as recipients, the own one first.
pub(super) fn insert_colleagues(
    seed: &Seed<'_>,
    wanted: Option<usize>,
) -> Result<Vec<Recipient>, WorkspaceError> {
    let mara = insert_user(
        seed.db,
        "Mara Lindqvist",
        "mara@northwind.example",
        &seed.ago(420 * DAY),
    )?;
    join(seed.db, &seed.organization_id, &mara)?;
    let sample = |name: &str, platform, added: i64, seen, revoked| Sample {
        name: name.to_owned(),
        platform,
        added: added * DAY,
        seen,
        revoked,
    };
    let mut samples = vec![
        sample("Mara's MacBook Pro", "darwin-arm64 (25.1.0)", 402, 2 * HOUR, None),
        sample("build-server", "linux-x64 (6.12.48)", 388, 40 * 60, None),
        sample("Tomás’ ThinkPad", "win32-x64 (10.0.26100)", 117, 5 * DAY, None),
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
                age * HOUR,
                None,
            )
        }));
    }
    samples.push(sample(
        "Mara's old MacBook",
        "darwin-x64 (22.6.0)",
        419,
        44 * DAY,
        Some(41 * DAY),
    ));

    let mut recipients = vec![recipient(seed.device_id.clone(), &seed.identity)];
    for sample in samples {
        let identity = DeviceIdentity::make(&mut system_rng());
        let mut device = Device::new(
            &mara,
            &sample.name,
            sample.platform,
            identity.encryption_public(),
            identity.signing_public(),
        );
        device.created_at = seed.ago(sample.added);
        device.last_seen_at = Some(seed.ago(sample.seen));
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

/// The system under the name that the reference gives it (docs/protocol.md 4.2).
fn system() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
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
