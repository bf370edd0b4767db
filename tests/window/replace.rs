//! Replace without downtime, by pressing what is on the screen: both work until it is finished, also after a restart.

use crate::{fill, open, pull, said, sheet, verify};
use testkit::driver::{App, Desktop, State, any, containing};
use testkit::window::GraceClock;

fn create(app: &App, name: &str) -> String {
    sheet(app, name);
    take(app)
}

/// Copies the block of the open sheet and closes it.
fn take(app: &App) -> String {
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    let block = app.clipboard();
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    block
}

/// Opens the question of a row's "Replace…".
fn ask(app: &App, name: &str) -> testkit::driver::Node {
    app.find("push button", &*format!("More actions for {name}"))
        .press();
    app.find("menu item", "Replace…").press();
    app.find("dialog", &*format!("Replace {name}?"))
}

/// Waits until the rows of a name have these badges, in any order.
fn badges(app: &App, name: &str, wanted: &[&str]) {
    app.wait_for(&format!("{name} to be {wanted:?}"), || {
        let rows = app.get("table", "Deploy tokens")?.rows();
        let mut found: Vec<String> = rows
            .into_iter()
            .filter(|cells| cells[0].starts_with(name))
            .map(|cells| cells[1].clone())
            .collect();
        found.sort();
        (found == wanted).then_some(())
    });
}

#[test]
fn the_old_one_works_until_it_is_finished() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    let old = create(&app, "release-ci");
    let dialog = ask(&app, "release-ci");
    assert!(
        dialog.get("entry", any()).is_none(),
        "nothing stops: nothing has to be typed"
    );
    dialog.find("push button", "Replace release-ci").press();
    app.find("dialog", containing("release-ci can read production"));
    app.wait_text("The old token works until you finish the replacement");
    let new = take(&app);
    assert_ne!(old, new);
    badges(&app, "release-ci", &["Active", "Being replaced"]);
    app.wait_text("is being replaced: its successor has not been used yet");
    assert!(verify(&desktop, &old).status.success(), "the old one works on");

    // It is remembered, and is not called interrupted.
    drop(app);
    let app = open(&desktop);
    badges(&app, "release-ci", &["Active", "Being replaced"]);
    assert!(!app.text().contains("interrupted"));
    assert!(verify(&desktop, &new).status.success());
    app.find("push button", "Refresh").press();
    app.wait_text("its successor has not been used yet");
    assert!(pull(&desktop, &new).status.success(), "CI takes the new values");
    app.find("push button", "Refresh").press();
    app.wait_text("its successor was used just now");

    app.find("push button", "Finish: revoke the old one").press();
    let dialog = app.find("dialog", "Finish replacing release-ci?");
    app.wait_text("last used just now");
    let button = dialog.find("push button", "Finish replacing release-ci");
    assert!(
        !button.is(State::Enabled),
        "the name has to be typed in production"
    );
    fill(&app, "entry", containing("Type"), "release-ci");
    button.wait(State::Enabled, true).press();
    app.wait_text("release-ci is replaced: runners with the old values are refused");
    badges(&app, "release-ci", &["Active"]);
    app.wait_for("the notice to go", || {
        (!app.text().contains("is being replaced")).then_some(())
    });
    let refused = verify(&desktop, &old);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    let works = verify(&desktop, &new);
    assert!(works.status.success(), "{}", said(&works));
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn the_old_one_is_revoked_when_the_chosen_time_has_passed() {
    let desktop = Desktop::new().start();
    let clock = GraceClock::of(&desktop);
    let app = open(&desktop);
    let old = create(&app, "timed-ci");
    let dialog = ask(&app, "timed-ci");
    dialog.find("toggle button", "After 15 min").press();
    app.wait_text("If this app is closed before");
    dialog.find("push button", "Replace timed-ci").press();
    app.find("dialog", containing("timed-ci can read production"));
    let new = take(&app);
    assert!(verify(&desktop, &old).status.success(), "not yet");
    app.wait_text("The old one is revoked");
    clock.pass();
    app.wait_text("timed-ci is replaced: runners with the old values are refused");
    assert_eq!(verify(&desktop, &old).status.code(), Some(3));
    assert!(verify(&desktop, &new).status.success());
    badges(&app, "timed-ci", &["Active"]);
}

/// Every lock of a place that the app has used.
fn place_locks(folder: &std::path::Path) -> Vec<std::fs::File> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && !path.is_symlink() {
            found.extend(place_locks(&path));
        } else if name.to_string_lossy().starts_with("place-") {
            found.push(std::fs::File::open(path).unwrap());
        }
    }
    found
}

#[test]
fn the_end_of_the_chosen_time_is_tried_again_when_another_program_is_at_work() {
    let desktop = Desktop::new().start();
    let clock = GraceClock::of(&desktop);
    let app = open(&desktop);
    let old = create(&app, "timed-ci");
    let dialog = ask(&app, "timed-ci");
    dialog.find("toggle button", "After 15 min").press();
    dialog.find("push button", "Replace timed-ci").press();
    app.find("dialog", containing("timed-ci can read production"));
    take(&app);
    let locks = place_locks(std::path::Path::new(&crate::data(&desktop)));
    assert!(!locks.is_empty());
    for lock in &locks {
        lock.lock().unwrap();
    }
    clock.pass();
    app.wait_text("The old timed-ci is not revoked yet; this is tried again");
    app.wait_text("The old one is revoked in");
    assert!(verify(&desktop, &old).status.success(), "it still works");
    drop(locks);
    clock.pass();
    app.wait_text("timed-ci is replaced: runners with the old values are refused");
    assert_eq!(verify(&desktop, &old).status.code(), Some(3));
}

#[test]
fn what_was_cut_off_after_the_end_of_the_old_one_is_finished_in_the_window() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    create(&app, "cut-ci");
    ask(&app, "cut-ci").find("push button", "Replace cut-ci").press();
    app.find("dialog", containing("cut-ci can read production"));
    let new = take(&app);
    drop(app);
    let data = crate::data(&desktop);
    let killed = std::process::Command::new(crate::program())
        .args(["--data", &data, "--local", "replace", "--env", "production"])
        .args(["cut-ci", "--finish"])
        .env("DEPLOY_TOKENS_KILL_AT", "finish.revoked")
        .output()
        .unwrap();
    assert_eq!(killed.status.code(), None, "{}", said(&killed));

    let app = open(&desktop);
    app.wait_text("the old token is not active any more");
    app.find("push button", "Forget the replacement");
    app.find("push button", "Finish: re-share key").press();
    let dialog = app.find("dialog", "Finish replacing cut-ci?");
    app.wait_text("is sealed again for those who remain");
    fill(&app, "entry", containing("Type"), "cut-ci");
    let button = dialog.find("push button", "Finish replacing cut-ci");
    button.wait(State::Enabled, true).press();
    app.wait_text("cut-ci is replaced: runners with the old values are refused");
    app.wait_for("the notice to go", || {
        (!app.text().contains("the old token is not active")).then_some(())
    });
    assert!(verify(&desktop, &new).status.success());
}
