//! From the command line's words to a client: the local workspace in process, or an API elsewhere.
//!
//! Part of the composition root, shared by the window and the headless commands.

#[cfg(feature = "workspace")]
mod journal;
#[cfg(feature = "workspace")]
mod local;

use std::path::{Path, PathBuf};

use crate::api::{ApiAddress, Client, HOSTED};
use crate::domain::ProjectId;
use crate::failure::{Failure, WRONG_USE};
use crate::messages;
use crate::secret::AccessToken;
#[cfg(feature = "workspace")]
use crate::service::LinkedDevice;
use crate::service::{Context, ServiceError};

#[cfg(feature = "workspace")]
pub use local::{data_dir, workspace_failure};

/// What to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The workspace in this folder, or in the platform's data folder.
    #[cfg(feature = "workspace")]
    Local(Option<PathBuf>),
    /// The API at this address; the user's token is in `GHOSTABLE_TOKEN`.
    Api {
        /// As it was given; checked when it is used.
        address: Option<String>,
        /// Where the local workspace would be.
        data: Option<PathBuf>,
    },
}

/// Kept while a connection is used: the workspace, where it runs in this process.
#[cfg(feature = "workspace")]
type KeptRunning = Option<crate::workspace::Running>;
/// There is no workspace here.
#[cfg(not(feature = "workspace"))]
type KeptRunning = ();

/// A connection: dropping it stops the workspace, if it runs in this process.
#[derive(Debug)]
pub struct Connected {
    /// For the services.
    pub context: Context,
    /// "Local workspace", or the server's host.
    pub origin: String,
    default_project: Option<ProjectId>,
    _running: KeptRunning,
}

impl Connected {
    /// The project to open when none was named.
    pub fn default_project(&self) -> Option<&ProjectId> {
        self.default_project.as_ref()
    }
}

impl Target {
    /// The folder that was named, if one was.
    pub fn data(&self) -> Option<&Path> {
        match self {
            #[cfg(feature = "workspace")]
            Self::Local(data) => data.as_deref(),
            Self::Api { data, .. } => data.as_deref(),
        }
    }

    /// Connects as a signed-in user.
    ///
    /// # Errors
    /// A [`Failure`] that says what is wrong with the folder, the address or the sign-in.
    pub async fn connect(&self) -> Result<Connected, Failure> {
        match self {
            #[cfg(feature = "workspace")]
            Self::Local(data) => local::connect(data.as_deref()).await,
            Self::Api { address, data } => remote(address.as_deref(), data.as_deref()).await,
        }
    }

    /// The address for a runner, and the workspace to keep running meanwhile.
    ///
    /// # Errors
    /// As [`Target::connect`].
    #[cfg(feature = "workspace")]
    pub async fn runner_address(&self) -> Result<(ApiAddress, KeptRunning), Failure> {
        match self {
            Self::Local(data) => {
                let running = local::start(data.as_deref()).await?;
                Ok((parse(&running.api_url())?, Some(running)))
            }
            Self::Api { address, .. } => Ok((parse(address.as_deref().unwrap_or(HOSTED))?, None)),
        }
    }
}

async fn remote(address: Option<&str>, data: Option<&Path>) -> Result<Connected, Failure> {
    let address = parse(address.unwrap_or(HOSTED))?;
    let token = std::env::var("GHOSTABLE_TOKEN").unwrap_or_default();
    if token.trim().is_empty() {
        return Err(Failure::new(
            WRONG_USE,
            format!("There is no sign-in for {}.", address.host()),
            "Set GHOSTABLE_TOKEN to a user's token, or use --local for the local workspace.",
        ));
    }
    let token = AccessToken::new(token.trim().to_owned());
    let origin = address.host();
    let client = Client::new(address, &token).map_err(ServiceError::from)?;
    let context = known_context(client, data).await?;
    Ok(Connected {
        context,
        origin,
        default_project: None,
        _running: KeptRunning::default(),
    })
}

/// With the local workspace's own device and journal, where the API that was named is that workspace, served by another
/// process. Elsewhere without either: without a device nothing is issued, so there is nothing to be lost.
#[cfg(feature = "workspace")]
async fn known_context(client: Client, data: Option<&Path>) -> Result<Context, Failure> {
    match known_device(&client, data).await {
        Some(device) => local::context(client, device, data),
        None => Ok(Context::new(client, None)),
    }
}

#[cfg(feature = "workspace")]
async fn known_device(client: &Client, data: Option<&Path>) -> Option<LinkedDevice> {
    let device = local::own_device(data)?;
    let listed = client.device(&device.id).await.ok()?;
    (listed.recipient_key() == Some(device.identity.encryption_public())).then_some(device)
}

#[cfg(not(feature = "workspace"))]
async fn known_context(client: Client, _: Option<&Path>) -> Result<Context, Failure> {
    Ok(Context::new(client, None))
}

fn parse(address: &str) -> Result<ApiAddress, Failure> {
    ApiAddress::parse(address).map_err(|error| Failure {
        code: WRONG_USE,
        message: messages::address(error),
    })
}
