//! Several tokens at once, and what is to be done in all environments, as somebody with a keyboard meets them.

use crate::{open, row};
use testkit::driver::{App, Desktop, State, any, containing};

/// Puts the keyboard on the first row.
fn to_the_first_row(app: &App) {
    app.key("slash");
    app.wait_for("the search to have the keyboard", || {
        app.focused().filter(|node| node.name() == "Search tokens")
    });
    app.key("Down");
    app.wait_for("the first row to have the keyboard", || {
        app.focused().filter(|node| node.role() == "table row")
    });
}

#[test]
fn rows_are_chosen_by_keyboard_and_revoked_together() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.find("push button", "Name").press();
    to_the_first_row(&app);
    let boxes = || {
        app.get("table", "Deploy tokens")
            .map(|it| it.all("check box", any()))
            .unwrap_or_default()
    };
    let checked = || boxes().iter().filter(|it| it.is(State::Checked)).count();
    let chosen = |count: usize| {
        app.wait_text(&format!("{count} chosen"));
        app.wait_for("their boxes", || (checked() == count).then_some(()));
    };
    app.key("space");
    chosen(1);
    app.key("shift+Down");
    chosen(2);
    app.key("space");
    chosen(1);
    app.key("Escape");
    app.wait_gone("push button", "Choose none");
    app.key("ctrl+a");
    let all = boxes().len() - 1;
    app.wait_text(&format!("{all} chosen"));
    // What a search hides stays chosen, and is said.
    app.key("slash");
    app.type_text("nothing-has-this-name");
    app.wait_text("none of them shown");
    app.key("ctrl+a");
    app.key("BackSpace");
    app.wait_gone("push button", "Show all tokens");
    app.find("push button", containing("Revoke 5…")).press();
    app.find("dialog", containing("Revoke 5 tokens?"));
    app.wait_for("the entry to have the keyboard", || {
        app.focused().filter(|node| node.role() == "entry")
    });
    app.type_text("revoke 5 tokens");
    app.key("Return");
    app.find("dialog", containing("All 5 tokens revoked"));
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    app.wait_for("the rows to go", || {
        row(&app, "production-ci").is_none().then_some(())
    });
}

#[test]
fn a_finding_leads_to_its_remedy() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.find("push button", containing("All environments")).press();
    app.find("heading", "All environments");
    app.wait_for("a finding", || app.get("push button", containing("Revoke: ")));
    app.find("push button", containing("Revoke: ")).press();
    app.find("dialog", containing("Revoke "));
    app.key("Escape");
    app.wait_gone("dialog", any());
    app.find("heading", "Deploy tokens");
}
