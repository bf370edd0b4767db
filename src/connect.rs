//! From the command line's words to a client: the local workspace in process, or an API elsewhere.
//!
//! Part of the composition root, shared by the window and the headless commands.

use std::path::{Path, PathBuf};

use crate::api::{ApiAddress, Client, HOSTED};
use crate::cli::Failure;
use crate::domain::ProjectId;
use crate::messages;
use crate::secret::AccessToken;
use crate::service::{Context, LinkedDevice, ServiceError};
use crate::workspace::{Options, Running, SampleSize, Workspace, WorkspaceError, default_data_dir};

/// Exit code of wrong use.
const WRONG_USE: u8 = 2;
/// Exit code of any failure of the machine itself.
const FAILED: u8 = 1;

/// What to connect to.
#[derive(Clone, Debug)]
pub enum Target {
    /// The workspace in this folder, or in the platform's data folder.
    Local(Option<PathBuf>),
    /// The API at this address; the user's token is in `GHOSTABLE_TOKEN`.
    Api {
        /// As it was given; checked when it is used.
        address: Option<String>,
        /// Where the local workspace would be.
        data: Option<PathBuf>,
    },
}

/// A connection: dropping it stops the workspace, if it runs in this process.
#[derive(Debug)]
pub struct Connected {
    /// For the services.
    pub context: Context,
    /// "Local workspace", or the server's host.
    pub origin: String,
    default_project: Option<ProjectId>,
    _running: Option<Running>,
}

impl Connected {
    /// The project to open when none was named.
    pub fn default_project(&self) -> Option<String> {
        self.default_project.as_ref().map(ToString::to_string)
    }
}

impl Target {
    /// The folder that was named, if one was.
    pub fn data(&self) -> Option<&Path> {
        match self {
            Self::Local(data) | Self::Api { data, .. } => data.as_deref(),
        }
    }

    /// Connects as a signed-in user.
    ///
    /// # Errors
    /// A [`Failure`] that says what is wrong with the folder, the address or the sign-in.
    pub async fn connect(&self) -> Result<Connected, Failure> {
        match self {
            Self::Local(data) => local(data.as_deref()).await,
            Self::Api { address, data } => remote(address.as_deref(), data.as_deref()).await,
        }
    }

    /// The address for a runner, and the workspace to keep running meanwhile.
    ///
    /// # Errors
    /// As [`Target::connect`].
    pub async fn runner_address(&self) -> Result<(ApiAddress, Option<Running>), Failure> {
        match self {
            Self::Local(data) => {
                let running = start(data.as_deref()).await?;
                Ok((parse(&running.api_url())?, Some(running)))
            }
            Self::Api { address, .. } => Ok((parse(address.as_deref().unwrap_or(HOSTED))?, None)),
        }
    }
}

/// The folder that was named, or the platform's.
///
/// # Errors
/// When the platform has none.
pub fn data_dir(named: Option<&Path>) -> Result<PathBuf, Failure> {
    named.map(Path::to_owned).or_else(default_data_dir).ok_or_else(|| {
        Failure::new(WRONG_USE, "This system has no folder for program data.", "Name one with --data.")
    })
}

/// A workspace that could not be opened, in words.
pub fn workspace_failure(error: &WorkspaceError) -> Failure {
    let message = messages::workspace(error);
    Failure { code: FAILED, message }
}

async fn start(data: Option<&Path>) -> Result<Running, Failure> {
    let options = Options {
        data_dir: data_dir(data)?,
        sample: SampleSize::default(),
        rotate_keeps_ci_token: false,
    };
    let open = move || Workspace::open(options);
    let workspace = tokio::task::spawn_blocking(open).await.map_err(|_| ServiceError::Stopped)?;
    let workspace = workspace.map_err(|error| workspace_failure(&error))?;
    let free_port = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    workspace.serve(free_port).await.map_err(|error| workspace_failure(&error))
}

async fn local(data: Option<&Path>) -> Result<Connected, Failure> {
    let running = start(data).await?;
    let access = running.local();
    let client = Client::new(parse(&running.api_url())?, &access.access_token).map_err(ServiceError::from)?;
    let device = LinkedDevice { id: access.device_id.clone(), identity: access.identity.clone() };
    Ok(Connected {
        context: Context { client, device: Some(device) },
        origin: "Local workspace".to_owned(),
        default_project: Some(access.project_id.clone()),
        _running: Some(running),
    })
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
    let device = known_device(&client, data).await;
    Ok(Connected { context: Context { client, device }, origin, default_project: None, _running: None })
}

/// The local workspace's own device, where the API that was named is that workspace, served by another process.
async fn known_device(client: &Client, data: Option<&Path>) -> Option<LinkedDevice> {
    let folder = data_dir(data).ok()?;
    let access = crate::workspace::LocalAccess::read(&folder).ok()??;
    let device = LinkedDevice { id: access.device_id.clone(), identity: access.identity.clone() };
    let listed = client.device(&device.id).await.ok()?;
    (listed.recipient_key() == Some(device.identity.encryption_public())).then_some(device)
}

fn parse(address: &str) -> Result<ApiAddress, Failure> {
    ApiAddress::parse(address).map_err(|error| Failure { code: WRONG_USE, message: messages::address(error) })
}
