//! A proxy between the client and a real workspace that does one thing wrong, from the n-th call of one endpoint on.
#![allow(dead_code, reason = "each test crate uses its own part of this")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

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
    pub method: &'static str,
    pub ending: &'static str,
    pub from: usize,
}

struct Shared {
    upstream: SocketAddr,
    endpoint: Endpoint,
    fault: Fault,
    hits: AtomicUsize,
    fired: AtomicUsize,
    answered: AtomicUsize,
    stop: AtomicBool,
    closed: AtomicBool,
    streamed: AtomicUsize,
    mended: AtomicBool,
}

/// The proxy, until it is dropped.
pub struct Proxy {
    pub url: String,
    shared: Arc<Shared>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
    }
}

impl Proxy {
    pub fn start(upstream: SocketAddr, endpoint: Endpoint, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v2", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        let zero = || AtomicUsize::new(0);
        let shared = Arc::new(Shared {
            upstream,
            endpoint,
            fault,
            hits: zero(),
            fired: zero(),
            answered: zero(),
            stop: AtomicBool::new(matches!(fault, Fault::Refused(0))),
            closed: AtomicBool::new(false),
            streamed: zero(),
            mended: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || accept(listener, &own));
        if matches!(fault, Fault::Refused(0)) {
            wait_closed(&shared);
        }
        Self { url, shared }
    }

    /// From now on nothing goes wrong any more.
    pub fn mend(&self) {
        self.shared.mended.store(true, Ordering::SeqCst);
    }

    /// Whether the fault came to be.
    pub fn fired(&self) -> bool {
        matches!(self.shared.fault, Fault::Refused(_)) || self.shared.fired.load(Ordering::SeqCst) > 0
    }

    /// How much of the gigabyte was taken.
    pub fn streamed(&self) -> usize {
        self.shared.streamed.load(Ordering::SeqCst)
    }
}

fn accept(listener: TcpListener, shared: &Arc<Shared>) {
    while !shared.stop.load(Ordering::SeqCst) {
        match listener.accept() {
            Ok((client, _)) => {
                let shared = Arc::clone(shared);
                std::thread::spawn(move || drop(serve(client, &shared)));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
    drop(listener);
    shared.closed.store(true, Ordering::SeqCst);
}

fn wait_closed(shared: &Shared) {
    while !shared.closed.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn serve(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    client.set_nonblocking(false)?;
    let (head, body) = request(&mut client)?;
    let line = head.lines().next().unwrap_or_default().to_owned();
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.split('?').next().unwrap_or_default();
    let endpoint = shared.endpoint;
    let mended = shared.mended.load(Ordering::SeqCst);
    let fits = !mended && method == endpoint.method && path.ends_with(endpoint.ending);
    let hit = fits && shared.hits.fetch_add(1, Ordering::SeqCst) + 1 >= endpoint.from;
    let upstream = || forward(&head, &body, shared.upstream);
    if !hit || matches!(shared.fault, Fault::Refused(_)) {
        let answer = upstream()?;
        let answered = shared.answered.fetch_add(1, Ordering::SeqCst) + 1;
        if matches!(shared.fault, Fault::Refused(after) if after == answered) {
            shared.stop.store(true, Ordering::SeqCst);
            wait_closed(shared);
        }
        return client.write_all(&answer);
    }
    shared.fired.fetch_add(1, Ordering::SeqCst);
    match shared.fault {
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
                shared.streamed.fetch_add(chunk.len(), Ordering::SeqCst);
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
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(0);
    answer.split_at(end + 4)
}

/// Head and body of a request.
pub fn request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(end) = read.windows(4).position(|it| it == b"\r\n\r\n") {
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
pub fn forward(head: &str, body: &[u8], upstream: SocketAddr) -> std::io::Result<Vec<u8>> {
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
