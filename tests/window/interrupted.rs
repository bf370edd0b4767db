//! The window dies in the middle: the next one says so, and finishes it.

use std::sync::Arc;

use crate::{copy_block, create, data, open, program, row, said, sheet, verify};
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
    app.find("push button", "See what can be done").press();
    app.find("dialog", "Interrupted operations")
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
        app.get("push button", "See what can be done")
            .is_none()
            .then_some(())
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
    app.wait_text("The values of survivor were not handed over. They can be shown for another");
    app.wait_for("the status of its row", || {
        row(&app, "survivor").filter(|cells| cells[1].contains("Not handed over"))
    });
    let dialog = look(&app);
    app.wait_text("Create survivor in production");
    app.wait_text("only its values were not handed over. They can be shown for another");
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

#[test]
fn a_sheet_that_was_closed_asks_for_what_was_not_taken_and_can_be_had_again() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    let sheet = sheet(&app, "closed-ci");
    sheet.find("push button", "Copy GHOSTABLE_CI_TOKEN").press();
    app.wait_text("Copied the CI token; the seed is left");
    let token = app.clipboard();
    app.key("Escape");
    app.wait_text("You have the CI token, not the seed");
    sheet.find("push button", "Close without the seed").press();
    app.wait_gone("dialog", any());
    app.wait_text("The values of closed-ci can be shown again for another");
    app.find("push button", "More actions for closed-ci").press();
    app.find("menu item", containing("Show its values again")).press();
    let sheet = app.find("dialog", containing("closed-ci can read production"));
    app.wait_text("You have the CI token; the seed is left");
    let block = copy_block(&app);
    assert!(block.contains(token.trim()), "the same values");
    sheet.find("push button", "Done").press();
    app.wait_gone("dialog", any());

    // A notice that comes while a dialog is open is inside of it: below it, nothing could be pressed or heard.
    app.find("push button", "closed-ci").click();
    let details = app.find("dialog", "closed-ci");
    details.find("push button", containing("Copy the id")).press();
    app.wait_for("a notice inside of the dialog", || {
        details.tree().to_string().contains("Id copied").then_some(())
    });
    details.find("push button", "Dismiss").press();
    details.find("push button", "Close").press();
    app.wait_gone("dialog", any());

    // A command finds it, too, and ends it by handing it over.
    let command = |arguments: &[&str]| {
        let data = data(&desktop);
        let common = ["--data", &data, "--local"];
        said(&testkit::commands().args(common).args(arguments).output().unwrap())
    };
    let pending = command(&["pending"]);
    assert!(
        pending.contains("Its sheet was closed. Its values can be shown again"),
        "{pending}"
    );
    let id = pending.split_whitespace().next().unwrap();
    let resumed = command(&["resume", id]);
    let seed = block.lines().nth(1).unwrap();
    assert!(resumed.contains(seed.trim()), "{resumed}");
    assert!(command(&["pending"]).contains("No operation was interrupted"));
}
