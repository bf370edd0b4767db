//! The sheet says by itself whether a runner with its values works.

use crate::open;
use crate::support::driver::{Desktop, containing};

#[test]
fn the_sheet_acts_as_the_runner() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.find("push button", "Create token").press();
    let dialog = app.find("dialog", "Create a deploy token");
    dialog.find("entry", "Name").focus();
    app.key("ctrl+a");
    app.type_text("checked-ci");
    dialog.find("push button", "Create token").press();
    app.find("dialog", containing("checked-ci can deploy production"));
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    let shown = app.text();
    assert!(
        !shown.contains("gtok_"),
        "checking puts nothing into the document"
    );
    if let Some(folder) = std::env::var_os("SHEET_PICTURES") {
        app.picture(std::path::Path::new(&folder).join("sheet.png"));
    }
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
