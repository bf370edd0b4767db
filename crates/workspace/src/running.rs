//! The server while it runs: bound to a loopback address, stopped by hand or on drop.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::connections;
use super::delivery;
use super::guard::OwnHosts;
use super::routes::{self, BASE};
use super::store::Store;
use super::{LocalAccess, WorkspaceError};

/// How long open requests may take to finish on shutdown.
const GRACE: Duration = Duration::from_secs(5);

/// A serving workspace for who works on it in the same process: it has the owner's way in. Dropping it stops the server at
/// once; [`Serving::shutdown`] lets open requests finish.
#[derive(Debug)]
pub struct Running {
    serving: Serving,
    local: LocalAccess,
}

impl Running {
    pub(super) fn new(serving: Serving, local: LocalAccess) -> Self {
        Self { serving, local }
    }

    /// The workspace's own access token and device.
    pub fn local(&self) -> &LocalAccess {
        &self.local
    }

    /// The base URL for clients: `http://127.0.0.1:PORT/api/v2`.
    pub fn api_url(&self) -> String {
        self.serving.api_url()
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.serving.address
    }

    /// Takes no new requests, lets open ones finish for up to five seconds, and stops.
    pub async fn shutdown(self) {
        self.serving.shutdown().await;
    }
}

/// A server and nothing else: it holds no keys of a device and no bearer. Dropping it stops it at once.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    /// Posts to audit webhooks.
    delivery: JoinHandle<()>,
}

impl Serving {
    pub(super) async fn start(
        store: Store,
        latency: Duration,
        address: SocketAddr,
    ) -> Result<Self, WorkspaceError> {
        if !address.ip().is_loopback() {
            return Err(WorkspaceError::NotLoopback { address });
        }
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| match source.kind() {
                std::io::ErrorKind::AddrInUse => WorkspaceError::PortInUse { address },
                _ => WorkspaceError::Listen { address, source },
            })?;
        let bound = listener
            .local_addr()
            .map_err(|source| WorkspaceError::Listen { address, source })?;
        let (stop, stopped) = oneshot::channel::<()>();
        let delivery = tokio::spawn(delivery::deliver(store.clone()));
        let service = routes::router(store, OwnHosts::of(bound), latency);
        let server = tokio::spawn(async move {
            connections::serve(listener, service, async move {
                // An error means that the other end is gone, which is a wish to stop, too.
                let _ = stopped.await;
            })
            .await;
        });
        tracing::info!(address = %bound, "the local workspace is serving");
        Ok(Self {
            address: bound,
            stop: Some(stop),
            server,
            delivery,
        })
    }

    /// The base URL for clients: `http://127.0.0.1:PORT/api/v2`.
    pub fn api_url(&self) -> String {
        format!("http://{}{BASE}", self.address)
    }

    /// Takes no new requests, lets open ones finish for up to five seconds, and stops.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have stopped by itself.
            let _ = stop.send(());
        }
        if tokio::time::timeout(GRACE, &mut self.server).await.is_err() {
            self.server.abort();
        }
        // It holds the database open.
        self.delivery.abort();
        drop((&mut self.delivery).await);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.server.abort();
        self.delivery.abort();
    }
}
