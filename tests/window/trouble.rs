//! What the window shows when the other side is not there, and when it comes back.

use crate::{data, fill, program, row};
use testkit::Served;
use testkit::driver::{Desktop, any};

#[test]
fn a_server_that_goes_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let served = Served::start(folder.path(), &["--addr", "127.0.0.1:0"]);
    let (api, token) = (
        served.told("api").to_owned(),
        served.told("access_token").to_owned(),
    );
    let desktop = Desktop::new().env("GHOSTABLE_TOKEN", &token).start();
    let app = desktop.launch(program(), &["--data", &data, "--api", &api]);
    app.find("table", "Deploy tokens");

    drop(served);
    app.find("push button", "Refresh").press();
    app.wait_text("cannot be reached");
    assert!(row(&app, "production-ci").is_some(), "the old list stays");
    app.find("push button", "Create token").press();
    let dialog = app.find("dialog", "Create a deploy token");
    fill(&app, "entry", "Name", "unlucky");
    dialog.find("push button", "Create token").press();
    dialog.find("push button", "Try again");
    assert!(app.text().contains("cannot be reached"), "said where it happened");
    app.key("Escape");
    app.wait_gone("dialog", any());

    let address = api.trim_start_matches("http://").trim_end_matches("/api/v2");
    let _served = Served::start(folder.path(), &["--addr", address]);
    app.wait_for("the notice to go", || {
        app.key("r");
        (!app.text().contains("cannot be reached")).then_some(())
    });
}

#[test]
fn a_damaged_workspace_is_told_and_can_be_retried() {
    let desktop = Desktop::new().start();
    let data = data(&desktop);
    std::fs::create_dir_all(&data).unwrap();
    let file = std::path::Path::new(&data).join("workspace.db");
    std::fs::write(&file, b"not a database").unwrap();
    let app = desktop.launch(program(), &["--data", &data, "--local"]);
    app.wait_text("is damaged");
    std::fs::rename(&file, file.with_extension("away")).unwrap();
    app.find("push button", "Retry").press();
    app.find("table", "Deploy tokens");
}
