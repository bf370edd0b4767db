//! The page *Activity*: what was done and fetched, as it happens, and a part of it.

use crate::{copy_block, done, open, pull, sheet};
use testkit::driver::{Desktop, State, containing};

#[test]
fn what_is_done_and_fetched_is_there_and_can_be_narrowed() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    sheet(&app, "watched-ci");
    let block = copy_block(&app);
    done(&app);
    assert!(pull(&desktop, &block).status.success());
    app.find("push button", "Activity").press();
    app.find("heading", "Activity");
    app.find("heading", "Today");
    app.wait_text("Created deployment token \"watched-ci\" for \"production\"");
    app.wait_text("by a runner · token watched-ci");
    app.wait_text("token nightly-backup");

    app.find("toggle button", "Created").press();
    app.find("toggle button", "Created").wait(State::Pressed, true);
    app.wait_for("the fetches to go", || {
        let shown = app.text();
        (!shown.contains("by a runner") && shown.contains("\"watched-ci\"")).then_some(())
    });
    assert!(!app.text().contains("staging-ci"), "that is elsewhere");
    app.find("toggle button", "Whole project").press();
    app.wait_text("\"staging-ci\"");
    app.find("toggle button", "Deleted").press();
    app.wait_text("Nothing of that happened.");
    app.wait_text("That is everything that the server tells.");

    app.find("toggle button", "All").press();
    app.find("entry", "Token").focus();
    app.type_text("watched");
    app.wait_for("what is about other tokens to go", || {
        let shown = app.text();
        (shown.contains("token watched-ci") && !shown.contains("token nightly-backup")).then_some(())
    });

    app.resize(390, 844);
    app.find("push button", "Tokens").press();
    app.find("push button", "Activity").press();
    app.find("heading", containing("Activity"));
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
