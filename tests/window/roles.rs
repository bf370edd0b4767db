//! Each of the sample's people in the real window: what they see, what they can do, and whom they are told to ask.

use crate::keys::share_all;
use crate::server::{Server, with_browser};
use testkit::driver::{App, Desktop, State, containing};

/// What no page may show to anybody who only lacks a right.
const RAW: [&str; 3] = ["does not allow this", "Retry", "cannot be reached"];

fn page(app: &App, name: &str) {
    app.find("push button", containing(name)).press();
}

fn nothing_raw(app: &App) {
    let text = app.text();
    for word in RAW {
        assert!(!text.contains(word), "{word}: {text}");
    }
    // As a word of its own: an id may have it inside.
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    assert!(!words.any(|word| word == "403"), "a bare status: {text}");
}

fn link(app: &App) {
    let dialog = app.find("dialog", "Link this machine");
    dialog.find("push button", "Link this machine").press();
    app.wait_gone("dialog", "Link this machine");
}

/// Settings say who one is and what that gives.
fn settings(app: &App, role: &str, name: &str) {
    page(app, "Settings");
    app.find("heading", "You in Northwind");
    app.wait_text(role);
    app.wait_text(name);
    nothing_raw(app);
}

/// The page of the tokens of somebody who is no admin: said once, with the admin's name, and nothing that would fail.
fn no_tokens(app: &App) {
    page(app, "Deploy tokens");
    app.find("heading", "Deploy tokens are for admins");
    app.wait_text("Ask Sam Rivera, an admin of Northwind.");
    assert!(app.get("push button", "Create token").is_none());
    assert!(app.get("entry", "Search tokens").is_none());
    let said = app.text().matches("Only admins see deploy tokens").count();
    assert_eq!(said, 1, "{}", app.text());
    app.key("ctrl+n");
    page(app, "Emergency");
    app.find("heading", "No token that you can see");
    app.wait_text("Deploy tokens of Storefront and Billing are shown to admins alone.");
    assert!(app.get("dialog", "Create a deploy token").is_none());
    nothing_raw(app);
}

#[test]
fn an_admin_sees_tokens_and_shares_keys() {
    let server = Server::start();
    let (_desktop, app) = server.owners_window(&server.api());
    app.find("push button", "Create token").wait(State::Enabled, true);
    page(&app, "Access");
    app.find("push button", "Re-share key").wait(State::Enabled, true);
    settings(&app, "Admin", "Sam Rivera");
    page(&app, "Emergency");
    app.find("check box", containing("production-ci"));
    nothing_raw(&app);
}

#[test]
fn a_developer_answers_requests_and_shares_again_and_knows_whom_to_ask() {
    let server = Server::start();
    let before = server.entries("production");
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open_as(&desktop, "developer");
    link(&app);
    app.wait_text("Key access pending.");
    no_tokens(&app);
    settings(&app, "Developer", "Mara Lindqvist");

    // Somebody else waits, too, and this device can only say so.
    server.register("old phone");
    app.key("r");
    app.find("push button", containing("Key requests")).press();
    let dialog = app.find("dialog", "Key requests");
    dialog.find("heading", "You lack the key yourself");
    assert!(dialog.text().contains("the device is new"), "{}", dialog.text());
    assert!(dialog.get("push button", containing("Share")).is_none());
    dialog.find("push button", "Close").press();
    app.wait_gone("dialog", "Key requests");
    assert_eq!(server.fulfil_all(), 10);
    page(&app, "Access");
    let reshare = app.find("push button", "Re-share key");
    reshare.wait(State::Enabled, true);
    app.wait_text("Only admins of the organisation see its deploy tokens");

    // Somebody else waits now.
    let (id, _) = server.register("new phone");
    app.key("r");
    app.find("push button", containing("Key requests")).press();
    share_all(&app);
    let after = server.entries("production");
    assert!(after.contains(&id.to_string()), "{after:?}");
    assert!(
        before.iter().all(|it| after.contains(it)),
        "what tokens have stays: {before:?} {after:?}"
    );
    app.find("push button", "Re-share key").press();
    let dialog = app.find("dialog", "Re-share the key of production?");
    dialog.find("push button", "Re-share key").press();
    app.wait_text("The key is sealed for");
    // Whoever is there stays, in whatever order.
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    assert_eq!(sorted(server.entries("production")), sorted(after));
    nothing_raw(&app);
}

#[test]
fn who_reads_only_sees_who_holds_keys_and_shares_none() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open_as(&desktop, "developer_read_only");
    link(&app);
    app.wait_text("Key access pending.");
    assert_eq!(server.fulfil_all(), 5);
    app.wait_for("the notice to go by itself", || {
        (!app.text().contains("Key access pending.")).then_some(())
    });
    no_tokens(&app);
    page(&app, "Access");
    app.find("heading", "Devices");
    let reshare = app.find("push button", "Re-share key");
    assert!(!reshare.is(State::Enabled), "the server would refuse it");
    assert_eq!(reshare.description(), "Sharing keys is for developers and admins");
    settings(&app, "Developer, read only", "Jonas Berg");
}

#[test]
fn an_auditor_is_told_what_is_for_others() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open_as(&desktop, "auditor");
    link(&app);
    no_tokens(&app);
    page(&app, "Access");
    app.find("heading", "Who holds the key is not shown to you");
    app.wait_text("You are an auditor in Northwind.");
    nothing_raw(&app);
    settings(&app, "Auditor", "Priya Nair");
}
