//! Going on from what the Ghostable command line has in the keyring, under its own names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::DeviceId;
use protocol::crypto::DeviceIdentity;
use serde_json::json;

use crate::server::{Server, vault, with_browser};
use crate::{data, fill, program};
use testkit::driver::{Desktop, State, containing};
use testkit::{FaultProxy, Faults};

/// Makes a device with every key for the command line, and puts it and its session where that has them.
pub fn place_command_line(server: &Server, desktop: &Desktop) -> DeviceId {
    let (id, identity) = server.register("old command line");
    assert_eq!(server.fulfil_all(), 5);
    place(server, desktop, &id, &identity);
    id
}

/// Puts session and device where the command line has them (docs/protocol.md 4.3).
fn place(server: &Server, desktop: &Desktop, id: &DeviceId, identity: &DeviceIdentity) {
    let vault = vault(desktop);
    let private = |kind: &str| format!("dev.ghostable.cli.device.{id}.{kind}");
    let session = json!({ "accessToken": server.site.user_token() });
    let document = json!({
        "deviceId": id.as_str(),
        "name": "old command line",
        "platform": "linux-x64 (6.1.0)",
        "createdAtIso": "2026-02-03T04:05:06.007Z",
        "version": 1,
        "signingKey": { "alg": "Ed25519", "publicKey": identity.signing_public().to_base64() },
        "encryptionKey": { "alg": "X25519", "publicKey": identity.encryption_public().to_base64() },
    });
    server.runtime.block_on(async {
        for (service, account, value) in [
            ("dev.ghostable.cli.session-token", "session", session.to_string()),
            (
                "dev.ghostable.cli.device.identity",
                "device:identity",
                document.to_string(),
            ),
            (
                &private("signing-key"),
                "signing-key",
                STANDARD.encode(identity.signing_seed().expose()),
            ),
            (
                &private("encryption-key"),
                "encryption-key",
                STANDARD.encode(identity.encryption_private_key().expose()),
            ),
        ] {
            vault.place(service, account, value.as_bytes()).await;
        }
    });
}

/// What of the keyring is the command line's.
fn its_entries(server: &Server, desktop: &Desktop) -> Vec<String> {
    let mut all = server.runtime.block_on(vault(desktop).everything());
    all.retain(|item| item.starts_with("dev.ghostable."));
    all
}

#[test]
fn a_fresh_device_gets_every_key_from_the_command_lines_device() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let id = place_command_line(&server, &desktop);
    let before = its_entries(&server, &desktop);
    assert_eq!(before.len(), 4);

    let app = server.open(&desktop);
    app.find("heading", containing("Continue as Sam"));
    app.find("push button", "Continue with a new device").press();
    app.wait_text("This machine is linked, and can open every key.");
    app.find("push button", "Create token").wait(State::Enabled, true);
    assert!(!app.text().contains("Key access pending"));
    let devices = server.devices();
    assert!(devices.iter().any(|(_, device, active)| *device == id && *active));
    assert_eq!(
        its_entries(&server, &desktop),
        before,
        "nothing of the command line's is changed"
    );

    // Another environment decrypts, too.
    app.find("push button", "staging").press();
    app.wait_for("the key of staging", || {
        let crumbs = app.text();
        (crumbs.contains("staging") && crumbs.contains(", version 1")).then_some(())
    });

    app.find("push button", "Settings").press();
    app.find("push button", "Sign out…").press();
    app.find("dialog", "Sign out?")
        .find("push button", "Sign out")
        .press();
    app.find("push button", "Continue with a new device");
    let left = server.runtime.block_on(vault(&desktop).everything());
    assert_eq!(left.len(), 4, "only the command line's: {left:?}");
    assert_eq!(its_entries(&server, &desktop), before);
}

#[test]
fn its_own_device_is_used_only_after_the_warning() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let id = place_command_line(&server, &desktop);
    let devices = server.devices().len();

    let app = server.open(&desktop);
    app.find("push button", containing("Use the command line's own device"))
        .press();
    let dialog = app.find("dialog", "Use the command line's own device?");
    app.wait_text("Treat its signing key as disclosed.");
    dialog.find("push button", "Use it all the same").press();
    app.find("table", "Deploy tokens");
    app.find("push button", "Create token").wait(State::Enabled, true);
    app.find("push button", "Settings").press();
    app.wait_text(id.as_str());
    assert_eq!(server.devices().len(), devices, "no device was made");

    // It is not this program's to end.
    app.find("push button", "Sign out…").press();
    let dialog = app.find("dialog", "Sign out?");
    app.wait_text("The command line goes on with its device.");
    dialog.find("push button", "Sign out").press();
    app.find("push button", "Continue with a new device");
    let still = server
        .devices()
        .into_iter()
        .any(|(_, device, active)| device == id && active);
    assert!(still, "the command line goes on");
    assert_eq!(server.runtime.block_on(vault(&desktop).everything()).len(), 4);
}

#[test]
fn its_session_is_not_shown_to_a_server_that_was_only_typed() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    place_command_line(&server, &desktop);
    let rough = FaultProxy::start(server.site.running.address(), Faults::default());
    let own = "http://127.0.0.1:9/api/v2";
    let app = desktop.launch(program(), &["--data", &data(&desktop), "--api", own]);
    app.find("push button", "Advanced").press();
    fill(&app, "entry", "Address of the API", &rough.url);
    crate::server::a_while();
    assert!(app.get("push button", "Continue with a new device").is_none());
    assert!(rough.seen().is_empty(), "it was told nothing: {:?}", rough.seen());
}

#[test]
fn a_session_that_this_server_refuses_is_not_offered() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    server.runtime.block_on(vault(&desktop).place(
        "dev.ghostable.cli.session-token",
        "session",
        br#"{"accessToken":"7|for-another-server"}"#,
    ));
    let app = server.open(&desktop);
    app.find("push button", "Sign in");
    crate::server::a_while();
    assert!(app.get("push button", "Continue with a new device").is_none());
}
