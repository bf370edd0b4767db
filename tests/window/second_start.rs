//! A second start of the same workspace shows the window of the first; the window opens where it was.

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::{data, fill, open, open_with, program};
use testkit::CI_TOKEN_MARK;
use testkit::driver::{App, Desktop, any, containing};

/// How long a start may take that finds its window open.
const SOON: Duration = Duration::from_secs(3);

/// Starts the program once more; ends it when it is dropped.
struct Second(Child);

impl Drop for Second {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Second {
    fn start(desktop: &Arc<Desktop>, more: &[&str]) -> Self {
        let mut command = desktop.command(program());
        command.args(["--data", &data(desktop), "--local"]).args(more);
        Self(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap(),
        )
    }

    /// Waits for its end, and gives what it said.
    fn ended(mut self) -> String {
        let deadline = Instant::now() + SOON;
        let status = loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the second start goes on");
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
        assert_eq!(status.code(), Some(0), "{said}");
        said
    }
}

fn says_that_it_is_open(said: &str) {
    assert!(said.contains("already open"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

#[test]
fn a_second_start_shows_the_open_sheet_as_it_is() {
    let desktop = Desktop::new().window_manager().start();
    let app = open(&desktop);
    crate::sheet(&app, "being-issued");
    app.find("push button", "Reveal GHOSTABLE_CI_TOKEN").press();
    app.wait_text(&CI_TOKEN_MARK.to_string());
    let value = |app: &App| {
        let text = app.text();
        let at = text.find(CI_TOKEN_MARK).expect("the token is shown");
        text[at..at + 40].to_owned()
    };
    let before = value(&app);
    says_that_it_is_open(&Second::start(&desktop, &[]).ended());
    app.find("dialog", containing("being-issued can read production"));
    assert_eq!(value(&app), before);
    assert_eq!(app.windows(), 1);

    // Another project is not opened below the sheet.
    says_that_it_is_open(&Second::start(&desktop, &["--project", "nothing-of-this-name"]).ended());
    app.find("dialog", containing("being-issued can read production"));
    assert_eq!(value(&app), before);
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn a_minimised_and_a_covered_window_come_to_the_front() {
    let desktop = Desktop::new().window_manager().start();
    let app = open(&desktop);
    app.minimize();
    says_that_it_is_open(&Second::start(&desktop, &[]).ended());
    app.wait_for("the minimised window", || app.is_in_front().then_some(()));

    let other = desktop.launch(
        program(),
        &[
            "--data",
            &desktop.home().join("other").display().to_string(),
            "--local",
        ],
    );
    other.find("table", "Deploy tokens");
    app.wait_for("the other window in front", || other.is_in_front().then_some(()));
    says_that_it_is_open(&Second::start(&desktop, &[]).ended());
    app.wait_for("the covered window", || app.is_in_front().then_some(()));
}

#[test]
fn a_stalled_page_keeps_no_window_in_the_background() {
    let desktop = Desktop::new().window_manager().start();
    let app = open(&desktop);
    let pages = app.web_processes();
    assert!(!pages.is_empty());
    app.minimize();
    for page in &pages {
        rustix::process::kill_process(*page, Signal::STOP).unwrap();
    }
    let said = Second::start(&desktop, &[]).ended();
    let front = app.comes_to_front();
    for page in &pages {
        rustix::process::kill_process(*page, Signal::CONT).unwrap();
    }
    says_that_it_is_open(&said);
    assert!(front);
}

#[test]
fn what_hangs_and_what_was_left_behind_open_a_window_of_their_own() {
    let desktop = Desktop::new().start();
    // Killed: its socket stays.
    drop(open(&desktop));
    let app = open(&desktop);
    app.signal(Signal::STOP);
    let own = desktop.launch(program(), &["--data", &data(&desktop), "--local"]);
    own.find("table", "Deploy tokens");
    app.signal(Signal::CONT);
    // Another folder is another workspace.
    let other = desktop.home().join("other").display().to_string();
    let other = desktop.launch(program(), &["--data", &other, "--local"]);
    other.find("table", "Deploy tokens");
    app.find("table", "Deploy tokens");
}

#[test]
fn a_second_start_opens_the_project_that_it_names() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    says_that_it_is_open(&Second::start(&desktop, &["--project", "Storefront"]).ended());
    says_that_it_is_open(&Second::start(&desktop, &["--project", "nothing-of-this-name"]).ended());
    app.wait_text("The project that was asked for is not among yours");
    app.find("push button", "Create token").press();
    let dialog = app.find("dialog", "Create a deploy token");
    fill(&app, "entry", "Name", "half-typed");
    says_that_it_is_open(&Second::start(&desktop, &["--project", "storefront"]).ended());
    assert_eq!(dialog.find("entry", "Name").text(), "half-typed");
    app.key("Escape");
    app.wait_gone("dialog", any());
}

/// Width, height, left and upper edge once they are as expected.
fn settles(app: &App, size: (u32, u32), corner: (i32, i32)) {
    app.wait_for(
        &format!(
            "{size:?} at {corner:?}, not {:?} at {:?}",
            app.size(),
            app.corner()
        ),
        || (app.size() == size && app.corner() == corner).then_some(()),
    );
}

#[test]
fn the_window_opens_where_it_was_and_as_large() {
    let desktop = Desktop::new().size(1600, 1000).window_manager().start();
    let mut app = open(&desktop);
    app.resize(900, 640);
    app.move_to(333, 222);
    app.wait_for("the place", || (app.size() == (900, 640)).then_some(()));
    let there = app.corner();
    app.close();
    app.wait_end();
    let mut app = open(&desktop);
    settles(&app, (900, 640), there);

    // Killed, a moment after the last change.
    app.resize(700, 600);
    std::thread::sleep(Duration::from_millis(1200));
    app.signal(Signal::KILL);
    app.wait_end();
    let mut app = open(&desktop);
    settles(&app, (700, 600), there);

    // Maximised, and back to what it was before.
    app.maximize(true);
    app.wait_for("the whole screen", || (app.size().0 >= 1590).then_some(()));
    app.close();
    app.wait_end();
    let app = open(&desktop);
    app.wait_for("the whole screen again", || (app.size().0 >= 1590).then_some(()));
    app.maximize(false);
    app.wait_for("the size before", || (app.size() == (700, 600)).then_some(()));
}

#[test]
fn a_smaller_screen_and_a_damaged_file_lose_no_window() {
    let desktop = Desktop::new().size(1024, 768).window_manager().start();
    let file = std::path::Path::new(&data(&desktop)).join("window.json");
    let with = |text: &str| {
        std::fs::create_dir_all(data(&desktop)).unwrap();
        std::fs::write(&file, text).unwrap();
        let app = open_with(&desktop, &[]);
        let ((width, height), (left, top)) = (app.size(), app.corner());
        assert!(width <= 1024 && height <= 768, "{text}: {width}x{height}");
        assert!(
            (0..1024).contains(&left) && (0..768).contains(&top),
            "{text}: {left},{top}"
        );
    };
    // Made by an earlier start, so that the folder is a workspace.
    drop(open(&desktop));
    with(r#"{"width":2400,"height":1500,"corner":[-2300,80],"maximized":false}"#);
    with(r#"{"width":800,"height":600,"corner":[5000,5000],"maximized":false}"#);
    with("not what this program writes");
}
