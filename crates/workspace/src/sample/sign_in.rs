//! The credentials of the workspace's own user.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use super::no_randomness;
use crate::local_access::{self, LocalAccess, LocalSignIn, Older};
use crate::totp::TotpSecret;
use crate::{WorkspaceError, password};
use protocol::Moment;

/// New credentials for an address.
pub(super) fn make(email: &str) -> Result<LocalSignIn, WorkspaceError> {
    Ok(LocalSignIn {
        email: email.to_owned(),
        password: password::make().map_err(|_| no_randomness())?,
        totp: TotpSecret::make().map_err(|_| no_randomness())?,
    })
}

/// Gives a user these credentials; the password as its hash only.
pub(super) fn store(db: &Connection, user_id: &str, sign_in: &LocalSignIn) -> Result<(), WorkspaceError> {
    let hash = password::hash(&sign_in.password).map_err(|_| no_randomness())?;
    db.execute(
        "UPDATE users SET password_hash = ?2, totp_secret = ?3, totp_last_step = NULL, email_verified_at = ?4
         WHERE id = ?1",
        // The secret of one-time codes has to be known to compute them.
        params![user_id, hash, sign_in.totp.expose(), Moment::now().to_wire()],
    )?;
    Ok(())
}

/// Gives the user of a workspace that an earlier release made its credentials. They are in the file before the database
/// has them, so that a crash between the two leaves nothing that nobody knows.
pub(crate) fn ensure(
    connection: &mut Connection,
    folder: &Path,
    local: LocalAccess,
) -> Result<LocalAccess, WorkspaceError> {
    if local.sign_in.is_some() && owner(connection, &local)?.is_none_or(|(_, _, has_password)| has_password) {
        return Ok(local);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let mut local = local_access::read(folder)?;
    let Some((user, email, has_password)) = owner(&transaction, &local)? else {
        return Ok(local);
    };
    let sign_in = match local.sign_in.take() {
        Some(kept) if has_password => {
            local.sign_in = Some(kept);
            return Ok(local);
        }
        Some(kept) => kept,
        None => make(&email)?,
    };
    local.sign_in = Some(sign_in.clone());
    local_access::write(folder, &local, Older::Replace)?;
    store(&transaction, &user, &sign_in)?;
    transaction.commit()?;
    Ok(local)
}

/// Id and address of the own device's user, and whether there is a password.
fn owner(db: &Connection, local: &LocalAccess) -> rusqlite::Result<Option<(String, String, bool)>> {
    use rusqlite::OptionalExtension as _;
    db.query_row(
        "SELECT u.id, u.email, u.password_hash IS NOT NULL FROM users u JOIN devices d ON d.user_id = u.id
         WHERE d.id = ?1",
        [local.device_id.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
    .optional()
}
