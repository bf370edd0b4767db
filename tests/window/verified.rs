//! The sheet says by itself whether a runner with its values works.

use crate::server::Server;
use crate::{create, open, program, row, said, verify_at};
use testkit::driver::{App, Desktop, State, any, containing};
use testkit::{CI_TOKEN_MARK, Endpoint, Fault, FaultProxy};

/// The window on a server whose own device it has, through another address of that server.
fn open_at(server: &Server, api: &str) -> App {
    let token = server.site.user_token();
    let desktop = Desktop::new().env("GHOSTABLE_TOKEN", token).start();
    let data = server.site.folder.path().display().to_string();
    let app = desktop.launch(program(), &["--data", &data, "--api", api]);
    app.find("table", "Deploy tokens");
    app
}

#[test]
fn the_sheet_acts_as_the_runner() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    create(&app, "checked-ci");
    app.find("dialog", containing("checked-ci can read production"));
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    let shown = app.text();
    assert!(
        !shown.contains(CI_TOKEN_MARK),
        "checking puts nothing into the document"
    );
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn what_does_not_work_is_said_and_sharing_again_repairs_it() {
    let server = Server::start();
    // The server drops what goes along, says that it has taken the sealed key, and has not.
    server.site.drops_what_is_sealed_for_tokens(true);
    let publish = Endpoint {
        method: "POST",
        ending: "/key/envelopes",
        from: 1,
    };
    let upstream = server.site.running.address();
    let proxy = FaultProxy::at(upstream, publish, Fault::Status(200, "", r#"{"data":{}}"#));
    let app = open_at(&server, &proxy.url);
    create(&app, "broken-ci");
    app.find(
        "dialog",
        "broken-ci is issued, but the check of its values failed",
    );
    app.wait_text("A runner with these values decrypts 0 of 12 variables");
    app.wait_text("the key is not shared with this token yet");
    app.find("push button", "Check again").press();
    app.wait_text("A runner with these values decrypts 0 of 12 variables");
    proxy.mend();
    server.site.drops_what_is_sealed_for_tokens(false);
    app.find("push button", "Re-share key").press();
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    app.find("dialog", "broken-ci can read production");
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    let ran = verify_at(&server.api(), &app.clipboard());
    assert!(ran.status.success(), "{}", said(&ran));
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn checking_can_be_turned_off_and_stays_so() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    app.find("push button", "Settings").press();
    app.find("heading", "Check new values as a runner");
    let checks = app.find("panel", "Check new values as a runner");
    checks.find("toggle button", "Off").press();
    checks.find("toggle button", "Off").wait(State::Pressed, true);
    drop(app);

    let app = open(&desktop);
    create(&app, "unchecked-ci");
    app.find("dialog", containing("unchecked-ci can read production"));
    app.wait_text("Not checked: this is turned off in Settings");
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());
    let cells = app.wait_for("the row", || row(&app, "unchecked-ci"));
    assert!(cells[2].contains("never"), "nobody has used it: {cells:?}");
}
