//! The window driver itself, on a page with one of everything (`examples/driver_probe.rs`).

use std::sync::Arc;

use testkit::driver::{App, Desktop, State, any, containing, example};

fn probe(desktop: &Arc<Desktop>) -> App {
    let app = desktop.launch(example("driver_probe"), &[]);
    app.find("heading", "Driver probe");
    app
}

#[test]
fn presses_buttons_and_reads_states() {
    let app = probe(&Desktop::new().start());
    assert_eq!(app.title(), "Driver probe");
    app.find("push button", "Press me").press();
    app.wait_text("Pressed 1 times");
    app.find("push button", "Press me").click();
    app.wait_text("Pressed 2 times");
    assert_eq!(app.find("status bar", any()).text(), "Pressed 2 times");

    let star = app.find("toggle button", "Star");
    assert!(!star.is(State::Pressed));
    star.press();
    star.wait(State::Pressed, true);

    let more = app.find("push button", "More");
    assert!(!more.is(State::Expanded));
    more.press();
    more.wait(State::Expanded, true);

    let read_only = app.find("check box", "Read only");
    read_only.press();
    read_only.wait(State::Checked, true);

    assert!(!app.find("push button", "Never").is(State::Enabled));
    assert!(app.get("push button", "Nowhere").is_none());
}

#[test]
fn types_and_sends_keys() {
    let app = probe(&Desktop::new().start());
    let entry = app.find("entry", "Token name");
    entry.focus();
    app.type_text("ci-main: 42 %");
    app.wait_text("Typed: ci-main: 42 %");
    assert_eq!(entry.text(), "ci-main: 42 %");

    app.key("Tab");
    app.find("check box", "Read only").wait(State::Focused, true);
    app.key("Tab");
    app.find("toggle button", "Star").wait(State::Focused, true);
    app.key("shift+Tab");
    app.key("space");
    app.find("check box", "Read only").wait(State::Checked, true);

    app.key("ctrl+n");
    app.find("paragraph", "Shortcut received");
}

#[test]
fn a_native_dialog_takes_the_keyboard_and_gives_it_back() {
    let app = probe(&Desktop::new().start());
    let opener = app.find("push button", "Open dialog");
    opener.focus();
    app.key("Return");
    let dialog = app.find("dialog", "Really?");
    dialog.find("push button", "Yes").wait(State::Focused, true);
    // WebKit's round leads over the edge of the page and the dialog itself, but never behind the dialog.
    for _ in 0..6 {
        app.key("Tab");
        if let Some(focused) = app.focused() {
            assert!(
                ["No", "Yes", "Really?"].contains(&focused.name()),
                "{focused:?} is behind the dialog"
            );
        }
    }
    app.wait_for("button No with the keyboard", || {
        app.key("Tab");
        app.focused().filter(|node| node.name() == "No")
    });
    app.key("Escape");
    app.wait_gone("dialog", any());
    app.find("paragraph", "Dialog: dismissed");
    opener.wait(State::Focused, true);

    opener.press();
    app.find("dialog", "Really?").find("push button", "Yes").press();
    app.find("paragraph", "Dialog: yes");
}

#[test]
fn reads_tables() {
    let app = probe(&Desktop::new().start());
    let rows = app.find("table", "Tokens").rows();
    assert_eq!(
        rows,
        [
            ["Name", "Status", "Created"],
            ["ci-main", "active", "today"],
            ["ci-old", "revoked", "2 May"]
        ]
    );
    assert!(app.get("table cell", containing("revoked")).is_some());
}

#[test]
fn copies_and_takes_pictures_in_the_dark_at_phone_size() {
    let desktop = Desktop::new().dark().start();
    let app = probe(&desktop);
    app.find("paragraph", "Dark theme");
    assert!(app.get("paragraph", "Light theme").is_none());

    app.find("entry", "Token name").focus();
    app.type_text("copied");
    app.key("ctrl+a");
    app.key("ctrl+c");
    app.wait_for("copied text", || (desktop.clipboard() == "copied").then_some(()));

    app.resize(390, 844);
    app.find("paragraph", "Narrow layout");
    assert_eq!(app.size(), (390, 844));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pictures/probe.png");
    app.picture(&file);
    let picture = std::fs::read(&file).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    assert!(
        picture.len() > 2_000,
        "a picture of {} bytes shows nothing",
        picture.len()
    );
}

#[test]
fn a_keyring_is_there_and_the_end_leaves_nothing() {
    let desktop = Desktop::new().keyring().start();
    let home = desktop.home().to_owned();
    let mut app = probe(&desktop);
    assert!(app.is_running());
    assert!(desktop.has_service("org.freedesktop.secrets"));
    let pid = app.pid();
    drop(app);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    drop(desktop);
    assert!(!home.exists());
}
