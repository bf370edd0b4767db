//! A proxy between a client and a real workspace, in which things go wrong: one thing from the n-th call of one endpoint
//! on, or latency, lost requests and a server that is away for a while.
//!
//! It speaks as much HTTP as this project's clients and servers do: bodies with a length, one request a connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// In every body that the proxy makes up; no message may repeat it.
pub const CANARY: &str = "canary-in-the-body";

/// What goes wrong.
#[derive(Clone, Copy)]
pub enum Fault {
    /// Nobody listens any more, from this many answers on.
    Refused(usize),
    /// The connection closes before the request reaches the server.
    LostBefore,
    /// The server acts; the connection closes instead of its answer.
    LostAfter,
    /// The server is not asked: a status, further headers, a body.
    Status(u16, &'static str, &'static str),
    /// The server acts and answers with this status all the same.
    ActedBut(u16),
    /// The server acts; half of its answer arrives.
    Cut,
    /// The server acts; a gigabyte arrives, without a length.
    Huge,
    /// The server acts; this body arrives instead.
    Body(&'static str),
    /// The server acts; its answer is changed.
    Edit(fn(&mut Value)),
    /// The server acts; nothing arrives.
    Silence,
}

/// Where it goes wrong.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// As in `GET`.
    pub method: &'static str,
    /// How the path ends, without its query.
    pub ending: &'static str,
    /// From its call with this number on, counted from 1.
    pub from: usize,
}

impl Endpoint {
    /// Whether a request with this head goes there, whatever its number.
    fn is_of(&self, head: &str) -> bool {
        let mut words = head.lines().next().unwrap_or_default().split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = path.split('?').next().unwrap_or_default();
        method == self.method && path.ends_with(self.ending)
    }
}

/// Everything that goes wrong; nothing by default.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    /// One thing at one endpoint.
    pub one: Option<(Endpoint, Fault)>,
    /// Added to each request.
    pub latency: Duration,
    /// Every request with this number is lost: by turns before the server sees it, and after it acted. 0 for none.
    pub lose_every: usize,
    /// Requests whose path ends like this are held until so many requests are under way at once, which the test waits for
    /// in vain when there are never so many.
    pub gather: Option<(&'static str, usize)>,
    /// More calls are answered with 429 and the time to wait, and do not reach the server.
    pub budget: Option<Budget>,
}

/// How many calls a server takes in a time, as one that counts them by the minute; from the first call on.
#[derive(Clone, Copy)]
pub struct Budget {
    /// So many.
    pub calls: usize,
    /// In whole seconds, because that is how the wait is told.
    pub window: Duration,
}

/// How many requests there are at once.
#[derive(Clone, Copy, Default)]
struct Crowd {
    now: usize,
    most: usize,
}

/// How long a request is held for others to come, or until somebody lets it go. Only reached by a failing test.
const GATHERING: Duration = Duration::from_secs(5);
const HOLDING: Duration = Duration::from_secs(60);

struct Shared {
    address: SocketAddr,
    upstream: SocketAddr,
    faults: Faults,
    /// Requests to the endpoint of the one fault.
    hits: AtomicUsize,
    fired: AtomicUsize,
    answered: AtomicUsize,
    streamed: AtomicUsize,
    requests: AtomicUsize,
    lost: AtomicUsize,
    throttled: AtomicUsize,
    window: Mutex<Option<(Instant, usize)>>,
    turned_away: AtomicUsize,
    crowd: Mutex<Crowd>,
    grows: Condvar,
    mended: AtomicBool,
    down: AtomicBool,
    blocked: Mutex<Vec<String>>,
    held: Mutex<Option<Endpoint>>,
    holding: AtomicUsize,
    let_go: Condvar,
    seen: Mutex<Vec<String>>,
    stop: AtomicBool,
    closed: Mutex<bool>,
    closes: Condvar,
}

impl Shared {
    /// Ends listening; returns when nobody can connect any more.
    fn close(&self) {
        self.stop.store(true, SeqCst);
        // Whoever waits for a connection gets this one, and looks.
        drop(TcpStream::connect(self.address));
        let closed = self.closed.lock().unwrap();
        drop(self.closes.wait_while(closed, |closed| !*closed).unwrap());
    }

    fn accept(self: &Arc<Self>, listener: TcpListener) {
        while let Ok((client, _)) = listener.accept() {
            if self.stop.load(SeqCst) {
                break;
            }
            let shared = Arc::clone(self);
            std::thread::spawn(move || drop(serve(client, &shared)));
        }
        drop(listener);
        *self.closed.lock().unwrap() = true;
        self.closes.notify_all();
    }
}

/// The proxy, until it is dropped.
pub struct FaultProxy {
    /// The address of the API behind it.
    pub url: String,
    shared: Arc<Shared>,
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl FaultProxy {
    /// Listens on a free port, in front of a server.
    pub fn start(upstream: SocketAddr, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let zero = || AtomicUsize::new(0);
        let shared = Arc::new(Shared {
            address,
            upstream,
            faults,
            hits: zero(),
            fired: zero(),
            answered: zero(),
            streamed: zero(),
            requests: zero(),
            lost: zero(),
            throttled: zero(),
            window: Mutex::default(),
            turned_away: zero(),
            crowd: Mutex::default(),
            grows: Condvar::new(),
            mended: AtomicBool::new(false),
            down: AtomicBool::new(false),
            blocked: Mutex::default(),
            held: Mutex::default(),
            holding: zero(),
            let_go: Condvar::new(),
            seen: Mutex::default(),
            stop: AtomicBool::new(false),
            closed: Mutex::default(),
            closes: Condvar::new(),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || own.accept(listener));
        if matches!(faults.one, Some((_, Fault::Refused(0)))) {
            shared.close();
        }
        let url = format!("http://{address}/api/v2");
        Self { url, shared }
    }

    /// One thing goes wrong at one endpoint.
    pub fn at(upstream: SocketAddr, endpoint: Endpoint, fault: Fault) -> Self {
        let one = Some((endpoint, fault));
        Self::start(
            upstream,
            Faults {
                one,
                ..Faults::default()
            },
        )
    }

    /// From now on the one thing does not go wrong any more.
    pub fn mend(&self) {
        self.shared.mended.store(true, SeqCst);
    }

    /// Whether the one fault came to be.
    pub fn fired(&self) -> bool {
        let refused = matches!(self.shared.faults.one, Some((_, Fault::Refused(_))));
        refused || self.shared.fired.load(SeqCst) > 0
    }

    /// How much of the gigabyte was taken, in bytes.
    pub fn streamed(&self) -> usize {
        self.shared.streamed.load(SeqCst)
    }

    /// From now on every connection is closed at once, or not any more.
    pub fn down(&self, down: bool) {
        self.shared.down.store(down, SeqCst);
    }

    /// From now on requests whose method and path end in one of these are closed at once.
    pub fn block(&self, endings: Vec<String>) {
        *self.shared.blocked.lock().unwrap() = endings;
    }

    /// From now on requests to an endpoint wait, before the server sees them, until they are let go.
    pub fn hold(&self, endpoint: Endpoint) {
        *self.shared.held.lock().unwrap() = Some(endpoint);
    }

    /// How many requests were held until now.
    pub fn held(&self) -> usize {
        self.shared.holding.load(SeqCst)
    }

    /// What is held goes on.
    pub fn let_go(&self) {
        *self.shared.held.lock().unwrap() = None;
        self.shared.let_go.notify_all();
    }

    /// Method and path of every request that came here, in order; without those that were closed at once.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many were lost because of their number.
    pub fn lost(&self) -> usize {
        self.shared.lost.load(SeqCst)
    }

    /// How many were answered with 429 because there had been too many.
    pub fn throttled(&self) -> usize {
        self.shared.throttled.load(SeqCst)
    }

    /// How many were closed at once.
    pub fn turned_away(&self) -> usize {
        self.shared.turned_away.load(SeqCst)
    }

    /// The most requests that were under way at once.
    pub fn most_at_once(&self) -> usize {
        self.shared.crowd.lock().unwrap().most
    }
}

fn serve(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let (head, body) = request(&mut client)?;
    let line: Vec<&str> = head.split(' ').take(2).collect();
    let blocked = shared.blocked.lock().unwrap().clone();
    if shared.down.load(SeqCst) || blocked.iter().any(|ending| line.concat().ends_with(ending)) {
        shared.turned_away.fetch_add(1, SeqCst);
        return Ok(());
    }
    let number = shared.requests.fetch_add(1, SeqCst) + 1;
    shared.seen.lock().unwrap().push(line.join(" "));
    arrive(line.last().copied().unwrap_or_default(), shared);
    wait_if_held(&head, shared);
    std::thread::sleep(shared.faults.latency);
    let done = carry(&mut client, &head, &body, number, shared);
    shared.crowd.lock().unwrap().now -= 1;
    done
}

/// Counts a request, and holds it while others are waited for.
fn arrive(path: &str, shared: &Shared) {
    let mut crowd = shared.crowd.lock().unwrap();
    crowd.now += 1;
    crowd.most = crowd.most.max(crowd.now);
    shared.grows.notify_all();
    if let Some((ending, wanted)) = shared.faults.gather
        && path.ends_with(ending)
    {
        let few = |crowd: &mut Crowd| crowd.most < wanted;
        drop(shared.grows.wait_timeout_while(crowd, GATHERING, few).unwrap());
    }
}

/// Returns when nobody holds the request any more.
fn wait_if_held(head: &str, shared: &Shared) {
    let held_now = shared.held.lock().unwrap();
    if held_now.is_some_and(|endpoint| endpoint.is_of(head)) {
        shared.holding.fetch_add(1, SeqCst);
        let held = |held: &mut Option<Endpoint>| held.is_some();
        drop(shared.let_go.wait_timeout_while(held_now, HOLDING, held).unwrap());
    }
}

/// Does with a request what is to be done with it.
fn carry(
    client: &mut TcpStream,
    head: &str,
    body: &[u8],
    number: usize,
    shared: &Shared,
) -> std::io::Result<()> {
    let left = match spend(shared) {
        Ok(left) => left,
        Err(wait) => {
            shared.throttled.fetch_add(1, SeqCst);
            let headers = format!("retry-after: {}\r\n{}", wait.as_secs() + 1, remaining(shared, 0));
            return client.write_all(&answer(429, &headers, CANARY));
        }
    };
    let upstream = || forward(head, body, shared.upstream);
    let every = shared.faults.lose_every;
    if every > 0 && number.is_multiple_of(every) {
        shared.lost.fetch_add(1, SeqCst);
        let acts = (number / every).is_multiple_of(2);
        return if acts { upstream().map(drop) } else { Ok(()) };
    }
    if let Some(fault) = struck(head, shared) {
        shared.fired.fetch_add(1, SeqCst);
        return go_wrong(client, fault, shared, upstream);
    }
    let mut answer = upstream()?;
    if let (Some(left), Some(end)) = (left, answer.windows(2).position(|part| part == b"\r\n")) {
        answer.splice(end + 2..end + 2, remaining(shared, left).into_bytes());
    }
    let answered = shared.answered.fetch_add(1, SeqCst) + 1;
    if matches!(shared.faults.one, Some((_, Fault::Refused(after))) if after == answered) {
        shared.close();
    }
    client.write_all(&answer)
}

/// Takes one call of the budget, and gives how many are left; or how long the window still lasts.
fn spend(shared: &Shared) -> Result<Option<usize>, Duration> {
    let Some(budget) = shared.faults.budget else {
        return Ok(None);
    };
    let mut window = shared.window.lock().unwrap();
    let (begun, used) = window
        .filter(|(begun, _)| begun.elapsed() < budget.window)
        .unwrap_or((Instant::now(), 0));
    if used == budget.calls {
        return Err(budget.window.saturating_sub(begun.elapsed()));
    }
    *window = Some((begun, used + 1));
    Ok(Some(budget.calls - used - 1))
}

fn remaining(shared: &Shared, left: usize) -> String {
    let limit = shared.faults.budget.map_or(0, |it| it.calls);
    format!("x-ratelimit-limit: {limit}\r\nx-ratelimit-remaining: {left}\r\n")
}

/// The one fault, if it is this request's.
fn struck(head: &str, shared: &Shared) -> Option<Fault> {
    let (endpoint, fault) = shared.faults.one?;
    let fits = !shared.mended.load(SeqCst) && endpoint.is_of(head);
    let hit = fits && shared.hits.fetch_add(1, SeqCst) + 1 >= endpoint.from;
    (hit && !matches!(fault, Fault::Refused(_))).then_some(fault)
}

fn go_wrong(
    client: &mut TcpStream,
    fault: Fault,
    shared: &Shared,
    upstream: impl FnOnce() -> std::io::Result<Vec<u8>>,
) -> std::io::Result<()> {
    match fault {
        Fault::Refused(_) | Fault::LostBefore => Ok(()),
        Fault::LostAfter => upstream().map(drop),
        Fault::Status(status, headers, body) => client.write_all(&answer(status, headers, body)),
        Fault::ActedBut(status) => {
            upstream()?;
            client.write_all(&answer(status, "", CANARY))
        }
        Fault::Cut => {
            let answer = upstream()?;
            let half = split(&answer).0.len() + split(&answer).1.len() / 2;
            client.write_all(&answer[..half])
        }
        Fault::Huge => {
            upstream()?;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
            client.write_all(head.as_bytes())?;
            let chunk = vec![b' '; 64 * 1024];
            for _ in 0..16 * 1024 {
                client.write_all(&chunk)?;
                shared.streamed.fetch_add(chunk.len(), SeqCst);
            }
            Ok(())
        }
        Fault::Body(body) => {
            upstream()?;
            client.write_all(&answer(200, "", body))
        }
        Fault::Edit(edit) => {
            let original = upstream()?;
            let mut json: Value = serde_json::from_slice(split(&original).1).unwrap_or_default();
            edit(&mut json);
            client.write_all(&answer(200, "", &json.to_string()))
        }
        Fault::Silence => {
            upstream()?;
            let mut rest = [0; 1];
            client.set_read_timeout(Some(Duration::from_secs(30)))?;
            client.read(&mut rest).map(drop)
        }
    }
}

fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn split(answer: &[u8]) -> (&[u8], &[u8]) {
    let end = answer
        .windows(4)
        .position(|part| part == b"\r\n\r\n")
        .unwrap_or(0);
    answer.split_at(end + 4)
}

/// Head and body of a request.
fn request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(end) = read.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().ok())?
            });
            if read.len() >= end + 4 + length.unwrap_or(0) {
                return Ok((head, read.split_off(end + 4)));
            }
        }
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        read.extend_from_slice(&buffer[..count]);
    }
}

/// The server insists on its own name, and every answer ends its connection.
fn forward(head: &str, body: &[u8], upstream: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut lines: Vec<String> = head
        .lines()
        .filter(|line| {
            let name = line.split(':').next().unwrap_or_default().to_lowercase();
            name != "host" && name != "connection"
        })
        .map(str::to_owned)
        .collect();
    lines.push(format!("host: {upstream}\r\nconnection: close\r\n\r\n"));
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(lines.join("\r\n").as_bytes())?;
    server.write_all(body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}
