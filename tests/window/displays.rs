//! On which display the window opens, and what is said where there is none.

use std::io::Read as _;
use std::os::unix::net::UnixListener;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::{data, open, program, sheet, verify};
use testkit::driver::{App, Desktop, State, any};

/// What the program and the web view's own processes have to choose their display by.
fn environment_of(process: u32, name: &str) -> Option<String> {
    let all = std::fs::read(format!("/proc/{process}/environ")).ok()?;
    let prefix = format!("{name}=");
    let texts = all.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    texts
        .filter_map(|text| text.strip_prefix(&prefix).map(str::to_owned))
        .next()
}

/// New secrets for a token of staging, by pressing alone: there are no keys on this display, and production wants the
/// name typed.
fn rotate_in_staging(app: &App) {
    app.find("push button", "staging").press();
    app.find("push button", "More actions for staging-ci").press();
    app.find("menu item", "Rotate…").press();
    let dialog = app.find("dialog", "Rotate staging-ci?");
    let button = dialog.find("push button", "Rotate staging-ci");
    button.wait(State::Enabled, true).press();
}

#[test]
fn a_window_without_any_x_server() {
    let desktop = Desktop::new().wayland().start();
    let app = open(&desktop);
    assert_eq!(
        environment_of(app.pid(), "GDK_BACKEND").as_deref(),
        Some("wayland")
    );
    assert_eq!(environment_of(app.pid(), "DISPLAY"), None);
    assert!(
        app.find("table", "Deploy tokens").rows().len() > 3,
        "{}",
        app.tree()
    );

    rotate_in_staging(&app);
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    let block = app.clipboard();
    assert!(block.starts_with("GHOSTABLE_CI_TOKEN='"), "{block:?}");
    assert!(verify(&desktop, &block).status.success(), "the copied text works");
    app.find("push button", "Clear now").press();
    app.wait_text("The clipboard is cleared.");
    assert_eq!(app.clipboard(), "");
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn the_window_opens_on_x11_where_both_are() {
    let wayland = Desktop::new().wayland().start();
    let socket = wayland.variable("WAYLAND_DISPLAY").unwrap();
    let desktop = Desktop::new().env("WAYLAND_DISPLAY", &socket).start();
    let app = open(&desktop);
    assert_eq!(environment_of(app.pid(), "GDK_BACKEND").as_deref(), Some("x11"));
    sheet(&app, "on-x11");
}

#[test]
fn what_was_chosen_holds_where_both_are() {
    let x11 = Desktop::new().start();
    let display = x11.variable("DISPLAY").unwrap();
    let desktop = Desktop::new()
        .wayland()
        .env("DISPLAY", &display)
        .env("GDK_BACKEND", "wayland")
        .start();
    let app = open(&desktop);
    assert_eq!(
        environment_of(app.pid(), "GDK_BACKEND").as_deref(),
        Some("wayland")
    );
}

#[test]
fn a_dead_display_beside_a_living_one_is_passed_over() {
    let desktop = Desktop::new().wayland().env("DISPLAY", ":222").start();
    let app = open(&desktop);
    assert_eq!(
        environment_of(app.pid(), "GDK_BACKEND").as_deref(),
        Some("wayland")
    );
    drop(app);

    let desktop = Desktop::new()
        .env("WAYLAND_DISPLAY", "/nowhere/wayland-7")
        .start();
    let app = open(&desktop);
    assert_eq!(environment_of(app.pid(), "GDK_BACKEND").as_deref(), Some("x11"));
}

#[test]
fn blank_variables_are_as_if_unset() {
    let mut desktop = Desktop::new();
    for name in [
        "GDK_BACKEND",
        "WAYLAND_DISPLAY",
        "WAYLAND_SOCKET",
        "XAUTHORITY",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_SESSION_TYPE",
        "GHOSTABLE_API",
        "GHOSTABLE_TOKEN",
        "GHOSTABLE_KEYCHAIN_PREFIX",
        "DEPLOY_TOKENS_JOURNAL_MINUTES",
    ] {
        desktop = desktop.env(name, " ");
    }
    let desktop = desktop.start();
    // Without --data: where the workspace lies is asked of the environment, too.
    let app = desktop.launch(program(), &["--local"]);
    app.find("table", "Deploy tokens");
    assert_eq!(environment_of(app.pid(), "GDK_BACKEND").as_deref(), Some("x11"));
    assert_eq!(
        environment_of(app.pid(), "XDG_DATA_HOME"),
        None,
        "libraries do not see it"
    );
    let workspace = desktop.home().join(".local/share/deploy-tokens/workspace");
    assert!(
        workspace.join("workspace.db").is_file(),
        "{}",
        workspace.display()
    );
    assert!(
        !app.output().contains("DEPLOY_TOKENS_JOURNAL_MINUTES"),
        "{}",
        app.output()
    );
}

/// Starts the program with these variables and no other display, and gives what it says when it has ended.
fn start(environment: &[(&str, &str)]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data").display().to_string();
    let mut command = Command::new(program());
    command
        .args(["--data", &folder, "--local"])
        .env_clear()
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("with {environment:?} it neither opens nor ends\n{said}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

#[track_caller]
fn says_no_display(environment: &[(&str, &str)]) {
    let output = start(environment);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{environment:?}: {said}");
    assert!(
        said.contains("There is no display to open a window on."),
        "{environment:?}: {said}"
    );
    assert!(
        said.contains("use the commands: serve, list, create"),
        "{environment:?}: {said}"
    );
    assert!(!said.contains("panicked"), "{environment:?}: {said}");
}

#[test]
fn no_display_is_said_however_there_is_none() {
    let x11 = Desktop::new().start();
    let wayland = Desktop::new().wayland().start();
    let (display, socket) = (
        x11.variable("DISPLAY").unwrap(),
        wayland.variable("WAYLAND_DISPLAY").unwrap(),
    );
    for environment in [
        vec![],
        vec![("DISPLAY", ""), ("WAYLAND_DISPLAY", "")],
        vec![("DISPLAY", " "), ("WAYLAND_DISPLAY", "\t"), ("GDK_BACKEND", " ")],
        vec![("DISPLAY", ":222")],
        vec![("DISPLAY", "no such thing")],
        vec![("DISPLAY", "127.0.0.1:99")],
        vec![("WAYLAND_DISPLAY", "wayland-9")],
        vec![("WAYLAND_DISPLAY", "/nowhere/wayland-0")],
        vec![("WAYLAND_SOCKET", "77")],
        vec![("DISPLAY", ":222"), ("WAYLAND_DISPLAY", "wayland-9")],
        vec![("GDK_BACKEND", "wayland"), ("DISPLAY", &display)],
        vec![("GDK_BACKEND", "wayland")],
        vec![("GDK_BACKEND", "x11"), ("WAYLAND_DISPLAY", &socket)],
        vec![("GDK_BACKEND", "x11"), ("DISPLAY", ":222")],
        vec![("GDK_BACKEND", "*")],
    ] {
        says_no_display(&environment);
    }
}

#[test]
fn another_backend_is_named() {
    let x11 = Desktop::new().start();
    let display = x11.variable("DISPLAY").unwrap();
    let output = start(&[("GDK_BACKEND", "broadway"), ("DISPLAY", &display)]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("GDK_BACKEND is broadway") && said.contains("x11 or wayland"),
        "{said}"
    );
}

/// A server that takes a connection and says nothing, as one does that is stopped.
#[test]
fn a_display_that_does_not_answer_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("wayland-0");
    let _silent = UnixListener::bind(&socket).unwrap();
    let silent_x11 = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let number = silent_x11.local_addr().unwrap().port().checked_sub(6000).unwrap();
    let began = Instant::now();
    says_no_display(&[
        ("WAYLAND_DISPLAY", &socket.display().to_string()),
        ("DISPLAY", &format!("127.0.0.1:{number}")),
    ]);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn no_session_bus_is_no_reason_not_to_open() {
    let x11 = Desktop::new().start();
    let display = x11.variable("DISPLAY").unwrap();
    for bus in ["unix:path=/nowhere/bus", "not an address", " "] {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("data").display().to_string();
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new(program());
        command
            .args(["--data", &folder, "--local"])
            .env_clear()
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env("DISPLAY", &display)
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.reopen().unwrap());
        let mut child = command.spawn().unwrap();
        let shown = x11.window_of(child.id());
        let state = child.try_wait().unwrap();
        drop(child.kill());
        drop(child.wait());
        let said = std::fs::read_to_string(log.path()).unwrap();
        assert!(shown, "with the bus {bus:?} no window came ({state:?})\n{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_wrong_comfort_is_said_in_the_window_and_stops_nothing() {
    let desktop = Desktop::new().env("DEPLOY_TOKENS_JOURNAL_MINUTES", "abc").start();
    let app = open(&desktop);
    app.wait_text("DEPLOY_TOKENS_JOURNAL_MINUTES is not a number of minutes from 1 to 1440");
    assert!(
        app.output().contains("DEPLOY_TOKENS_JOURNAL_MINUTES"),
        "also on standard error"
    );
    sheet(&app, "made-all-the-same");
    app.find("push button", "Copy block").press();
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    assert!(std::path::Path::new(&data(&desktop)).is_dir());
}
