//! A new environment key, from Access to what came of it.

use crate::open;
use testkit::driver::{Desktop, State, containing};

#[test]
fn a_key_is_renewed_and_what_may_have_been_read_is_listed() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.find("push button", containing("Access")).press();
    let renew = app.find("push button", "Renew key…");
    renew.wait(State::Enabled, true);
    renew.press();
    let question = "Renew the key of production?";
    let dialog = app.find("dialog", question);
    dialog.find("push button", "Renew key").press();
    let result = app.find("dialog", "The key of production is new");
    for said in [
        "Sealed for",
        "Runners could not decrypt",
        "Tried as a runner",
        "May have been read",
    ] {
        assert!(result.text().contains(said), "{}", result.text());
    }
    result.find("list item", "APP_KEY");
    result.find("push button", "Done").press();
    app.wait_gone("dialog", "The key of production is new");
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
