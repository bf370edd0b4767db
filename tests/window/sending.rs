//! The sheet's formats, its file, and its destinations: by pressing, and by the keyboard alone.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use crate::{confirm, done, open, sheet};
use testkit::driver::{App, Desktop, State, any, containing};

/// Stands for gh: it is signed in, stores what comes in, and lists it; `refuses` beside it makes it fail.
const GH: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$*" in
  *list*) printf 'GHOSTABLE_CI_TOKEN\tUpdated today\n' ;;
  auth*) ;;
  *)
    if [ -f "$here/refuses" ]; then echo 'HTTP 404: Not Found' >&2; exit 1; fi
    cat >> "$here/got"
    echo >> "$here/got"
    ;;
esac
"#;

/// A desktop whose `gh` is that one.
fn desktop() -> Arc<Desktop> {
    let desktop = Desktop::new().start();
    let tools = desktop.home().join("tools");
    std::fs::create_dir(&tools).unwrap();
    std::fs::write(tools.join("gh"), GH).unwrap();
    std::fs::set_permissions(tools.join("gh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    desktop.set(
        "PATH",
        &format!("{}:/usr/local/bin:/usr/bin:/bin", tools.display()),
    );
    desktop
}

fn got(desktop: &Desktop) -> String {
    std::fs::read_to_string(desktop.home().join("tools/got")).unwrap_or_default()
}

fn send(app: &App, destination: &str) {
    app.find("push button", "Send to…").press();
    app.find("dialog", containing("Send the secrets of"));
    // The field has the keyboard already.
    app.find("entry", containing("Destination"))
        .wait(State::Focused, true);
    app.type_text(destination);
    // What will be run is said before it is.
    app.wait_text("tools/gh");
    app.find("push button", "Send").wait(State::Enabled, true);
    app.key("Return");
}

#[test]
fn values_are_sent_seen_and_sent_again_when_they_are_new() {
    let desktop = desktop();
    let app = open(&desktop);
    sheet(&app, "release-ci");
    std::fs::write(desktop.home().join("tools/refuses"), "").unwrap();
    send(&app, "northwind/storefront@production");
    app.wait_text("HTTP 404: Not Found");
    std::fs::remove_file(desktop.home().join("tools/refuses")).unwrap();
    app.find("push button", containing("Try again")).press();
    app.wait_text("It lists: GHOSTABLE_CI_TOKEN Updated today");
    assert!(got(&desktop).contains(testkit::CI_TOKEN_MARK));
    assert!(
        !app.text().contains(testkit::CI_TOKEN_MARK),
        "nothing of it is in the document"
    );
    // Every destination has them: nothing is asked.
    done(&app);

    app.wait_for("the details to say where it is", || {
        app.find("push button", "release-ci").click();
        let details = app.find("dialog", "release-ci");
        let told = app
            .text()
            .contains("GitHub northwind/storefront, environment production");
        details.find("push button", "Close").press();
        app.wait_gone("dialog", any());
        told.then_some(())
    });
    let first = got(&desktop).lines().count();
    confirm(&app, "release-ci", "Rotate…", "Rotate");
    app.wait_text("It lists: GHOSTABLE_CI_TOKEN Updated today");
    assert_eq!(got(&desktop).lines().count(), 2 * first);
    done(&app);
}

#[test]
fn formats_are_tabs_and_a_block_is_saved_where_nothing_is() {
    let desktop = desktop();
    let app = open(&desktop);
    let open_sheet = sheet(&app, "saved-ci");
    open_sheet.find("page tab", "Kubernetes").press();
    app.wait_text("For kubectl apply");
    open_sheet.find("page tab", "Kubernetes").focus();
    app.key("Right");
    app.wait_text("For scripts and secret managers");
    // The system's own chooser, with a name and a folder proposed.
    let file = desktop.home().join("saved-ci.json");
    let choose = |answer: &str| {
        app.find("push button", "Save to file…").press();
        let chooser = app.find("file chooser", "Save the secrets of saved-ci");
        chooser.find("push button", answer).press();
        app.wait_gone("file chooser", any());
    };
    choose("Cancel");
    assert!(!file.exists());
    choose("Save");
    app.wait_text("readable by you alone");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert!(saved.starts_with('{'), "{}", saved.len());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    choose("Save");
    app.wait_text("exists already, and is left as it is");
    done(&app);
    drop(app);
    // The choice is remembered.
    let app = open(&desktop);
    sheet(&app, "next-ci");
    app.wait_text("For scripts and secret managers");
}
