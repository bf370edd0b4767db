//! What is copied from a sheet does not stay in the clipboard, and what is not ours is left alone.

use crate::{open, open_with, sheet};
use testkit::driver::{App, Desktop, any};

fn copy_block(app: &App) {
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    assert!(app.clipboard().contains("GHOSTABLE_DEPLOY_SEED="));
}

/// What the countdown says, while there is one.
fn seconds_left(app: &App) -> Option<u64> {
    let text = app.text();
    let (_, rest) = text.split_once("Clipboard is cleared in ")?;
    rest.split(' ').next()?.parse().ok()
}

#[test]
fn it_is_cleared_after_its_time_with_the_sheet_open_and_closed() {
    let desktop = Desktop::new().start();
    let app = open_with(&desktop, &["--clear-clipboard-after", "7"]);
    sheet(&app, "kept-open");
    copy_block(&app);
    app.wait_text("Clipboard is cleared in");
    app.wait_text("The clipboard is cleared.");
    assert_eq!(app.clipboard(), "");

    copy_block(&app);
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    app.wait_text("Clipboard is cleared in");
    app.wait_text("The clipboard is cleared.");
    assert_eq!(app.clipboard(), "");
    assert!(!app.text().contains("Clipboard is cleared in"));
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn it_can_be_cleared_at_once_and_asks_histories_to_forget() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    sheet(&app, "at-once");
    copy_block(&app);
    assert!(
        app.clipboard_targets().contains("x-kde-passwordManagerHint"),
        "{}",
        app.clipboard_targets()
    );
    let first = app.wait_for("a countdown", || seconds_left(&app));
    assert!((30..=45).contains(&first), "{first}");
    app.wait_for("a lower number", || seconds_left(&app).filter(|now| *now < first));
    app.find("push button", "Clear now").press();
    app.wait_text("The clipboard is cleared.");
    assert_eq!(app.clipboard(), "");
    // A second copy begins anew.
    copy_block(&app);
    app.wait_for("a countdown", || seconds_left(&app));
}

#[test]
fn what_others_copied_is_left_alone() {
    let desktop = Desktop::new().start();
    let mut app = open_with(&desktop, &["--clear-clipboard-after", "5"]);
    sheet(&app, "replaced");
    copy_block(&app);
    desktop.copy("a shopping list");
    app.wait_for("the end of the countdown", || {
        (!app.text().contains("Clipboard is cleared in")).then_some(())
    });
    assert!(!app.text().contains("The clipboard is cleared"), "it was not");
    assert_eq!(app.clipboard(), "a shopping list");

    copy_block(&app);
    desktop.copy("another list");
    app.signal(rustix::process::Signal::TERM);
    app.wait_end();
    assert_eq!(app.clipboard(), "another list");
}

/// A program that dies takes an X clipboard with it, so a manager stands by that keeps what it saw, as desktops have one.
fn ends_with_an_empty_clipboard(end: impl Fn(&App)) {
    let desktop = Desktop::new().start();
    let mut app = open(&desktop);
    sheet(&app, "left-behind");
    copy_block(&app);
    // The same text in another program's hands: what a clipboard manager does.
    let block = app.clipboard();
    desktop.copy(&block);
    end(&app);
    app.wait_end();
    assert_eq!(desktop.clipboard(), "", "{}", app.output());
}

#[test]
fn it_is_cleared_when_the_window_is_closed() {
    ends_with_an_empty_clipboard(App::close);
}

#[test]
fn it_is_cleared_when_the_program_is_told_to_end() {
    ends_with_an_empty_clipboard(|app| app.signal(rustix::process::Signal::TERM));
}
