//! From the command line's words to a client: the local workspace in process, or an API elsewhere.
//!
//! Part of the composition root, shared by the window and the headless commands.

#[cfg(feature = "gui")]
mod chooser;
mod documents;
mod dumps;
#[cfg(feature = "workspace")]
mod journal;
mod keys;
#[cfg(feature = "workspace")]
mod local;
#[cfg(feature = "gui")]
mod machine;
#[cfg(feature = "gui")]
mod notices;
mod server;
#[cfg(feature = "gui")]
mod settings;
#[cfg(feature = "desktop")]
mod window_place;

use model::{MachineError, Problem};
use std::path::{Path, PathBuf};

use client::{ApiAddress, HOSTED};
#[cfg(feature = "gui")]
use keychain::ghostable::PREFIX_VARIABLE;
use process_env::NotTextError;
use protocol::ProjectId;
use service::Context;
#[cfg(feature = "workspace")]
use service::OwnChecks;

pub use documents::read as read_document;
pub use dumps::{keep_out_of_dumps, told_of_locking};
#[cfg(feature = "workspace")]
pub use local::{data_dir, open as open_workspace, workspace_problem};
#[cfg(feature = "gui")]
pub use machine::Machine;
#[cfg(feature = "gui")]
pub(crate) use settings::Remembered;
#[cfg(feature = "desktop")]
pub use window_place::{PlaceMemory, WindowPlace};

/// What to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The workspace in this folder, or in the platform's data folder.
    #[cfg(feature = "workspace")]
    Local(Option<PathBuf>),
    /// The API at this address, with the session of the keychain or the token in `GHOSTABLE_TOKEN`.
    Api {
        /// As it was given; checked when it is used.
        address: Option<String>,
        /// Where the local workspace would be.
        data: Option<PathBuf>,
    },
    /// What the window had open last, by what is remembered in this folder; a window asks where nothing is.
    Remembered(Option<PathBuf>),
}

/// Kept while a connection is used: the workspace, where it runs in this process.
#[cfg(feature = "workspace")]
type KeptRunning = Option<workspace::Running>;
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
            Self::Api { data, .. } | Self::Remembered(data) => data.as_deref(),
        }
    }

    /// Where this program keeps things for this target; `None` where the system has no place for that.
    #[cfg(feature = "gui")]
    pub fn folder(&self) -> Option<PathBuf> {
        keys::folder(self.data())
    }

    /// What is remembered there; `None` where the system has no place for that.
    #[cfg(feature = "gui")]
    pub(crate) fn remembered(&self) -> Option<Remembered> {
        self.folder().map(Remembered::in_folder)
    }

    /// Connects as a signed-in user.
    ///
    /// # Errors
    /// A [`Problem`] that says what is wrong with the folder, the address or the sign-in.
    pub async fn connect(&self) -> Result<Connected, Problem> {
        match self {
            #[cfg(feature = "workspace")]
            Self::Local(data) => local::connect(data.as_deref()).await,
            Self::Api { address, data } => server::connect(&hosted_or(address)?, data.as_deref()).await,
            Self::Remembered(data) => server::connect(&parse(HOSTED)?, data.as_deref()).await,
        }
    }

    /// The address for a runner, and the workspace to keep running meanwhile.
    ///
    /// # Errors
    /// As [`Target::connect`].
    #[cfg(feature = "workspace")]
    pub async fn runner_address(&self) -> Result<(ApiAddress, KeptRunning), Problem> {
        match self {
            Self::Local(data) => {
                let running = local::start(data.as_deref()).await?;
                Ok((parse(&running.api_url())?, Some(running)))
            }
            Self::Api { address, .. } => Ok((hosted_or(address)?, None)),
            Self::Remembered(_) => Ok((parse(HOSTED)?, None)),
        }
    }
}

#[cfg(feature = "workspace")]
impl Target {
    /// Where a check as a runner is noted, so that it is not taken for a use by CI; `None` on a machine where this program
    /// keeps nothing. What serves on this machine is taken for the local workspace.
    pub fn own_checks(&self) -> Option<OwnChecks> {
        let address = match self {
            Self::Local(data) => return journal::own_checks(data.as_deref()),
            Self::Api { address, .. } => hosted_or(address).ok()?,
            Self::Remembered(_) => parse(HOSTED).ok()?,
        };
        if address.is_loopback() {
            return journal::own_checks(self.data());
        }
        server::own_checks(&address, self.data())
    }
}

/// What was not as it should be among what this program is told for comfort, and does not stop it.
pub fn remark() -> Option<Problem> {
    keys::deadline_remark()
}

/// Whether what a window on a target will ask of the environment can be read.
///
/// # Errors
/// When one of the variables is not text.
#[cfg(feature = "gui")]
pub fn check_environment(target: &Target) -> Result<(), Problem> {
    process_env::text(PREFIX_VARIABLE).map_err(not_text)?;
    if matches!(target, Target::Api { .. }) {
        server::given_token()?;
    }
    Ok(())
}

/// A variable of the process that is not text.
fn not_text(error: NotTextError) -> Problem {
    MachineError::NotText { variable: error.name }.into()
}

fn hosted_or(address: &Option<String>) -> Result<ApiAddress, Problem> {
    parse(address.as_deref().unwrap_or(HOSTED))
}

fn parse(address: &str) -> Result<ApiAddress, Problem> {
    Ok(ApiAddress::parse(address)?)
}
