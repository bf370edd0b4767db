//! The sheet says by itself whether a runner with its values works.

use crate::support::driver::{Desktop, containing};
use crate::{create, open};

#[test]
fn the_sheet_acts_as_the_runner() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    create(&app, "checked-ci");
    app.find("dialog", containing("checked-ci can deploy production"));
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    let shown = app.text();
    assert!(
        !shown.contains("gtok_"),
        "checking puts nothing into the document"
    );
    assert!(!app.output().contains("panicked"), "{}", app.output());
}
