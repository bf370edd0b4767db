//! The page *Activity*: what was done and fetched, as it happens, and a part of it.

use crate::{confirm, copy_block, done, open, pull, row, sheet};
use testkit::driver::{Desktop, State, any, containing};

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

#[test]
fn details_tell_all_that_is_known_of_a_token() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    sheet(&app, "known-ci");
    let block = copy_block(&app);
    done(&app);
    assert!(pull(&desktop, &block).status.success());
    app.key("r");
    // By mouse from its name.
    app.find("push button", "known-ci").click();
    let details = app.find("dialog", "known-ci");
    for told in [
        "by Sam Rivera",
        "1 fetch in all",
        "It is sealed for this token.",
        "Token created",
    ] {
        app.wait_text(told);
    }
    details.find("push button", "Copy the id").press();
    let id = app.wait_for("the id in the clipboard", || {
        Some(app.clipboard()).filter(|copied| !copied.contains("GHOSTABLE"))
    });
    app.key("Escape");
    app.wait_gone("dialog", any());
    let cells = row(&app, "known-ci").expect("its row");
    assert!(cells[0].ends_with(&id), "{id:?} in {cells:?}");

    // By keyboard from its row's menu; after its end it says by whom.
    confirm(&app, "known-ci", "Revoke…", "Revoke");
    app.wait_gone("dialog", any());
    app.find("toggle button", containing("Revoked")).press();
    app.find("push button", "More actions for known-ci").focus();
    app.key("Return");
    app.find("menu item", "Details").wait(State::Focused, true);
    app.key("Return");
    let details = app.find("dialog", "known-ci");
    details.find("push button", "Close").wait(State::Focused, true);
    app.wait_text("Token revoked · Sam Rivera");
    app.wait_for("who ended it, beside who made it", || {
        (details.text().matches("by Sam Rivera").count() == 2).then_some(())
    });
    app.resize(390, 844);
    details.find("push button", "Delete known-ci…").press();
    app.find("dialog", "Delete known-ci?");
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
