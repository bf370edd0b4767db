//! Where keys are kept: a locked keyring, none at all, and the key file. Who holds the environment's key, who waits.

use std::process::Command;

use crate::server::{Server, opened_page, vault, with_browser};
use crate::{fill, program, row, said};
use testkit::driver::{App, Desktop, State, containing};
use testkit::memory::search;

#[test]
fn a_locked_keyring_is_said_and_nothing_is_written_elsewhere() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    // A keyring that nobody can unlock here: there is no prompt.
    server.runtime.block_on(vault(&desktop).lock());
    let app = server.open(&desktop);
    app.wait_text("The keychain is locked.");
    app.find("push button", "Open the local workspace");
    let page = desktop.home().join("opened-page");
    assert!(!page.exists(), "nothing was asked of the server");
    let keys = desktop.home().join("workspace/keys.sealed");
    assert!(!keys.exists(), "no other place is taken behind the user's back");
}

fn passphrase(app: &App, name: &str, text: &str) {
    fill(app, "password text", name, text);
}

#[test]
fn without_a_keychain_a_passphrase_opens_a_file_once_a_session() {
    let server = Server::start();
    let desktop = with_browser(Desktop::new().env("DEPLOY_TOKENS_MEMORY_IS_READ", "1"));
    let app = server.open(&desktop);
    app.find("heading", "This machine has no keychain");
    passphrase(&app, "Passphrase", "short");
    passphrase(&app, "The same passphrase again", "short");
    app.find("push button", "Create key file")
        .wait(State::Enabled, true)
        .press();
    app.wait_text("A passphrase needs at least 12 characters.");
    passphrase(&app, "Passphrase", "four words in a row");
    passphrase(&app, "The same passphrase again", "four words in a row");
    app.find("push button", "Create key file")
        .wait(State::Enabled, true)
        .press();
    app.find("push button", "Sign in").press();
    server.confirm(&app);
    app.find("dialog", "Link this machine")
        .find("push button", "Link this machine")
        .press();
    app.wait_text("Key access pending.");
    drop(app);

    let file = std::fs::read(desktop.home().join("workspace/keys.sealed")).unwrap();
    let token = server.site.user_token().as_bytes();
    assert!(!file.windows(token.len()).any(|part| part == token));
    let app = server.open(&desktop);
    app.find("heading", "Open the key file");
    passphrase(&app, "Passphrase", "not these words at all");
    app.find("push button", "Open the key file")
        .wait(State::Enabled, true)
        .press();
    app.wait_text("The passphrase is wrong.");
    passphrase(&app, "Passphrase", "four words in a row");
    app.find("push button", "Open the key file")
        .wait(State::Enabled, true)
        .press();
    app.find("table", "Deploy tokens");
    app.wait_text("Key access pending.");
    // It was typed into the web view, whose memory is not ours to wipe; in our own it is gone with the file's opening.
    let typed = [("the passphrase".to_owned(), b"four words in a row".to_vec())];
    let (hits, _) = search(app.pid(), &typed).unwrap();
    assert!(hits.is_empty(), "{hits:#?}");
}

/// Shares what the new phone waits for, in the open dialog: production is never among many.
pub fn share_all(app: &App) {
    let dialog = app.find("dialog", "Key requests");
    app.wait_text("compare it with what the device shows itself");
    dialog.find("push button", "Share 3 keys with new phone").press();
    app.wait_gone("push button", "Share 3 keys with new phone");
    for project in ["Storefront", "Billing"] {
        let name = format!("Share key of {project} production with new phone");
        app.find("push button", &*name).press();
        app.wait_gone("push button", &*name);
    }
    app.wait_gone("dialog", "Key requests");
}

#[test]
fn requests_are_counted_and_answered_and_holders_are_listed() {
    let server = Server::start();
    let (id, identity) = server.register("new phone");
    let (_desktop, app) = server.owners_window(&server.api());
    app.find("push button", containing("Key requests")).press();
    share_all(&app);
    app.wait_gone("push button", containing("Key requests"));
    let device = service::LinkedDevice { id, identity };
    let phone = server.context(Some(device));
    let opened = server.runtime.block_on(async {
        let project = server.site.local().project_id.clone();
        let place = service::find_environment(&phone, &project, "production")
            .await
            .unwrap();
        service::key_access(&phone, &place).await
    });
    assert!(opened.is_ok(), "{opened:?}");

    app.find("push button", containing("Access")).press();
    app.find("heading", "Devices");
    let cells = |table: &str, name: &str| {
        let table = app.get("table", table)?;
        table.rows().into_iter().find(|cells| cells[0].starts_with(name))
    };
    let phone = app.wait_for("the phone among the devices", || cells("Devices", "new phone"));
    assert!(phone[1].contains("Yes"), "{phone:?}");
    let revoked = cells("Deploy tokens", "production-ci-2025").expect("the revoked token");
    assert!(
        revoked[1].contains("No longer") && revoked[0].contains("Revoked"),
        "{revoked:?}"
    );
    app.find("push button", "Re-share key").press();
    let dialog = app.find("dialog", "Re-share the key of production?");
    dialog.find("push button", "Re-share key").press();
    app.wait_text("The key is sealed for");
}

#[test]
fn the_last_place_is_remembered_and_a_folder_wins_over_it() {
    let server = Server::start();
    let folder = server.site.folder.path().display().to_string();
    let desktop = Desktop::new()
        .env("GHOSTABLE_TOKEN", server.site.user_token())
        .start();
    let open = |more: &[&str]| {
        let mut arguments = vec!["--data", folder.as_str(), "--api"];
        let api = server.api();
        arguments.push(&api);
        arguments.extend(more);
        desktop.launch(program(), &arguments)
    };
    let app = open(&[]);
    app.find("table", "Deploy tokens");
    app.find("push button", "staging").press();
    app.wait_for("the crumb of staging", || {
        app.get("toggle button", containing("Active"))
    });
    app.wait_for("staging to be open", || {
        (row(&app, "production-ci").is_none()).then_some(())
    });
    drop(app);
    let app = open(&[]);
    app.wait_for("staging", || app.get("heading", "staging"));
    drop(app);

    // A project's folder, by the command and in the window.
    let project = desktop.home().join("project");
    std::fs::create_dir_all(project.join(".ghostable")).unwrap();
    let manifest = format!("id: {}\nname: Storefront\n", server.site.local().project_id);
    std::fs::write(project.join(".ghostable/ghostable.yaml"), manifest).unwrap();
    let path = project.display().to_string();
    let app = open(&["--dir", &path]);
    app.find("table", "Deploy tokens");
    app.find("push button", containing("Switch project")).press();
    let dialog = app.find("dialog", "Go to");
    fill(&app, "entry", containing("folder of a project"), "/nowhere");
    dialog
        .find("push button", "Open folder")
        .wait(State::Enabled, true)
        .press();
    app.wait_text("There is no .ghostable/ghostable.yaml in /nowhere.");
    fill(&app, "entry", containing("folder of a project"), &path);
    dialog.find("push button", "Open folder").press();
    app.wait_gone("dialog", "Go to");
    drop(app);
    let missing = Command::new(program())
        .args(["--dir", "/nowhere"])
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2), "{}", said(&missing));
    assert!(said(&missing).contains("/nowhere"));
}

#[test]
fn a_server_that_goes_while_a_person_is_waited_for() {
    let mut server = Server::start();
    let desktop = with_browser(Desktop::new().keyring());
    let app = server.open(&desktop);
    app.find("push button", "Sign in").press();
    let page = opened_page(&app);
    server.gone_while(|| app.wait_text("The server does not answer."));
    app.wait_text("Waiting for you.");
    assert_eq!(
        server.decide(&page, "allow", server.user().password.expose()),
        200
    );
    app.find("dialog", "Link this machine");
}
