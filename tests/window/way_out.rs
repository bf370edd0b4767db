//! Keys that cannot be shared as they are: each has its own words on Access, and its own way out behind a question.

use std::sync::Arc;

use crate::server::Server;
use reqwest::Method;
use serde_json::json;
use testkit::driver::{App, Desktop, State, containing};

pub fn on_keys(server: &Server, environment: &str, sql: &str) {
    let id = server.runtime.block_on(server.site.environment_id(environment));
    assert!(server.site.database().execute(sql, [id]).unwrap() > 0);
}

fn open(server: &Server) -> (Arc<Desktop>, App) {
    let (desktop, app) = server.owners_window(&server.api());
    app.find("push button", containing("Access")).press();
    (desktop, app)
}

/// Takes the way that is offered, and waits until the key can be shared as any other.
fn take(app: &App, offered: &str, question: &str, yes: &str) {
    app.find("push button", offered).press();
    let dialog = app.find("dialog", question);
    dialog.find("push button", yes).press();
    app.wait_text("The key is sealed for");
    app.wait_gone("dialog", question);
    app.wait_gone("push button", offered);
    app.find("push button", "Re-share key").wait(State::Enabled, true);
    // It may have gone by itself.
    if let Some(dismiss) = app.get("push button", "Dismiss") {
        dismiss.press();
    }
    app.wait_gone("push button", "Dismiss");
}

#[test]
fn each_key_that_cannot_be_shared_has_its_words_and_its_way_out() {
    let server = Server::start();
    server.runtime.block_on(server.site.unname("production"));
    let staging = server.runtime.block_on(server.site.environment_id("staging"));
    let path = server.site.project(&format!("/environments/{staging}"));
    let body = json!({"name": "preview"}).to_string();
    let token = server.site.user_token();
    let renamed = server.site.send(Method::PATCH, &path, Some(token), Some(body));
    assert_eq!(server.runtime.block_on(renamed).0, 200);
    on_keys(
        &server,
        "local",
        "DELETE FROM environment_keys WHERE environment_id = ?1",
    );

    let (_desktop, app) = open(&server);
    app.wait_text("it was sealed by another client.");
    let reshare = app.find("push button", "Re-share key");
    assert!(!reshare.is(State::Enabled), "not as it is");
    take(
        &app,
        "Seal it anew…",
        "Seal the key of production anew?",
        "Seal the key anew",
    );

    app.find("push button", "preview").press();
    app.wait_text("was sealed when the environment was called “staging”.");
    app.find("push button", "Re-share under the new name…").press();
    let dialog = app.find("dialog", "Was preview called “staging” before?");
    assert!(dialog.text().contains("somebody may be tampering with it"));
    dialog.find("push button", "Cancel").press();
    app.wait_gone("dialog", "Was preview called “staging” before?");
    take(
        &app,
        "Re-share under the new name…",
        "Was preview called “staging” before?",
        "It was: re-share the key",
    );

    app.find("push button", "local").press();
    app.wait_text("nothing was ever pushed to it.");
    take(
        &app,
        "Make the first key…",
        "Make the first key of local?",
        "Make the key",
    );
    assert!(!server.entries("local").is_empty());

    // As after a publication that failed halfway.
    on_keys(
        &server,
        "local",
        "UPDATE environment_keys SET envelope_id = NULL, ciphertext_b64 = NULL, nonce_b64 = NULL, alg = NULL,
        envelope_created_at = NULL WHERE environment_id = ?1",
    );
    app.find("push button", "Refresh").press();
    app.wait_text("has no envelope: its publication failed halfway");
    assert!(
        !app.text().contains("--make-key"),
        "a window does not send people to a command"
    );
    take(
        &app,
        "Make a new key…",
        "Make a new key for local?",
        "Make a new key",
    );
}
