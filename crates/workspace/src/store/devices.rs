//! Devices: each belongs to one person (docs/protocol.md 4.1).

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{named, parsed};
use super::users::User;
use super::{Denial, StoreError, Thing};
use crate::roles::{Permission, Role};
use crate::stamp::{new_id, now};
use protocol::wire::RecordStatus;
use protocol::{DeviceId, OrganizationId};

/// A device.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) user_id: String,
    /// Empty where it has none.
    pub(crate) name: String,
    /// As it was sent.
    pub(crate) platform: String,
    /// `cli` or `desktop`.
    pub(crate) client_type: String,
    /// As it was sent, without the prefix that it may have had.
    pub(crate) public_key: String,
    /// The same.
    pub(crate) public_signing_key: String,
    pub(crate) status: RecordStatus,
    pub(crate) revoked_at: Option<String>,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

const DEVICE: &str =
    "SELECT d.id, d.user_id, d.name, d.platform, d.client_type, d.public_key, d.public_signing_key, d.status,
    d.revoked_at, d.created_at, coalesce(d.updated_at, d.revoked_at, d.created_at) FROM devices d";

/// The systems that there are, by the letters that a platform begins with.
const SYSTEMS: [(&str, &str); 7] = [
    ("darwin", "macos"),
    ("macos", "macos"),
    ("linux", "linux"),
    ("windows", "windows"),
    ("ios", "ios"),
    ("android", "android"),
    ("web", "web"),
];

impl Device {
    /// A new, active device.
    pub(crate) fn new(user: &User, name: &str, platform: &str, key: String, signing: String) -> Self {
        let at = now();
        Self {
            id: DeviceId::new(new_id()),
            user_id: user.id.clone(),
            name: name.to_owned(),
            platform: platform.to_owned(),
            client_type: "cli".to_owned(),
            public_key: key,
            public_signing_key: signing,
            status: RecordStatus::Active,
            revoked_at: None,
            created_at: at.clone(),
            updated_at: at,
        }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: named(row, 0, DeviceId::new)?,
            user_id: row.get(1)?,
            name: row.get(2)?,
            platform: row.get(3)?,
            client_type: row.get(4)?,
            public_key: row.get(5)?,
            public_signing_key: row.get(6)?,
            status: parsed(row, 7, RecordStatus::parse)?,
            revoked_at: row.get(8)?,
            created_at: row.get(9)?,
            updated_at: row.get(10)?,
        })
    }

    /// Whether it may hold and publish keys.
    pub(crate) fn is_active(&self) -> bool {
        self.status == RecordStatus::Active
    }

    /// The system that its platform names by its leading letters; `win32` is none that is known.
    pub(crate) fn system(&self) -> &'static str {
        system(&self.platform)
    }
}

fn system(platform: &str) -> &'static str {
    let letters: String = platform
        .trim()
        .to_lowercase()
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let found = SYSTEMS.iter().find(|(name, _)| *name == letters);
    found.map_or("unknown", |(_, system)| system)
}

/// Stores a device.
pub(crate) fn insert(db: &Connection, device: &Device) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO devices (id, user_id, name, platform, client_type, public_key, public_signing_key, status,
         revoked_at, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        device.id.as_str(),
        device.user_id,
        device.name,
        device.platform,
        device.client_type,
        device.public_key,
        device.public_signing_key,
        device.status.as_str(),
        device.revoked_at,
        device.created_at,
        device.updated_at
    ])?;
    Ok(())
}

/// Whether a device of anybody has this public key.
pub(crate) fn is_key_taken(db: &Connection, key: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS(SELECT 1 FROM devices WHERE public_key = ?1)")?
        .query_row([key], |row| row.get(0))
}

/// A device by id, whoever's it is.
pub(crate) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Device>> {
    db.prepare_cached(&format!("{DEVICE} WHERE d.id = ?1"))?
        .query_row([id], Device::from_row)
        .optional()
}

/// A device of one's own, revoked or not; anybody else's is refused.
pub(crate) fn of_user(db: &Connection, user: &User, id: &str) -> Result<Device, StoreError> {
    let device = find(db, id)?.ok_or(StoreError::NotFound(Thing::Device))?;
    if device.user_id == user.id {
        Ok(device)
    } else {
        Err(StoreError::Denied(Denial::DeviceNotOwn))
    }
}

/// The devices of a person, revoked ones too, newest first.
pub(crate) fn all_of_user(db: &Connection, user: &User) -> rusqlite::Result<Vec<Device>> {
    db.prepare_cached(&format!(
        "{DEVICE} WHERE d.user_id = ?1 ORDER BY d.created_at DESC, d.id DESC"
    ))?
    .query_map([&user.id], Device::from_row)?
    .collect()
}

/// The device in whose name the user asks or signs: an own, active one.
pub(crate) fn own(db: &Connection, user: &User, id: &str) -> Result<Device, StoreError> {
    let denial = match find(db, id)? {
        Some(device) if device.user_id != user.id => Denial::DeviceNotOwn,
        Some(device) if !device.is_active() => Denial::DeviceRevoked,
        Some(device) => return Ok(device),
        None => Denial::DeviceUnknown,
    };
    Err(StoreError::Denied(denial))
}

/// The active devices of the members who may see an organisation's variables, oldest first, each with whose it is.
pub(crate) fn of_organization(
    db: &Connection,
    organization: &OrganizationId,
) -> rusqlite::Result<Vec<(Device, User)>> {
    let rows: Vec<(Device, User, String)> = db
        .prepare_cached(
            "SELECT d.id, d.user_id, d.name, d.platform, d.client_type, d.public_key, d.public_signing_key, d.status,
             d.revoked_at, d.created_at, coalesce(d.updated_at, d.revoked_at, d.created_at), u.name, u.email, m.role
             FROM devices d JOIN memberships m ON m.user_id = d.user_id JOIN users u ON u.id = d.user_id
             WHERE m.organization_id = ?1 AND d.status = 'active' ORDER BY d.created_at, d.id",
        )?
        .query_map([organization.as_str()], |row| {
            let device = Device::from_row(row)?;
            let user = User {
                id: device.user_id.clone(),
                name: row.get(11)?,
                email: row.get(12)?,
            };
            Ok((device, user, row.get(13)?))
        })?
        .collect::<Result<_, _>>()?;
    let sees = |role: &str| Role::parse(role).is_some_and(|role| role.may(Permission::ViewVariables));
    let listed = rows.into_iter().filter(|(_, _, role)| sees(role));
    Ok(listed.map(|(device, user, _)| (device, user)).collect())
}

/// Whether a device's owner belongs to an organisation.
pub(crate) fn is_of_member(
    db: &Connection,
    device: &Device,
    organization: &OrganizationId,
) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS(SELECT 1 FROM memberships WHERE organization_id = ?1 AND user_id = ?2)")?
        .query_row([organization.as_str(), &device.user_id], |row| row.get(0))
}

/// Ends a device. Done again, its date moves.
pub(crate) fn revoke(db: &Connection, id: &DeviceId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE devices SET status = 'revoked', revoked_at = ?2, updated_at = ?2 WHERE id = ?1",
    )?
    .execute(params![id.as_str(), now()])?;
    Ok(())
}

/// Removes the record of a device, and its requests. What was sealed for it stays until somebody publishes.
pub(crate) fn delete(db: &Connection, id: &DeviceId) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM devices WHERE id = ?1")?
        .execute([id.as_str()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::system;

    #[test]
    fn platforms_are_reduced_to_systems() {
        for (platform, expected) in [
            ("darwin-arm64 (25.1.0)", "macos"),
            ("linux-x64 (6.1)", "linux"),
            ("Windows 11", "windows"),
            ("windows-x64", "windows"),
            ("win32-x64", "unknown"),
            ("iOS (18)", "ios"),
            ("", "unknown"),
        ] {
            assert_eq!(system(platform), expected, "{platform}");
        }
    }
}
