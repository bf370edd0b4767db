//! What guards secrets works in every state of the window: visible, covered, minimised, on another desktop, without a page.
//!
//! `scripts/test-shipped` runs these on the shipped program too, where no debug build's own handling of signals helps.

use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};

use crate::{data, open, open_with, program, sheet, verify};
use testkit::driver::{App, Desktop, any, containing};
use testkit::memory::descendants;
use testkit::window::{GraceClock, copy_block};
use testkit::{CI_TOKEN_MARK, PROGRAM};

/// A state that a window can be in, as somebody who works with others brings it about.
type Put = fn(&Arc<Desktop>, &App) -> Option<App>;

const STATES: [(&str, Put); 5] = [
    ("visible", |_, _| None),
    ("covered", |desktop, _| Some(cover(desktop))),
    ("minimised", |_, app| {
        app.minimise();
        None
    }),
    ("on another desktop", |_, app| {
        app.put_elsewhere();
        None
    }),
    ("without a page", |_, app| {
        kill_page(app);
        None
    }),
];

fn desktop() -> Arc<Desktop> {
    Desktop::new().window_manager().start()
}

/// Another window over the whole screen.
fn cover(desktop: &Arc<Desktop>) -> App {
    let other = desktop.launch(program(), &["--data", "/nonexistent/elsewhere", "--local"]);
    other.resize(1280, 900);
    other
}

/// Ends the process that shows the page, as a system does that is out of memory.
fn kill_page(app: &App) {
    let pages = descendants(app.pid(), "WebKitWebProcess");
    assert!(!pages.is_empty(), "no process shows a page");
    for page in pages {
        let page = i32::try_from(page).ok().and_then(Pid::from_raw);
        kill_process(page.expect("a process id"), Signal::KILL).expect("it runs");
    }
    app.find("push button", "Load again");
}

/// In this state the clipboard is cleared in its time, and a signal ends the program in order.
fn clears_and_ends((state, put): (&str, Put), signal: Signal) {
    let desktop = desktop();
    let mut app = open_with(&desktop, &["--clear-clipboard-after", "10"]);
    sheet(&app, "guarded");
    let block = copy_block(&app);
    let cover = put(&desktop, &app);
    assert_eq!(desktop.clipboard(), block, "{state}: not yet");
    app.wait_for("an empty clipboard", || {
        desktop.clipboard().is_empty().then_some(())
    });
    drop(cover);

    // A second copy, in the hands of a clipboard manager by now, is cleared by the end.
    if state != "without a page" {
        app.choose();
        copy_block(&app);
        let cover = put(&desktop, &app);
        take_over(&desktop, &block);
        app.signal(signal);
        app.wait_end();
        assert_eq!(desktop.clipboard(), "", "{state}: {}", app.output());
        drop(cover);
    } else {
        app.signal(signal);
        app.wait_end();
    }
    assert!(!app.output().contains("panicked"), "{state}: {}", app.output());
}

/// Puts a text into another program's hands that is in the clipboard already. Only a change is seen to have arrived.
fn take_over(desktop: &Desktop, text: &str) {
    desktop.copy("something else");
    desktop.copy(text);
}

#[test]
fn a_visible_window_clears_the_clipboard_and_ends_when_told() {
    clears_and_ends(STATES[0], Signal::INT);
}

#[test]
fn a_covered_window_clears_the_clipboard_and_ends_when_told() {
    clears_and_ends(STATES[1], Signal::TERM);
}

#[test]
fn a_minimised_window_clears_the_clipboard_and_ends_when_told() {
    clears_and_ends(STATES[2], Signal::TERM);
}

#[test]
fn a_window_on_another_desktop_clears_the_clipboard_and_ends_when_told() {
    clears_and_ends(STATES[3], Signal::HUP);
}

#[test]
fn a_window_without_a_page_clears_the_clipboard_and_ends_when_told() {
    clears_and_ends(STATES[4], Signal::TERM);
}

/// In this state a sheet that nobody looks at hides, and is hidden when somebody comes back.
fn hides_the_sheet((state, put): (&str, Put)) {
    let desktop = desktop();
    let app = open_with(&desktop, &["--hide-sheet-after", "6"]);
    sheet(&app, "left-alone");
    app.find("push button", "Reveal GHOSTABLE_CI_TOKEN").press();
    app.wait_text(&CI_TOKEN_MARK.to_string());
    let cover = put(&desktop, &app);
    // What is read here is the page's own tree, also of a window that nobody can see.
    app.find("dialog", "Hidden because nobody was here");
    assert!(!app.text().contains(CI_TOKEN_MARK), "{state}");
    drop(cover);
    app.choose();
    assert!(!app.text().contains(CI_TOKEN_MARK), "{state}, when it is back");
    app.find("push button", "Show the sheet").press();
    app.find("push button", "Reveal GHOSTABLE_CI_TOKEN");
}

#[test]
fn a_sheet_hides_in_a_window_that_is_covered() {
    hides_the_sheet(STATES[1]);
}

#[test]
fn a_sheet_hides_in_a_window_that_is_minimised() {
    hides_the_sheet(STATES[2]);
}

#[test]
fn a_sheet_hides_in_a_window_on_another_desktop() {
    hides_the_sheet(STATES[3]);
}

/// In this state a replaced token ends at its chosen time. The test says when that is, which released programs do not heed.
fn ends_the_replaced((state, put): (&str, Put)) {
    let desktop = desktop();
    let clock = GraceClock::of(&desktop);
    let app = open(&desktop);
    sheet(&app, "timed-ci");
    let old = copy_block(&app);
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    app.find("push button", "More actions for timed-ci").press();
    app.find("menu item", "Replace…").press();
    let dialog = app.find("dialog", "Replace timed-ci?");
    dialog.find("toggle button", "After 15 min").press();
    app.wait_text("If this app is closed before");
    dialog.find("push button", "Replace timed-ci").press();
    app.find("dialog", containing("timed-ci can read production"));
    let new = copy_block(&app);
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    let cover = put(&desktop, &app);
    assert!(verify(&desktop, &old).status.success(), "{state}: not yet");
    clock.pass();
    app.wait_for("the end of the old token", || {
        (verify(&desktop, &old).status.code() == Some(3)).then_some(())
    });
    assert!(verify(&desktop, &new).status.success(), "{state}");
    drop(cover);
}

#[test]
fn hooked_a_replaced_token_ends_while_the_window_is_covered() {
    ends_the_replaced(STATES[1]);
}

#[test]
fn hooked_a_replaced_token_ends_while_the_window_is_minimised() {
    ends_the_replaced(STATES[2]);
}

#[test]
fn hooked_a_replaced_token_ends_while_the_window_is_on_another_desktop() {
    ends_the_replaced(STATES[3]);
}

#[test]
fn hooked_a_replaced_token_ends_while_the_window_has_no_page() {
    ends_the_replaced(STATES[4]);
}

/// The journal forgets what a window shows that nobody closes, also when nobody sees that window.
fn forgets_in_time((state, put): (&str, Put)) {
    let desktop = Desktop::new()
        .window_manager()
        .env("DEPLOY_TOKENS_JOURNAL_MINUTES", "1")
        .env("DEPLOY_TOKENS_JOURNAL_SECONDS", "15")
        .start();
    let app = open(&desktop);
    sheet(&app, "in-the-journal");
    let cover = put(&desktop, &app);
    let journal = std::path::PathBuf::from(data(&desktop)).join("journal");
    let entries = || {
        let files = std::fs::read_dir(&journal).unwrap().flatten();
        files
            .filter(|it| it.path().extension().is_some_and(|end| end == "entry"))
            .count()
    };
    assert_eq!(entries(), 1, "{state}: {journal:?}");
    if process_env::name(PROGRAM).is_some() {
        // A program that is shipped does not shorten the minute.
        std::thread::sleep(std::time::Duration::from_secs(55));
    }
    app.wait_for("an empty journal", || (entries() == 0).then_some(()));
    drop(cover);
}

#[test]
fn the_journal_forgets_in_time_while_the_window_is_visible() {
    forgets_in_time(STATES[0]);
}

#[test]
fn the_journal_forgets_in_time_while_the_window_is_covered() {
    forgets_in_time(STATES[1]);
}

#[test]
fn the_journal_forgets_in_time_while_the_window_is_minimised() {
    forgets_in_time(STATES[2]);
}

#[test]
fn the_journal_forgets_in_time_while_the_window_is_on_another_desktop() {
    forgets_in_time(STATES[3]);
}

#[test]
fn the_journal_forgets_in_time_while_the_window_has_no_page() {
    forgets_in_time(STATES[4]);
}

#[test]
fn a_window_whose_page_has_ended_says_so_and_loads_again() {
    let desktop = desktop();
    let app = open(&desktop);
    sheet(&app, "not-copied");
    kill_page(&app);
    app.find("label", "The page of this window has ended unexpectedly.");
    app.find("push button", "Load again").press();
    // The same place, and the values that nobody has taken are offered.
    app.find("table", "Deploy tokens");
    app.wait_text("The values of not-copied were not handed over");
    assert!(app.get("label", containing("has ended")).is_none());
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
