//! Going on from what the Ghostable command line keeps on this machine (docs/protocol.md 4.3).
//!
//! Its session is used, its entries are left as they are. The usual way links a new device, and lets the command line's
//! device, which has access already, share every key with it. The other way uses the command line's own device, whose
//! signing key must be treated as disclosed (docs/protocol.md 5.5).

use super::account::{Account, linked};
use super::devices::{self, DeviceRecord};
use crate::keys::{MissingKey, fulfil_all, fulfillable, key_access, reshare};
use crate::off_thread::off_thread;
use crate::{Context, LinkedDevice, Place, directory, environments};
use keychain::ghostable::Prefix;
use model::{KeychainError, Owner, Problem};
use protocol::secret::AccessToken;
use protocol::{Environment, Moment, Project, RemoteStatus};

/// What the command line keeps, compared with the server.
#[derive(Clone, Debug)]
pub struct CommandLineSession {
    token: AccessToken,
    device: Option<LinkedDevice>,
    /// Whose session it is: name and address, as far as the server tells.
    pub person: String,
    /// Whether its device can share keys: it is there, and the server knows it as active.
    pub can_share: bool,
}

/// What became of one environment.
#[derive(Debug)]
pub struct Handed {
    /// The project's name.
    pub project: String,
    /// The environment's name; `None` where the project's environments cannot be listed.
    pub environment: Option<String>,
    /// Whether this device can open its key now, or why not. An environment without a key needs none.
    pub outcome: Result<(), Problem>,
}

/// Looks for a session of the command line that this server accepts. Nothing is changed anywhere.
///
/// # Errors
/// [`Problem::Keychain`] and API errors; a session that this server refuses is as if there were none.
pub async fn find(account: &Account) -> Result<Option<CommandLineSession>, Problem> {
    let entries = account.keychain().command_line(Prefix::from_environment());
    let Some(session) = entries.session().await? else {
        return Ok(None);
    };
    if session.expires_at.is_some_and(|end| end <= Moment::now()) {
        return Ok(None);
    }
    let token = session.access_token;
    let visitor = account.visitor(&token)?;
    let user = match visitor.client.user().await {
        Ok(user) => user,
        // It is not tied to a server: this may not be the one that it is for.
        Err(error) if error.needs_sign_in() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let device = match entries.identity().await {
        Ok(stored) => stored.map(|it| linked(it, Owner::CommandLine)).transpose(),
        Err(error) => Err(error),
    };
    let device = match device {
        Ok(device) => device,
        // A damaged identity does not spoil the session.
        Err(KeychainError::Corrupt { part, why, .. }) => {
            tracing::warn!(%part, why, "the command line's device cannot be used");
            None
        }
        Err(error) => return Err(error.into()),
    };
    let can_share = match &device {
        Some(device) => devices::status(&visitor, device).await?.remote == RemoteStatus::Active,
        None => false,
    };
    let person = match (user.name, user.email) {
        (Some(name), Some(email)) => format!("{name} ({email})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "the user of the command line".to_owned(),
    };
    Ok(Some(CommandLineSession {
        token,
        device,
        person,
        can_share,
    }))
}

/// Takes the session over and links a new device, unless this machine has one of its own already; then the command line's
/// device shares every key with it.
///
/// # Errors
/// What linking finds. What sharing came to is told beside the context, because the device is linked whatever that is.
pub async fn with_new_device(
    account: &Account,
    found: &CommandLineSession,
    name: &str,
    platform: &str,
) -> Result<(Context, Result<Vec<Handed>, Problem>), Problem> {
    let visitor = account.visitor(&found.token)?;
    account.keep(&found.token).await?;
    let linked = match account.device().await? {
        Some(own) => devices::status(&visitor, &own).await?.remote == RemoteStatus::Active,
        None => false,
    };
    if !linked {
        devices::link(&visitor, &account.devices(), name, platform).await?;
    }
    let context = account.context(&found.token).await?;
    let handed = match &found.device {
        Some(sharing) if found.can_share => {
            share_everything(&visitor.with_device(Some(sharing.clone())), &context).await
        }
        _ => Ok(Vec::new()),
    };
    Ok((context, handed))
}

/// Takes the session and the command line's own device over.
///
/// # Errors
/// [`Problem::NoDevice`] when there is none that the server knows; [`Problem::Keychain`].
pub async fn with_its_device(account: &Account, found: &CommandLineSession) -> Result<Context, Problem> {
    let device = found
        .device
        .clone()
        .filter(|_| found.can_share)
        .ok_or(Problem::NoDevice)?;
    account.keep(&found.token).await?;
    let record = DeviceRecord {
        device,
        name: devices::default_name(),
        platform: devices::platform(),
        created_at: Moment::now(),
    };
    let store = account.devices();
    off_thread(move || store.save(&record))
        .await?
        .map_err(Problem::NotStored)?;
    account.context(&found.token).await
}

/// As `sharing`, for the device of `fresh`: first what the server asks for, then what it did not ask for.
async fn share_everything(sharing: &Context, fresh: &Context) -> Result<Vec<Handed>, Problem> {
    let own = fresh.device()?.id.clone();
    match fulfillable(sharing).await {
        Ok(mut asked) => {
            asked.requests.list.retain(|request| request.device == own);
            // Each environment is looked at below: that says what is true now.
            fulfil_all(sharing, &asked.requests.list, &|_| {}).await;
        }
        Err(error) => tracing::warn!(%error, "the requests for keys cannot be listed"),
    }
    let mut handed = Vec::new();
    for project in directory(fresh).await?.projects {
        match environments(fresh, &project.id).await {
            Ok(environments) => {
                for environment in environments.list {
                    handed.push(share_one(sharing, fresh, &project, environment).await);
                }
            }
            Err(error) => handed.push(Handed {
                project: project.name,
                environment: None,
                outcome: Err(error),
            }),
        }
    }
    Ok(handed)
}

async fn share_one(
    sharing: &Context,
    fresh: &Context,
    project: &Project,
    environment: Environment,
) -> Handed {
    let place = Place {
        project: project.id.clone(),
        environment,
    };
    let mut opened = key_access(fresh, &place).await;
    if opened.as_ref().is_err_and(Problem::is_access_pending) {
        opened = match reshare(sharing, &place, MissingKey::Refuse, &|_| {}).await {
            Ok(_) => key_access(fresh, &place).await,
            Err(error) => Err(error),
        };
    }
    Handed {
        project: project.name.clone(),
        environment: Some(place.environment.name.to_string()),
        outcome: match opened {
            Ok(_) | Err(Problem::NoKey) => Ok(()),
            Err(error) => Err(error),
        },
    }
}
