//! The page of the real window loads nothing from anywhere: attempts from inside it never leave the web view.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::driver::{Desktop, example};

const KINDS: [(&str, &str, &str); 4] = [
    (
        "image",
        "image/svg+xml",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>",
    ),
    ("script", "text/javascript", ""),
    ("style", "text/css", ""),
    ("fetch", "text/plain", ""),
];

/// A server that gives what is asked for and counts the requests.
fn serve() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // By name: the policy has to let the renderer's own socket on 127.0.0.1 through, and with it that address.
    let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let mut line = String::new();
            let _ = BufReader::new(&stream).read_line(&mut line);
            let found = KINDS.iter().find(|(kind, ..)| line.contains(kind));
            let (_, mime, body) = found.copied().unwrap_or_default();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\nAccess-Control-Allow-Origin: *\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (address, requests)
}

fn tried(arguments: &[&str]) -> String {
    let desktop = Desktop::new().start();
    let app = desktop.launch(example("policy_probe"), arguments);
    app.wait_text("all tried");
    app.text()
}

#[test]
fn the_page_loads_nothing_from_elsewhere() {
    let (address, requests) = serve();
    let told = tried(&[&address]);
    for (kind, ..) in KINDS {
        assert!(told.contains(&format!("{kind} refused")), "{told}");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 0, "nothing was asked for");

    // Without the policy the same attempts succeed.
    let told = tried(&[&address, "without"]);
    for (kind, ..) in KINDS {
        assert!(told.contains(&format!("{kind} loaded")), "{told}");
    }
    assert_eq!(requests.load(Ordering::SeqCst), KINDS.len());
}
