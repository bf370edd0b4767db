//! The developer tools of the web view are out of reach: by keys, by the mouse, by the renderer's menu, from elsewhere.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::open;
use testkit::driver::{App, Desktop};

/// What an inspector finds that looks for pages at the address where the web view's library offers them.
fn inspectable(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .ok()?;
    let mut answer = Vec::new();
    // It may hold the connection open.
    drop(stream.read_to_end(&mut answer));
    Some(String::from_utf8_lossy(&answer).into_owned())
}

fn windows(app: &App) -> usize {
    app.tree()
        .nodes()
        .filter(|node| node.role() == "frame" || node.role() == "window")
        .count()
}

#[test]
fn they_open_by_no_key_no_menu_and_from_nowhere() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let desktop = Desktop::new()
        .env("WEBKIT_INSPECTOR_HTTP_SERVER", &format!("127.0.0.1:{port}"))
        .start();
    let app = open(&desktop);

    // The library listens where it is told to before it has a page.
    assert_eq!(
        inspectable(port),
        None,
        "the page is offered to an inspector elsewhere"
    );

    let before = windows(&app);
    for chord in [
        "F12",
        "ctrl+shift+i",
        "ctrl+shift+c",
        "ctrl+shift+j",
        "ctrl+alt+i",
        "ctrl+u",
        "shift+F10",
        "Menu",
    ] {
        app.key(chord);
    }
    app.right_click(400, 300);
    std::thread::sleep(Duration::from_secs(1));
    let tree = app.tree();
    let text = tree.node.text();
    for word in ["Inspect", "Inspector", "Elements", "Console", "Reload"] {
        assert!(!text.contains(word), "{word}\n{tree}");
    }
    assert_eq!(windows(&app), before, "{tree}");
    assert!(
        !tree.nodes().any(|node| node.role() == "menu bar"),
        "the renderer's menu is not there\n{tree}"
    );
}
