//! A server that is flooded answers whoever means well, and does not grow: sign-in attempts, half-open connections, large
//! bodies. The program serves in a process of its own, so that its memory is what is measured.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use serde_json::json;
use testkit::{Served, http_client};

const MIB: u64 = 1024 * 1024;

/// The memory that a process has in use, in bytes.
fn in_use(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kib = line.split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() * 1024
}

struct Flooded {
    served: Served,
    _folder: tempfile::TempDir,
}

impl Flooded {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let served = Served::start(folder.path(), &[]);
        Self {
            served,
            _folder: folder,
        }
    }

    fn memory(&mut self) -> u64 {
        in_use(self.served.process().id())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.served.told("api"))
    }

    fn address(&self) -> SocketAddr {
        let api = self.served.told("api");
        let host = api.trim_start_matches("http://").split('/').next().unwrap();
        host.parse().unwrap()
    }

    /// What an honest client gets.
    async fn honest(&self) -> u16 {
        let request = http_client()
            .get(self.url("/organizations"))
            .bearer_auth(self.served.told("access_token"))
            .timeout(Duration::from_secs(20));
        request.send().await.unwrap().status().as_u16()
    }

    /// The beginning of a request, and nothing more.
    fn begin(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sign_in_attempts_leave_its_memory_as_it_was() {
    let mut flooded = Flooded::start();
    assert_eq!(flooded.honest().await, 200);
    let before = flooded.memory();
    let (client, url) = (http_client(), flooded.url("/cli/login"));
    let attempt = |number: usize| {
        let body = json!({"email": format!("nobody-{number}@example.com"), "password": "wrong"});
        // Every other one is not waited for.
        let patience = if number.is_multiple_of(2) { 30_000 } else { 20 };
        let request = client.post(&url).json(&body);
        async move {
            let answer = request.timeout(Duration::from_millis(patience)).send().await;
            answer.ok().map(|answer| answer.status().as_u16())
        }
    };
    let answers: Vec<_> = stream::iter(0..1000)
        .map(attempt)
        .buffer_unordered(64)
        .collect()
        .await;
    let told = |status| answers.iter().filter(|it| **it == Some(status)).count();
    assert!(told(401) > 0, "some were checked");
    assert_eq!(
        told(401) + told(429),
        answers.iter().flatten().count(),
        "{answers:?}"
    );
    assert_eq!(flooded.honest().await, 200);
    let grown = flooded.memory().saturating_sub(before) / MIB;
    assert!(grown <= 40, "it grew by {grown} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_connections_and_large_bodies_keep_nobody_out() {
    // This process needs one file for each connection, too.
    workspace::allow_many_connections();
    let mut flooded = Flooded::start();
    assert_eq!(flooded.honest().await, 200);
    let before = flooded.memory();
    let host = flooded.address();
    let half_open: Vec<_> = (0..2000)
        .map(|_| flooded.begin(&format!("GET /api/v2/user HTTP/1.1\r\nHost: {host}\r\n")))
        .collect();
    // Sixteen who are known begin bodies of 64 MiB, and send half a MiB of each.
    let bearer = flooded.served.told("access_token").to_owned();
    let place = format!(
        "/api/v2/projects/{}/environments/production/key",
        flooded.served.told("project_id")
    );
    let large = 64 * MIB;
    let mut bodies: Vec<_> = (0..16)
        .map(|_| {
            flooded.begin(&format!(
                "POST {place} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {bearer}\r\nContent-Length: {large}\r\n\r\n"
            ))
        })
        .collect();
    let part = vec![b' '; 512 * 1024];
    for body in &mut bodies {
        body.set_nonblocking(true).unwrap();
        // As much as it takes.
        let _sent = body.write(&part);
    }
    for _ in 0..20 {
        assert_eq!(flooded.honest().await, 200);
    }
    let grown = flooded.memory().saturating_sub(before) / MIB;
    assert!(grown <= 160, "it grew by {grown} MiB");
    drop((half_open, bodies));
}

#[tokio::test]
async fn who_is_not_known_has_no_large_body_kept() {
    let flooded = Flooded::start();
    let place = format!(
        "/projects/{}/environments/production/push",
        flooded.served.told("project_id")
    );
    let body = format!("{{\"variables\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let send = async |bearer: &str| {
        let request = http_client().post(flooded.url(&place)).bearer_auth(bearer);
        request.body(body.clone()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send("nobodys").await, 401);
    assert_eq!(
        send(flooded.served.told("access_token")).await,
        422,
        "it is read, and makes no sense"
    );
    let long = json!({"email": "x".repeat(20_000), "password": "x"});
    let login = http_client().post(flooded.url("/cli/login")).json(&long);
    assert_eq!(login.send().await.unwrap().status().as_u16(), 413);
}

#[tokio::test]
async fn a_small_body_that_does_not_come_is_waited_for_a_moment_and_not_a_minute() {
    let flooded = Flooded::start();
    let host = flooded.address();
    let begun = Instant::now();
    let mut slow = flooded.begin(&format!(
        "POST /api/v2/cli/login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 40\r\n\r\n{{"
    ));
    slow.set_read_timeout(Some(Duration::from_secs(50))).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let took = begun.elapsed();
    assert!(
        took < Duration::from_secs(40),
        "a large body may take a minute: {took:?}"
    );
}

#[test]
fn a_full_house_makes_room_by_ending_who_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    // With 192 open files there is room for few connections, and the program cannot raise what it may have.
    let program = testkit::program();
    let few = format!(
        "ulimit -n 192; exec '{}' --data '{}' serve",
        program.display(),
        folder.path().display()
    );
    let mut child = std::process::Command::new("sh")
        .args(["-c", &few])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    let api = ready["api"].as_str().unwrap();
    let host = api.trim_start_matches("http://").split('/').next().unwrap();
    let silent: Vec<_> = (0..300).map(|_| TcpStream::connect(host).unwrap()).collect();
    let mut honest = TcpStream::connect(host).unwrap();
    let request = format!("GET /api/v2/user HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    honest.write_all(request.as_bytes()).unwrap();
    honest.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = String::new();
    honest.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    drop(silent);
    child.kill().unwrap();
    child.wait().unwrap();
}
