//! The window dies in the middle: the next one says so, and finishes it.

use std::sync::Arc;

use crate::{create, data, open, program, row, said, verify};
use testkit::driver::{App, Desktop, Node, any, containing};

/// Opens the window, which kills itself with SIGKILL at a step of creating a token.
fn killed_at(desktop: &Arc<Desktop>, step: &str, name: &str) {
    let kill = format!("DEPLOY_TOKENS_KILL_AT={step}");
    let (program, data) = (program().display().to_string(), data(desktop));
    let mut app = desktop.launch("env", &[&kill, &program, "--data", &data, "--local"]);
    app.find("table", "Deploy tokens");
    create(&app, name);
    testkit::driver::poll(|| (!app.is_running()).then_some(())).expect("it dies");
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

/// Opens the dialog about what was interrupted.
fn look(app: &App) -> Node {
    app.wait_text("An operation was interrupted before the end");
    app.find("push button", "See what can be done").press();
    app.find("dialog", "What was interrupted")
}

/// The values of the open sheet, checked as a runner, and nothing interrupted afterwards.
fn take(app: &App, desktop: &Desktop) {
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    let ran = verify(desktop, &app.clipboard());
    assert!(ran.status.success(), "{}", said(&ran));
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    nothing_left(app);
}

fn nothing_left(app: &App) {
    app.wait_for("the notice to go", || {
        (!app.text().contains("was interrupted")).then_some(())
    });
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn a_sheet_that_was_never_closed_is_shown_again() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    create(&app, "survivor");
    app.find("dialog", containing("survivor can read production"));
    // Kills the program: nobody has closed the sheet or copied anything.
    drop(app);

    let app = open(&desktop);
    let dialog = look(&app);
    app.wait_text("Create survivor in production");
    app.wait_text("The token works; only its secrets were not handed over");
    dialog.find("push button", containing("Show the values")).press();
    app.find("dialog", containing("survivor can read production"));
    take(&app, &desktop);
    // And not once more.
    drop(app);
    let app = open(&desktop);
    nothing_left(&app);
}

#[test]
fn a_create_that_was_cut_off_is_finished() {
    let desktop = Desktop::new().start();
    killed_at(&desktop, "create.registered", "cut-off");
    let app = open(&desktop);
    let dialog = look(&app);
    app.wait_text("The token is active; its CI token never arrived");
    dialog.find("push button", containing("Finish")).press();
    app.find("dialog", containing("cut-off can read production"));
    take(&app, &desktop);
    let rows = app.find("table", "Deploy tokens").rows();
    let made = rows.iter().filter(|cells| cells[0].starts_with("cut-off"));
    assert_eq!(made.count(), 1, "no second token");
}

#[test]
fn what_was_cut_off_can_be_revoked_or_forgotten() {
    let desktop = Desktop::new().start();
    killed_at(&desktop, "create.received", "unwanted");
    let app = open(&desktop);
    let dialog = look(&app);
    dialog.find("push button", containing("Revoke")).press();
    app.wait_text("unwanted is revoked");
    nothing_left(&app);
    app.wait_for("the row to go", || row(&app, "unwanted").is_none().then_some(()));
    drop(app);

    killed_at(&desktop, "create.intended", "never-was");
    let app = open(&desktop);
    let dialog = look(&app);
    app.wait_text("The server never registered it: nothing was changed");
    dialog.find("push button", containing("Forget")).press();
    app.wait_text("The interrupted operation is forgotten");
    assert!(row(&app, "never-was").is_none());
}
