//! Signing in by the browser and by password, linking, waiting for a key, and leaving nothing behind.

use crate::server::{Server, a_while, opened_page, vault, with_browser};
use crate::{create, data, fill, program, row, said, verify_at};
use testkit::driver::{App, Desktop, State, any, containing};
use testkit::{Endpoint, Fault, FaultProxy};

fn sign_in(server: &Server, app: &App) {
    app.find("push button", "Sign in").press();
    app.find("heading", "Confirm in your browser");
    server.confirm(app);
}

fn link(app: &App, name: &str) {
    let dialog = app.find("dialog", "Link this machine");
    fill(app, "entry", containing("Name, as colleagues"), name);
    dialog
        .find("push button", "Link this machine")
        .wait(State::Enabled, true)
        .press();
    app.wait_gone("dialog", "Link this machine");
}

#[test]
fn from_sign_in_to_sign_out_with_a_colleague_who_shares_the_key() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    app.find("heading", "Deploy Tokens");
    sign_in(&server, &app);
    link(&app, "window-laptop");

    app.find("table", "Deploy tokens");
    app.wait_text("Key access pending.");
    app.wait_text("can share it");
    let create_button = app.find("push button", "Create token");
    assert!(
        !create_button.is(State::Enabled),
        "without the key nothing is created"
    );
    assert!(
        row(&app, "production-ci").is_some(),
        "the list is there meanwhile"
    );

    assert_eq!(server.fulfil_all(), 5);
    app.wait_for("the notice to go by itself", || {
        (!app.text().contains("Key access pending.")).then_some(())
    });
    create(&app, "signed-in-ci");
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
    app.find("push button", "Copy block").press();
    app.wait_text("Copied the block");
    let ran = verify_at(&server.api(), &app.clipboard());
    assert!(ran.status.success(), "{}", said(&ran));
    app.find("push button", "Done").press();
    app.wait_gone("dialog", any());

    // A command on the same machine has the session, the device and a journal of its own place.
    let command = |arguments: &[&str]| {
        let folder = data(&desktop);
        let api = server.api();
        let mut command = desktop.command(program());
        command.args(["--data", &folder, "--api", &api]).args(arguments);
        command.output().unwrap()
    };
    let made = command(&["create", "--env", "production", "--name", "from-a-command"]);
    let ran = verify_at(&server.api(), &String::from_utf8(made.stdout.clone()).unwrap());
    assert!(ran.status.success(), "{} {}", said(&made), said(&ran));
    let journals = std::fs::read_dir(desktop.home().join("workspace/journals")).unwrap();
    assert_eq!(journals.count(), 1, "one for this server");

    // The next start needs nothing of this.
    drop(app);
    let app = desktop.launch(program(), &["--data", &data(&desktop)]);
    app.find("table", "Deploy tokens");
    app.find("push button", "Settings").press();
    app.wait_text("window-laptop");
    let (_, device, _) = server
        .devices()
        .into_iter()
        .find(|(name, _, active)| name == "window-laptop" && *active)
        .unwrap();
    app.wait_text(device.as_str());

    app.find("push button", "Sign out…").press();
    let dialog = app.find("dialog", "Sign out?");
    dialog.find("push button", "Sign out").press();
    app.find("push button", "Sign in");
    let left = server.runtime.block_on(vault(&desktop).everything());
    assert!(left.is_empty(), "{left:?}");
    let still = server.devices().into_iter().find(|(_, id, _)| *id == device);
    assert!(
        still.is_none_or(|(_, _, active)| !active),
        "the device is ended at the server"
    );
    drop(app);
    let app = desktop.launch(program(), &["--data", &data(&desktop)]);
    app.find("push button", "Open the local workspace");
    assert!(!app.output().contains("panicked"), "{}", app.output());
}

#[test]
fn a_forgotten_an_expired_and_an_interrupted_wait_for_the_browser() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    app.find("push button", "Advanced").press();
    fill(
        &app,
        "entry",
        "Address of the API",
        "http://ghostable.example/api/v2",
    );
    // Said while it is typed.
    app.wait_text("plain http is only for this machine");
    fill(&app, "entry", "Address of the API", &server.api());
    app.find("push button", "Sign in").press();
    let page = opened_page(&app);
    app.wait_text(&page);
    // The server does not know the flow any more.
    server
        .site
        .database()
        .execute("DELETE FROM sign_in_tickets", [])
        .unwrap();
    app.wait_text("Nobody confirmed the sign-in in time.");

    app.find("push button", "Sign in").press();
    let page = opened_page(&app);
    server
        .site
        .database()
        .execute(
            "UPDATE sign_in_tickets SET expires_at = '2020-01-01T00:00:00.000Z'",
            [],
        )
        .unwrap();
    app.wait_text("Nobody confirmed the sign-in in time.");
    assert_eq!(
        server.decide(&page, "allow", server.user().password.expose()),
        410
    );

    app.find("push button", "Sign in").press();
    let page = opened_page(&app);
    app.find("push button", "Cancel").press();
    app.find("push button", "Open the local workspace");
    assert_eq!(
        server.decide(&page, "allow", server.user().password.expose()),
        200
    );
    a_while();
    assert!(
        app.get("table", "Deploy tokens").is_none(),
        "nobody waits for it any more"
    );

    app.find("push button", "Sign in").press();
    app.find("push button", "Use e-mail and password").press();
    app.find("password text", "Password");
    app.find("push button", "Cancel").press();
    app.find("push button", "Open the local workspace");
    let left = server.runtime.block_on(vault(&desktop).everything());
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_password_a_wrong_one_and_a_wrong_code_where_there_is_no_browser_flow() {
    let server = Server::start();
    let desktop = Desktop::new().keyring().start();
    let start = Endpoint {
        method: "POST",
        ending: "/cli/login/start",
        from: 1,
    };
    let gone = Fault::Status(404, "", r#"{"message":"Not found."}"#);
    let proxy = FaultProxy::at(server.site.running.address(), start, gone);
    let app = desktop.launch(program(), &["--data", &data(&desktop), "--api", &proxy.url]);
    app.find("push button", "Sign in").press();
    app.find("password text", "Password");
    assert!(proxy.fired());
    let fill = |name: &str, text: &str| {
        let role = if name == "Password" {
            "password text"
        } else {
            "entry"
        };
        fill(&app, role, name, text);
    };
    let send = || {
        app.find("push button", "Sign in")
            .wait(State::Enabled, true)
            .press();
    };
    fill("E-mail address", &server.user().email);
    fill("Password", "not this one");
    send();
    app.wait_text("did not accept the e-mail address and password");
    fill("Password", server.user().password.expose());
    send();
    app.find("entry", "One-time code").wait(State::Focused, true);
    // Sent at its sixth digit; refused, it is typed again into an empty field that has the keyboard.
    fill("One-time code", "000000");
    app.wait_text("did not accept the e-mail address, password or code");
    app.wait_for("an empty field", || {
        let field = app.find("entry", "One-time code");
        (field.text().is_empty() && field.is(State::Focused)).then_some(())
    });
    fill("One-time code", &server.code());
    app.find("dialog", "Link this machine")
        .find("push button", "Not now")
        .press();
    app.find("table", "Deploy tokens");
    app.wait_text("This machine is not linked as a device.");
    let password = server.user().password;
    assert!(!app.text().contains(password.expose()));
}

#[test]
fn what_was_being_done_goes_on_after_the_session_ended() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    sign_in(&server, &app);
    link(&app, "long-runner");
    server.fulfil_all();
    app.find("push button", "Create token")
        .wait(State::Enabled, true)
        .press();
    let dialog = app.find("dialog", "Create a deploy token");
    fill(&app, "entry", "Name", "resumed-ci");
    server.end_sessions();
    dialog.find("push button", "Create token").press();
    app.find("dialog", "Sign in again");
    sign_in(&server, &app);
    app.find("dialog", containing("resumed-ci can read production"));
    app.wait_text("Verified: a runner with these values decrypts 12 of 12 variables");
}

#[test]
fn who_does_not_want_to_sign_in_again_is_not_asked_by_what_runs_by_itself() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    sign_in(&server, &app);
    // While the key is pending it is looked for again and again.
    link(&app, "patient-laptop");
    app.wait_text("Key access pending.");
    server.end_sessions();
    app.find("dialog", "Sign in again")
        .find("push button", "Not now")
        .press();
    app.wait_gone("dialog", "Sign in again");
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert!(app.get("dialog", "Sign in again").is_none());
    assert!(row(&app, "production-ci").is_some(), "what was shown stays");
    app.key("r");
    app.find("dialog", "Sign in again");
}

#[test]
fn a_damaged_device_entry_locks_nobody_out() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    sign_in(&server, &app);
    link(&app, "first-laptop");
    app.wait_text("Key access pending.");
    drop(app);
    let origin = server.api();
    let origin = origin.trim_end_matches("/api/v2");
    let item = ("dev.deploytokens.device", origin, b"not a document");
    server
        .runtime
        .block_on(vault(&desktop).place(item.0, item.1, item.2));
    let app = server.open(&desktop);
    app.find("table", "Deploy tokens");
    app.find("push button", "Settings").press();
    app.wait_text("cannot be used");
    app.find("push button", "Link this machine…").press();
    link(&app, "second-laptop");
    app.wait_text("second-laptop");
    server.fulfil_all();
    app.find("push button", containing("Deploy tokens")).press();
    app.find("push button", "Create token").wait(State::Enabled, true);
}

#[test]
fn a_revocation_that_the_end_of_the_session_cuts_off_goes_on_after_signing_in_again() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    sign_in(&server, &app);
    link(&app, "responder");
    server.fulfil_all();
    app.find("push button", "Emergency").press();
    app.find("push button", containing("Select all"))
        .wait(State::Enabled, true)
        .press();
    let hold = app.find("push button", containing("Hold to revoke"));
    server.end_sessions();
    hold.hold(std::time::Duration::from_millis(1700));
    app.find("dialog", "Sign in again");
    sign_in(&server, &app);
    app.find("heading", containing("tokens are refused by the server"));
    app.wait_gone("heading", containing("not revoked"));
    let left = server.runtime.block_on(async {
        service::revocation::survey(&server.colleague())
            .await
            .unwrap()
            .active
            .len()
    });
    assert_eq!(left, 0);
}

#[test]
fn a_device_that_was_revoked_elsewhere_is_noticed() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    sign_in(&server, &app);
    link(&app, "lost-laptop");
    server.fulfil_all();
    app.find("push button", "Create token").wait(State::Enabled, true);
    let (_, id, _) = server
        .devices()
        .into_iter()
        .find(|(name, _, _)| name == "lost-laptop")
        .unwrap();
    server.revoke_device(&id);
    app.key("r");
    app.wait_text("This device was revoked");
    app.find("push button", "Settings").press();
    app.wait_text("Revoked");
    app.find("push button", "Forget the keys…").press();
    app.find("dialog", "Forget this device's keys?")
        .find("push button", "Forget the keys")
        .press();
    app.find("push button", "Link this machine…");
    let left = server.runtime.block_on(vault(&desktop).everything());
    assert!(
        !left.iter().any(|item| item.contains("dev.deploytokens.device")),
        "{left:?}"
    );
}
