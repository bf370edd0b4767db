//! Revealed values do not outlast the user's attention.

use crate::{open, open_with, sheet};
use testkit::CI_TOKEN_MARK;
use testkit::driver::{App, Desktop, any};

fn reveal(app: &App) {
    app.find("push button", "Reveal GHOSTABLE_CI_TOKEN").press();
    app.wait_text(&CI_TOKEN_MARK.to_string());
    app.find("push button", "Reveal GHOSTABLE_DEPLOY_SEED").press();
    app.find("push button", "Hide GHOSTABLE_DEPLOY_SEED");
}

#[test]
fn values_hide_when_another_window_takes_the_focus() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    sheet(&app, "looked-away");
    reveal(&app);
    let other = desktop.launch(crate::program(), &["--data", "/nonexistent/elsewhere", "--local"]);
    app.wait_for("the token to leave the document", || {
        (!app.text().contains(CI_TOKEN_MARK)).then_some(())
    });
    app.find("push button", "Reveal GHOSTABLE_CI_TOKEN");
    app.find("push button", "Reveal GHOSTABLE_DEPLOY_SEED");
    drop(other);
    // Coming back shows nothing by itself; the values are still there.
    app.activate();
    assert!(!app.text().contains(CI_TOKEN_MARK));
    reveal(&app);
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn the_sheet_hides_when_nobody_is_there_and_shows_on_request() {
    let desktop = Desktop::new().start();
    let app = open_with(&desktop, &["--hide-sheet-after", "5"]);
    sheet(&app, "left-alone");
    reveal(&app);
    // Somebody is there: longer than the limit, with input.
    for _ in 0..12 {
        app.key("shift");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    assert!(
        app.text().contains(CI_TOKEN_MARK),
        "input keeps the sheet open\n{}",
        app.tree()
    );
    app.find("dialog", "Hidden because nobody was here");
    let shown = app.text();
    assert!(
        !shown.contains(CI_TOKEN_MARK) && !shown.contains("GHOSTABLE_DEPLOY_SEED"),
        "{shown}"
    );
    // Neither input nor Escape brings it back; asking does.
    app.key("Escape");
    app.find("push button", "Show the sheet").press();
    app.find("push button", "Reveal GHOSTABLE_CI_TOKEN");
    assert!(!app.text().contains(CI_TOKEN_MARK), "shown again, masked");
    reveal(&app);
    // Looking at both is not taking them.
    app.find("push button", "Done").press();
    app.find("push button", "Close without copying").press();
    app.wait_gone("dialog", any());
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert!(!app.text().contains("Hidden because"), "nothing to hide");
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
