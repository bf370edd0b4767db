//! devices: the user's own ones, and the end of those that are not used any more.

use clap::Subcommand;
use serde::Serialize;

use super::output;
use crate::connect::Target;
use crate::failure::{FAILED, Failure, WRONG_USE};
use model::{ListOf, Unlisted};
use protocol::{DeviceId, DeviceStatus, Moment, UserDevice};
use service::{Context, devices};

/// What to do with them.
#[derive(Debug, Subcommand)]
pub enum DevicesCommand {
    /// End devices: no key is sealed for them any more
    Revoke {
        /// Devices, by id
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Delete the records of revoked devices
    Delete {
        /// Devices, by id
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

#[derive(Serialize)]
struct DeviceJson<'a> {
    id: &'a str,
    name: Option<&'a str>,
    platform: &'a str,
    client: Option<&'a str>,
    status: &'static str,
    this_machine: bool,
    created_at: Option<String>,
    revoked_at: Option<String>,
}

impl<'a> DeviceJson<'a> {
    fn of(own: &'a UserDevice, this: Option<&DeviceId>) -> Self {
        let device = &own.device;
        let (status, revoked_at) = match &device.status {
            DeviceStatus::Active => ("active", None),
            DeviceStatus::NotKnown => ("unknown", None),
            DeviceStatus::Revoked { at } => ("revoked", *at),
        };
        Self {
            id: device.id.as_str(),
            name: device.name.as_deref(),
            platform: &device.platform,
            client: own.client.as_deref(),
            status,
            this_machine: this == Some(&device.id),
            created_at: device.created_at.map(Moment::to_wire),
            revoked_at: revoked_at.map(Moment::to_wire),
        }
    }
}

/// Lists them, revokes some, or deletes records.
pub(super) async fn run(target: &Target, what: Option<&DevicesCommand>, json: bool) -> Result<u8, Failure> {
    let connected = target.connect().await?;
    let context = &connected.context;
    let this = context.device.as_ref().map(|it| it.id.clone());
    let listed = devices::own(context).await?;
    if let Some(unread) = Unlisted::entries(ListOf::Devices, listed.unreadable) {
        output::unlisted(&[unread]);
    }
    let own = listed.list;
    match what {
        None if json => {
            let list: Vec<_> = own.iter().map(|it| DeviceJson::of(it, this.as_ref())).collect();
            output::json(&list)?;
            Ok(0)
        }
        None if own.is_empty() => {
            output::tell("You have no device at this server.");
            Ok(0)
        }
        None => {
            output::result(&table(&own, this.as_ref()))?;
            Ok(0)
        }
        Some(DevicesCommand::Revoke { ids }) => {
            for wanted in chosen(&own, ids)? {
                if this.as_ref() == Some(&wanted.device.id) {
                    return Err(Failure::new(
                        WRONG_USE,
                        format!("{} is this machine.", wanted.device.label()),
                        "Nothing was changed. To unlink it, and forget its keys here, use Settings in the window.",
                    ));
                }
            }
            each(context, chosen(&own, ids)?, true).await
        }
        Some(DevicesCommand::Delete { ids }) => each(context, chosen(&own, ids)?, false).await,
    }
}

/// One after the other; one that fails does not stop the others.
async fn each(context: &Context, chosen: Vec<&UserDevice>, revoke: bool) -> Result<u8, Failure> {
    let mut worst = 0;
    for UserDevice { device, .. } in chosen {
        let name = output::strong(device.label());
        let done = if revoke {
            devices::revoke(context, &device.id).await
        } else {
            devices::delete(context, &device.id).await
        };
        match done {
            Ok(()) if revoke => output::tell(&format!(
                "{name} ({}) is revoked: no key is sealed for it any more. What is sealed already stays until reshare.",
                device.id
            )),
            Ok(()) => output::tell(&format!("The record of {name} ({}) is deleted.", device.id)),
            Err(error) => {
                let failure = Failure::from(error);
                output::failure(&failure.message);
                worst = worst.max(failure.code.max(FAILED));
            }
        }
    }
    Ok(worst)
}

fn chosen<'a>(own: &'a [UserDevice], ids: &[String]) -> Result<Vec<&'a UserDevice>, Failure> {
    let find = |id: &String| {
        let found = own.iter().find(|it| it.device.id.as_str() == id);
        found.ok_or_else(|| {
            Failure::new(
                WRONG_USE,
                format!("You have no device with the id {id}."),
                "Nothing was changed. See what there is: deploy-tokens devices",
            )
        })
    };
    ids.iter().map(find).collect()
}

fn table(own: &[UserDevice], this: Option<&DeviceId>) -> String {
    let (now, zone) = (Moment::now(), jiff::tz::TimeZone::system());
    let mut rows = vec![["DEVICE", "STATUS", "SYSTEM", "CLIENT", "LINKED", "ID"].map(str::to_owned)];
    rows.extend(own.iter().map(|UserDevice { device, client }| {
        let status = match device.status {
            DeviceStatus::Active if this == Some(&device.id) => "active, this machine",
            DeviceStatus::Active => "active",
            DeviceStatus::NotKnown => "not known",
            DeviceStatus::Revoked { .. } => "revoked",
        };
        [
            device.label().to_owned(),
            status.to_owned(),
            device.platform.clone(),
            client.clone().unwrap_or_else(|| "-".to_owned()),
            device
                .created_at
                .map_or_else(|| "-".to_owned(), |at| at.past(now, &zone)),
            device.id.to_string(),
        ]
    }));
    output::aligned(&rows)
}
