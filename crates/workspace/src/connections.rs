//! Connections: how long one may be silent, how many there may be, and which one goes when there is no room.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// How long a request's head may take, and how long a connection is kept for the next one.
const SILENCE: Duration = Duration::from_secs(30);

/// The most connections at once, where the system lets a process have as many; each takes some 20 KiB while nothing has come.
const MOST: u64 = 4096;

/// The open files that are left for everything else.
const OTHER_FILES: u64 = 128;

/// The wait after a connection could not be taken: there are no open files left.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until it is told to stop, and then until what is under way is answered. When it is dropped, nothing goes on.
pub(super) async fn serve(listener: TcpListener, service: Router, stop: impl Future<Output = ()>) {
    let (mut seats, closing) = (Seats::new(), GracefulShutdown::new());
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = seats.tasks.join_next_with_id() => seats.left(&ended),
            taken = listener.accept() => match taken {
                Ok((stream, _)) => seats.seat(stream, &service, &closing),
                Err(error) => after(&error).await,
            },
        }
    }
    drop(listener);
    closing.shutdown().await;
}

/// One that ended before it was taken is nobody's trouble.
async fn after(error: &io::Error) {
    let ended = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset];
    if !ended.contains(&error.kind()) {
        tracing::warn!(%error, "a connection could not be taken");
        tokio::time::sleep(PAUSE).await;
    }
}

/// A connection, and how many requests on it are under way.
struct Seat {
    task: AbortHandle,
    under_way: Arc<AtomicUsize>,
}

/// All connections, in the order in which they came.
struct Seats {
    tasks: JoinSet<()>,
    taken: BTreeMap<u64, Seat>,
    next: u64,
    most: usize,
}

type Ended = Result<(tokio::task::Id, ()), tokio::task::JoinError>;

impl Seats {
    fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            taken: BTreeMap::new(),
            next: 0,
            most: most_connections(),
        }
    }

    fn seat(&mut self, stream: TcpStream, service: &Router, closing: &GracefulShutdown) {
        if self.taken.len() >= self.most && !self.make_room() {
            // All of them are being answered. Who is turned away sees that, and comes again.
            return;
        }
        let under_way = Arc::new(AtomicUsize::new(0));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(SILENCE)
            .serve_connection(TokioIo::new(stream), counting(service.clone(), &under_way));
        let watched = closing.watch(connection);
        let task = self.tasks.spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
        self.taken.insert(self.next, Seat { task, under_way });
        self.next = self.next.wrapping_add(1);
    }

    /// Ends the oldest connection on which nothing is under way.
    fn make_room(&mut self) -> bool {
        let is_silent = |seat: &Seat| seat.under_way.load(Ordering::Acquire) == 0;
        let found = self.taken.iter().find(|(_, seat)| is_silent(seat));
        let Some(number) = found.map(|(number, _)| *number) else {
            return false;
        };
        if let Some(seat) = self.taken.remove(&number) {
            seat.task.abort();
        }
        true
    }

    fn left(&mut self, ended: &Ended) {
        let id = match ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        self.taken.retain(|_, seat| seat.task.id() != id);
    }
}

/// The service on one connection, with a count of what is under way.
fn counting(
    service: Router,
    under_way: &Arc<AtomicUsize>,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = Infallible,
    Future: Send,
> + use<> {
    let (service, count) = (TowerToHyperService::new(service), Arc::clone(under_way));
    service_fn(move |request: Request<Incoming>| {
        let one = One::begin(&count);
        let answer = service.call(request);
        async move {
            let answer = answer.await;
            drop(one);
            answer
        }
    })
}

/// A request that is under way.
struct One(Arc<AtomicUsize>);

impl One {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// As many as may be, by what the system lets this process have open.
fn most_connections() -> usize {
    let free = open_files().saturating_sub(OTHER_FILES);
    // At least one, however few there are.
    usize::try_from(free.clamp(1, MOST)).unwrap_or(1)
}

#[cfg(unix)]
fn open_files() -> u64 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.unwrap_or(u64::MAX)
}

#[cfg(not(unix))]
fn open_files() -> u64 {
    u64::MAX
}

/// Lets this process have as many open files as the system allows it, so that thousands of connections find room; what a
/// process does that serves and nothing else.
pub fn allow_many_connections() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let most = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, most) {
            tracing::debug!(%error, "the number of open files stays as it is");
        }
    }
}
