//! What the window shows when the other side is not there, and when it comes back.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::driver::{Desktop, any};
use crate::{data, fill, program, row};

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn serve(data: &str, address: &str) -> (Served, Value) {
    let mut command = Command::new(program());
    command
        .args(["--data", data, "serve", "--addr", address])
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (Served(child), serde_json::from_str(&line).unwrap())
}

#[test]
fn a_server_that_goes_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let (served, ready) = serve(&data, "127.0.0.1:0");
    let (api, token) = (
        ready["api"].as_str().unwrap(),
        ready["access_token"].as_str().unwrap(),
    );
    let desktop = Desktop::new().env("GHOSTABLE_TOKEN", token).start();
    let app = desktop.launch(program(), &["--data", &data, "--api", api]);
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
    let (_served, _) = serve(&data, address);
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
