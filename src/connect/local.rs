//! The local workspace, started in this process on a free loopback port.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Connected, journal};
use model::{KeysIn, LocalWorkspaceError, MachineError, Problem};
use service::{Context, LinkedDevice, Server};
use workspace::{LocalAccess, Options, Running, Workspace, WorkspaceError, default_data_dir};

/// The folder that was named, or the platform's.
///
/// # Errors
/// When the platform has none.
pub fn data_dir(named: Option<&Path>) -> Result<PathBuf, Problem> {
    named
        .map(Path::to_owned)
        .or_else(default_data_dir)
        .ok_or(Problem::Machine(MachineError::NoDataFolder))
}

/// What went wrong with the workspace, as far as it is told.
pub fn workspace_problem(error: WorkspaceError) -> Problem {
    Problem::Workspace(match error {
        WorkspaceError::Corrupt { path, reason } => LocalWorkspaceError::Corrupt { path, reason },
        WorkspaceError::NotPrivate { path, reason } => LocalWorkspaceError::NotPrivate { path, reason },
        WorkspaceError::NoRoom { disk } => LocalWorkspaceError::NoRoom {
            said: disk.to_string(),
        },
        WorkspaceError::InUse { path } => LocalWorkspaceError::InUse { path },
        WorkspaceError::Exists { path } => LocalWorkspaceError::Exists { path },
        WorkspaceError::NotABackup { path, reason } => LocalWorkspaceError::NotABackup { path, reason },
        WorkspaceError::TooNew { path, .. } => LocalWorkspaceError::TooNew { path },
        WorkspaceError::Keys { path, reason } => LocalWorkspaceError::Keys { path, reason },
        WorkspaceError::PortInUse { address } => LocalWorkspaceError::PortInUse { address },
        WorkspaceError::NotLoopback { address } => LocalWorkspaceError::NotLoopback { address },
        WorkspaceError::Listen { address, source } => LocalWorkspaceError::Listen {
            address,
            cause: source.into(),
        },
        WorkspaceError::File { path, source } => LocalWorkspaceError::File {
            path,
            cause: source.into(),
        },
        other @ (WorkspaceError::Database(_) | WorkspaceError::Sample(_)) => LocalWorkspaceError::Other {
            said: other.to_string(),
        },
    })
}

/// Opens the workspace. When its CI tokens end is told once, as by any server: when it is made, and to its own journal.
///
/// # Errors
/// What is wrong with the folder or what is in it.
pub fn open(options: Options) -> Result<Workspace, Problem> {
    let folder = options.data_dir.clone();
    let workspace = Workspace::open(options).map_err(workspace_problem)?;
    let ends = workspace.sample_ends().iter();
    let mut ends = ends
        .map(|end| (end.token.clone(), end.suffix.clone(), end.at))
        .peekable();
    if ends.peek().is_some()
        && let Err(error) = service::note_ends(&journal::open(&folder)?, ends)
    {
        tracing::warn!(%error, "the ends of the sample's tokens cannot be noted");
    }
    Ok(workspace)
}

pub(super) async fn start(data: Option<&Path>) -> Result<Running, Problem> {
    let options = Options {
        data_dir: data_dir(data)?,
        // Nothing is throttled: nobody else uses it.
        ..Options::default()
    };
    let workspace = tokio::task::spawn_blocking(move || open(options));
    let workspace = workspace.await.map_err(|_| Problem::Stopped)??;
    let free_port = SocketAddr::from(([127, 0, 0, 1], 0));
    workspace.serve(free_port).await.map_err(workspace_problem)
}

pub(super) async fn connect(data: Option<&Path>) -> Result<Connected, Problem> {
    let running = start(data).await?;
    let access = running.local();
    let server = Server::at(&running.api_url(), &access.access_token)?;
    Ok(Connected {
        context: context(Context::new(server, Some(device(access))), data)?,
        origin: "Local workspace".to_owned(),
        default_project: Some(access.project_id.clone()),
        _running: Some(running),
    })
}

/// With the workspace's own journal.
pub(super) fn context(context: Context, data: Option<&Path>) -> Result<Context, Problem> {
    let journal = journal::open(&data_dir(data)?)?;
    Ok(context
        .with_keys_in(KeysIn::LocalKeys)
        .with_journal(Arc::new(journal)))
}

pub(super) fn own_device(data: Option<&Path>) -> Option<LinkedDevice> {
    let folder = data_dir(data).ok()?;
    LocalAccess::read(&folder).ok().flatten().as_ref().map(device)
}

fn device(access: &LocalAccess) -> LinkedDevice {
    LinkedDevice {
        id: access.device_id.clone(),
        identity: access.identity.clone(),
    }
}
