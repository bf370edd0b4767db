//! Devices: registered by a user, usable in every organisation of that user (docs/protocol.md 4.1).

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::column::{named, parsed};
use super::users::User;
use super::{Denial, StoreError, Thing};
use crate::stamp::{new_id, now};
use protocol::wire::RecordStatus;
use protocol::{DeviceId, Moment, OrganizationId, PublicKey, SigningPublicKey};

/// `last_seen_at` moves at most this often, so that reading does not mean writing.
const SEEN_STEP_SECONDS: i64 = 60;

/// A device.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) user_id: String,
    pub(crate) name: String,
    pub(crate) platform: String,
    pub(crate) public_key: PublicKey,
    pub(crate) public_signing_key: SigningPublicKey,
    pub(crate) status: RecordStatus,
    pub(crate) last_seen_at: Option<String>,
    pub(crate) revoked_at: Option<String>,
    pub(crate) created_at: String,
}

const DEVICE: &str =
    "SELECT d.id, d.user_id, d.name, d.platform, d.public_key, d.public_signing_key, d.status,
    d.last_seen_at, d.revoked_at, d.created_at FROM devices d";

impl Device {
    /// A new, active device.
    pub(crate) fn new(
        user: &User,
        name: &str,
        platform: &str,
        key: PublicKey,
        signing: SigningPublicKey,
    ) -> Self {
        let at = now();
        Self {
            id: DeviceId::new(new_id()),
            user_id: user.id.clone(),
            name: name.to_owned(),
            platform: platform.to_owned(),
            public_key: key,
            public_signing_key: signing,
            status: RecordStatus::Active,
            last_seen_at: Some(at.clone()),
            revoked_at: None,
            created_at: at,
        }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: named(row, 0, DeviceId::new)?,
            user_id: row.get(1)?,
            name: row.get(2)?,
            platform: row.get(3)?,
            public_key: parsed(row, 4, PublicKey::from_base64)?,
            public_signing_key: parsed(row, 5, SigningPublicKey::from_base64)?,
            status: parsed(row, 6, RecordStatus::parse)?,
            last_seen_at: row.get(7)?,
            revoked_at: row.get(8)?,
            created_at: row.get(9)?,
        })
    }

    /// Whether it may hold and publish keys.
    pub(crate) fn is_active(&self) -> bool {
        self.status == RecordStatus::Active
    }
}

/// Stores a device.
pub(crate) fn insert(db: &Connection, device: &Device) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO devices (id, user_id, name, platform, public_key, public_signing_key, status, last_seen_at,
         revoked_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        device.id.as_str(),
        device.user_id,
        device.name,
        device.platform,
        device.public_key.to_base64(),
        device.public_signing_key.to_base64(),
        device.status.as_str(),
        device.last_seen_at,
        device.revoked_at,
        device.created_at
    ])?;
    Ok(())
}

/// A device by id, whoever's it is.
pub(crate) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<Device>> {
    db.prepare_cached(&format!("{DEVICE} WHERE d.id = ?1"))?
        .query_row([id], Device::from_row)
        .optional()
}

/// A device that the user may see: an own one, or one of a colleague.
pub(crate) fn visible(db: &Connection, user: &User, id: &str) -> Result<Device, StoreError> {
    let device = find(db, id)?.ok_or(StoreError::NotFound(Thing::Device))?;
    let colleague: bool = db
        .prepare_cached(
            "SELECT EXISTS(SELECT 1 FROM memberships a JOIN memberships b ON a.organization_id = b.organization_id
             WHERE a.user_id = ?1 AND b.user_id = ?2)",
        )?
        .query_row([&user.id, &device.user_id], |row| row.get(0))?;
    if colleague || device.user_id == user.id {
        Ok(device)
    } else {
        Err(StoreError::Denied(Denial::DeviceElsewhere))
    }
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

/// The devices of an organisation's members, oldest first. Revoked ones only on demand: the reference client seals for
/// every device that is listed, whatever its status (docs/protocol.md 6.4).
pub(crate) fn of_organization(
    db: &Connection,
    organization: &OrganizationId,
    with_revoked: bool,
) -> rusqlite::Result<Vec<Device>> {
    db.prepare_cached(&format!(
        "{DEVICE} JOIN memberships m ON m.user_id = d.user_id
         WHERE m.organization_id = ?1 AND (?2 OR d.status = 'active') ORDER BY d.created_at, d.id"
    ))?
    .query_map(params![organization.as_str(), with_revoked], Device::from_row)?
    .collect()
}

/// Ends a device.
pub(crate) fn revoke(db: &Connection, id: &DeviceId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE devices SET status = 'revoked', revoked_at = ?2 WHERE id = ?1 AND status = 'active'",
    )?
    .execute(params![id.as_str(), now()])?;
    Ok(())
}

/// Whether [`touch`] would change anything.
pub(crate) fn is_stale(device: &Device) -> bool {
    let seen = device.last_seen_at.as_deref().and_then(Moment::parse);
    seen.is_none_or(|seen| Moment::now().seconds_since(seen) >= SEEN_STEP_SECONDS)
}

/// Notes that a device has called.
pub(crate) fn touch(db: &Connection, device: &Device) -> rusqlite::Result<()> {
    if is_stale(device) {
        db.prepare_cached("UPDATE devices SET last_seen_at = ?2 WHERE id = ?1")?
            .execute(params![device.id.as_str(), now()])?;
    }
    Ok(())
}
