//! serve: the local workspace on a given address.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::Serialize;

use super::args::Serve;
use super::output;
use crate::connect::{Target, data_dir, open_workspace, workspace_problem};
use crate::failure::{FAILED, Failure, WRONG_USE};
use workspace::{LocalAccess, Options, SampleSize};

#[derive(Serialize)]
struct Ready<'a> {
    api: String,
    access_token: &'a str,
    organization_id: &'a str,
    project_id: &'a str,
    environments: Vec<&'a str>,
}

/// Prints one JSON line when it is ready, then serves until SIGINT or SIGTERM.
pub async fn serve(target: &Target, options: &Serve) -> Result<u8, Failure> {
    if !options.addr.ip().is_loopback() {
        return Err(Failure::new(
            WRONG_USE,
            format!("{} is not an address of this machine alone.", options.addr),
            "Use 127.0.0.1: the local workspace is not made to be reached from elsewhere.",
        ));
    }
    let workspace = open_workspace(Options {
        data_dir: data_dir(target.data())?,
        sample: SampleSize {
            tokens: options.tokens,
            devices: options.devices,
            variables: options.variables,
        },
        requests_per_minute: NonZeroU32::new(options.requests_per_minute),
        moved: options.moved,
        latency: Duration::from_millis(options.latency),
        strict: options.strict,
    });
    let workspace = workspace?;
    workspace::allow_many_connections();
    let (serving, local) = workspace
        .serve_others(options.addr)
        .await
        .map_err(workspace_problem)?;
    tell(serving.api_url(), &local)?;
    // A server needs neither bearer nor keys.
    drop(local);
    interrupted().await?;
    serving.shutdown().await;
    Ok(0)
}

/// The line by which a script knows that it is ready, and how it gets in.
fn tell(api: String, local: &LocalAccess) -> Result<(), Failure> {
    output::json(&Ready {
        api,
        // Exposed because a script that starts the workspace signs in with it; it is worth nothing elsewhere.
        access_token: local.access_token.expose(),
        organization_id: local.organization_id.as_str(),
        project_id: local.project_id.as_str(),
        environments: local
            .environments
            .iter()
            .map(protocol::EnvironmentName::as_str)
            .collect(),
    })
}

async fn interrupted() -> Result<(), Failure> {
    let wrong = |error: std::io::Error| {
        Failure::new(
            FAILED,
            format!("Signals cannot be received: {error}."),
            "Start it again.",
        )
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(wrong)?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            done = tokio::signal::ctrl_c() => done.map_err(wrong),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(wrong)
}
