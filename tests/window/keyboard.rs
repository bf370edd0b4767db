//! The same by keyboard alone.

use crate::{open, row, said, verify};
use testkit::driver::{Desktop, any, containing};

#[test]
fn create_copy_and_revoke_without_a_mouse() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.key("ctrl+n");
    app.find("dialog", "Create a deploy token");
    app.wait_for("the name to have the keyboard", || {
        app.focused().filter(|node| node.role() == "entry")
    });
    app.key("ctrl+a");
    app.type_text("by-keyboard");
    app.key("Return");
    app.find("dialog", containing("by-keyboard can deploy production"));
    app.wait_for("Copy block to have the keyboard", || {
        app.focused().filter(|node| node.name() == "Copy block")
    });
    app.key("Return");
    app.wait_text("Copied the block");
    let ran = verify(&desktop, &app.clipboard());
    assert!(ran.status.success(), "{}", said(&ran));
    app.key("Escape");
    app.wait_gone("dialog", any());

    app.key("slash");
    app.wait_for("the search to have the keyboard", || {
        app.focused().filter(|node| node.name() == "Search tokens")
    });
    app.type_text("by-key");
    app.wait_for("the only row", || {
        let rows = app.get("table", "Deploy tokens")?.rows();
        (rows.len() == 2 && rows[1][0].starts_with("by-keyboard")).then_some(())
    });
    app.wait_for("the menu button of the row by Tab", || {
        app.key("Tab");
        app.focused()
            .filter(|node| node.name() == "More actions for by-keyboard")
    });
    app.key("Return");
    app.find("menu item", "Revoke…");
    app.wait_for("Revoke… by arrow", || {
        app.key("Down");
        app.focused().filter(|node| node.name() == "Revoke…")
    });
    app.key("Return");
    app.find("dialog", "Revoke by-keyboard?");
    app.wait_for("the entry to have the keyboard", || {
        app.focused().filter(|node| node.role() == "entry")
    });
    app.type_text("by-keyboard");
    app.find("push button", "Revoke by-keyboard")
        .wait(testkit::driver::State::Enabled, true);
    app.key("Return");
    app.wait_text("by-keyboard is revoked");
    app.wait_for("the row to go", || {
        row(&app, "by-keyboard").is_none().then_some(())
    });
}
