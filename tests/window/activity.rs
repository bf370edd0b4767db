//! The page *Activity*: what was done and fetched, as it happens, and a part of it.

use crate::{confirm, copy_block, done, open, pull, sheet};
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
    app.wait_for("all of it", || {
        let told = details.text();
        let has = |part: &str| told.contains(part);
        let whole = has("by Sam Rivera")
            && has("1 fetch in all")
            && has("It is sealed for this token.")
            && has("Expires in 3 months")
            && has("token created");
        whole.then_some(())
    });
    details.find("push button", "Copy the id").press();
    app.wait_for("the id in the clipboard", || {
        let id = app.clipboard();
        details.text().contains(&id).then_some(())
    });
    app.key("Escape");
    app.wait_gone("dialog", any());

    // By keyboard from its row's menu; after its end it says by whom.
    confirm(&app, "known-ci", "Revoke…", "Revoke");
    app.wait_gone("dialog", any());
    app.find("radio button", containing("All")).press();
    app.find("push button", "More actions for known-ci").focus();
    app.key("Return");
    app.find("menu item", "Details").wait(State::Focused, true);
    app.key("Return");
    let details = app.find("dialog", "known-ci");
    details.find("push button", "Close").wait(State::Focused, true);
    app.wait_for("who ended it", || {
        let told = details.text();
        let by = told
            .split("Revoked")
            .any(|part| part.contains("by Sam Rivera") && part.contains("now"));
        (by && told.contains("token revoked")).then_some(())
    });
    app.resize(390, 844);
    details.find("push button", "Delete known-ci…").press();
    app.find("dialog", "Delete known-ci?");
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
