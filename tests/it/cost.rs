//! What an answer costs: whatever a server sends, `list` takes a bounded amount of memory and ends with a reason or a list.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The most that the program may take, whatever is answered.
const MOST: usize = 150 << 20;
/// The bytes of an answer that is as long as one may be, and of one that would cost too much all the same.
const LONG: usize = 31 << 20;
const SHORT: usize = 6 << 20;

/// A server whose answer to one call is this body, and to the others what leads there. It ends with the test.
fn serve(ending: &'static str, body: Arc<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let body = Arc::clone(&body);
            std::thread::spawn(move || drop(answer(client, ending, &body)));
        }
    });
    address
}

fn answer(mut client: TcpStream, ending: &str, odd: &str) -> std::io::Result<()> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    while !read.windows(4).any(|part| part == b"\r\n\r\n") {
        match client.read(&mut buffer)? {
            0 => return Ok(()),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
    let head = String::from_utf8_lossy(&read).into_owned();
    let path = head.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
    let usual = match path.rsplit('/').next() {
        Some("organizations") => r#"{"data":[{"id":"o1","name":"Org"}]}"#,
        Some("projects") => r#"{"data":[{"id":"p1","name":"Shop","organization_id":"o1"}]}"#,
        Some("environments") => r#"{"data":[{"id":"e1","name":"production","type":"production"}]}"#,
        _ => r#"{"data":[],"meta":{"has_more":false}}"#,
    };
    let body = if path.ends_with(ending) { odd } else { usual };
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    client.write_all(format!("{head}\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes())?;
    client.write_all(body.as_bytes())
}

/// What came of `list`: the most memory that it took, in bytes, its exit code, and what it said on standard error.
fn list(address: SocketAddr) -> (usize, Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said");
    let mut child = Command::new(testkit::built())
        .arg("--data")
        .arg(folder.path())
        .args([
            "--api",
            &format!("http://{address}/api/v2"),
            "list",
            "--env",
            "production",
        ])
        .env("GHOSTABLE_TOKEN", "person")
        .env_remove("RUST_LOG")
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    // It only grows, so that what is seen last is what it was.
    let code = loop {
        peak = peak.max(high_water_mark(&status).unwrap_or(0));
        match child.try_wait().unwrap() {
            Some(ended) => break ended.code(),
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    (peak, code, fs::read_to_string(said).unwrap())
}

fn high_water_mark(status: &str) -> Option<usize> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<usize>().ok()? << 10)
}

/// As many parts as fit, between a beginning and an end.
fn filled(length: usize, begin: &str, part: &str, end: &str) -> String {
    let room = length.saturating_sub(begin.len() + end.len() + 1);
    [begin, &part.repeat(room / part.len()), "1", end].concat()
}

/// A token of which nothing is missing, with so many bytes that nobody knows beside.
fn token(number: usize, name: &str, beside: usize) -> String {
    let (key, beside) = ("A".repeat(43), "x".repeat(beside));
    format!(
        r#"{{"type":"deployment","id":"t{number}","attributes":{{"name":"{name}","status":"active","environment_id":"e1",
        "public_key":"{key}=","beside":"{beside}"}}}}"#
    )
}

/// Runs `list` against an answer to one call, and looks what it took; the words of its end.
fn bounded(what: &str, ending: &'static str, body: String, code: i32) -> String {
    let length = body.len();
    let (peak, ended, said) = list(serve(ending, Arc::new(body)));
    println!("{what}: {} MB of {} MB", peak >> 20, length >> 20);
    assert!(peak > 1 << 20, "{what}: nothing was measured");
    assert!(peak < MOST, "{what}: {} MB", peak >> 20);
    assert_eq!(ended, Some(code), "{what}: {said}");
    assert!(said.len() < 4096, "{what}: {} bytes were said", said.len());
    said
}

#[test]
fn answers_of_millions_of_values_are_refused_with_little_memory() {
    let tokens = "/deploy-tokens";
    let shapes = [
        ("entries that are empty", LONG, r#"{"data":["#, "{},", "]}"),
        ("entries that are lists", SHORT, r#"{"data":["#, "[],", "]}"),
        ("entries that are numbers", SHORT, r#"{"data":["#, "7,", "]}"),
    ];
    for (what, length, begin, part, end) in shapes {
        let said = bounded(what, tokens, filled(length, begin, part, end), 1);
        assert!(said.contains("more than 20000 parts"), "{what}: {said}");
    }
    for ending in ["/organizations", "/projects", "/environments"] {
        let said = bounded(ending, ending, filled(SHORT, r#"{"data":["#, "{},", "]}"), 1);
        assert!(said.contains("more than 20000 parts"), "{ending}: {said}");
    }
}

#[test]
fn one_entry_of_any_size_costs_no_more_than_itself() {
    let tokens = "/deploy-tokens";
    let shapes = [
        (
            "a long name",
            LONG,
            r#"{"data":[{"id":"t1","name":""#,
            "x",
            r#""}]}"#,
        ),
        (
            "a long name of escapes",
            SHORT,
            r#"{"data":[{"id":"t1","name":""#,
            "\\u00e4",
            r#""}]}"#,
        ),
        (
            "many members",
            SHORT,
            r#"{"data":[{"id":"t1","#,
            r#""a":{},"#,
            r#"}]}"#,
        ),
        (
            "a list inside",
            SHORT,
            r#"{"data":[{"id":"t1","x":["#,
            "{},",
            "]}]}",
        ),
        ("a long number", SHORT, r#"{"data":["#, "7", "]}"),
        ("nesting", SHORT, r#"{"data":[{"id":"t1","x":"#, "[", "]}]}"),
        (
            "members beside the list",
            SHORT,
            r#"{"data":[],"#,
            r#""a":{},"#,
            "}",
        ),
    ];
    for (what, length, begin, part, end) in shapes {
        let mut body = filled(length, begin, part, end);
        if what.contains("members") {
            body = body.replacen(",1}", "}", 1);
        }
        let refused = what == "nesting";
        let said = bounded(what, tokens, body, i32::from(refused));
        let is_told = said.contains("cannot be read") || what == "members beside the list";
        assert!(is_told, "{what}: {said}");
    }
}

#[test]
fn thousands_of_entries_that_cannot_be_read_are_one_warning_with_a_number() {
    let entries: Vec<_> = (0..5000)
        .map(|number| format!(r#"{{"name":"lost {number}"}}"#))
        .collect();
    let body = format!(r#"{{"data":[{},{}]}}"#, entries.join(","), token(1, "ci", 0));
    let said = bounded("unreadable", "/deploy-tokens", body, 0);
    assert_eq!(said.matches("warning:").count(), 1, "{said}");
    assert!(said.contains("4,995 more") && said.contains("lost 0"), "{said}");
    let nameless: Vec<_> = (0..5000).map(|number| token(number, "\\u001b[31m", 0)).collect();
    let body = format!(r#"{{"data":[{}]}}"#, nameless.join(","));
    let said = bounded("nameless", "/deploy-tokens", body, 0);
    assert!(
        said.contains("t0 (name)") && said.contains("4,995 more"),
        "{said}"
    );
}

#[test]
fn as_many_tokens_as_a_list_may_have_are_listed() {
    let name = "n".repeat(255);
    let tokens: Vec<_> = (0..20_000).map(|number| token(number, &name, 1100)).collect();
    let body = format!(r#"{{"data":[{}]}}"#, tokens.join(","));
    assert!((LONG - (4 << 20)..LONG).contains(&body.len()), "{}", body.len());
    let said = bounded("tokens", "/deploy-tokens", body, 0);
    assert_eq!(said, "");
}
