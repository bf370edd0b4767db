//! A rough road between the client and a real workspace: latency, every n-th request lost, or nobody there for a while.
#![allow(dead_code, reason = "each test crate uses its own part of this")]

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::proxy::{forward, request};

/// How rough.
#[derive(Clone, Copy, Default)]
pub struct Road {
    /// Added to each request.
    pub latency: Duration,
    /// Every request with this number is lost: by turns before the server sees it, and after it acted. 0 for none.
    pub lose_every: usize,
}

struct Shared {
    upstream: SocketAddr,
    road: Road,
    requests: AtomicUsize,
    lost: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
    down: AtomicBool,
    blocked: Mutex<Vec<String>>,
    stop: AtomicBool,
    seen: Mutex<Vec<String>>,
}

/// The road, until it is dropped.
pub struct Rough {
    pub url: String,
    shared: Arc<Shared>,
}

impl Drop for Rough {
    fn drop(&mut self) {
        self.shared.stop.store(true, SeqCst);
    }
}

impl Rough {
    pub fn start(upstream: SocketAddr, road: Road) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v2", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        let zero = || AtomicUsize::new(0);
        let shared = Arc::new(Shared {
            upstream,
            road,
            requests: zero(),
            lost: zero(),
            under_way: zero(),
            most: zero(),
            down: AtomicBool::new(false),
            blocked: Mutex::default(),
            stop: AtomicBool::new(false),
            seen: Mutex::default(),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            while !own.stop.load(SeqCst) {
                match listener.accept() {
                    Ok((client, _)) => {
                        let shared = Arc::clone(&own);
                        std::thread::spawn(move || drop(serve(client, &shared)));
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(2)),
                }
            }
        });
        Self { url, shared }
    }

    /// From now on every connection is closed at once, or not any more.
    pub fn down(&self, down: bool) {
        self.shared.down.store(down, SeqCst);
    }

    /// From now on requests whose path ends in one of these are closed at once.
    pub fn block(&self, endings: Vec<String>) {
        *self.shared.blocked.lock().unwrap() = endings;
    }

    /// Method and path of every request that came here, in order.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many were lost.
    pub fn lost(&self) -> usize {
        self.shared.lost.load(SeqCst)
    }

    /// The most requests that were under way at once.
    pub fn most_at_once(&self) -> usize {
        self.shared.most.load(SeqCst)
    }
}

fn serve(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    client.set_nonblocking(false)?;
    let (head, body) = request(&mut client)?;
    let line: Vec<&str> = head.split(' ').take(2).collect();
    let blocked = shared.blocked.lock().unwrap().clone();
    if shared.down.load(SeqCst) || blocked.iter().any(|it| line.concat().ends_with(it)) {
        return Ok(());
    }
    let number = shared.requests.fetch_add(1, SeqCst) + 1;
    shared.seen.lock().unwrap().push(line.join(" "));
    let under_way = shared.under_way.fetch_add(1, SeqCst) + 1;
    shared.most.fetch_max(under_way, SeqCst);
    std::thread::sleep(shared.road.latency);
    let every = shared.road.lose_every;
    let done = if every > 0 && number.is_multiple_of(every) {
        shared.lost.fetch_add(1, SeqCst);
        let acts = (number / every).is_multiple_of(2);
        if acts {
            forward(&head, &body, shared.upstream).map(drop)
        } else {
            Ok(())
        }
    } else {
        forward(&head, &body, shared.upstream).and_then(|answer| client.write_all(&answer))
    };
    shared.under_way.fetch_sub(1, SeqCst);
    done
}
