//! The real window under Xvfb, on a real workspace, found by accessible role and name.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failing unwrap is how a test reports, and times are printed"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../common/proxy.rs"]
mod proxy;
#[path = "../common/workspace.rs"]
#[allow(dead_code, reason = "shared with other tests, which use the rest")]
mod site;
#[path = "../common/vault.rs"]
#[allow(dead_code, reason = "shared with other tests, which use the rest")]
mod vault;

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/rough.rs"]
mod rough;

mod about;
mod adoption;
mod clipboard;
mod emergency;
mod guard;
mod interrupted;
mod keyboard;
mod keys;
mod lifecycle;
mod memory;
mod pictures;
mod policy;
mod replace;
mod second_start;
mod server;
mod sign_in;
mod trouble;
mod verified;

use std::path::PathBuf;
use std::process::{Command, Output};

use support::driver::{App, Desktop, Match, Node, State, containing};

/// The program under test.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_deploy-tokens"))
}

/// The window on the local workspace in this desktop's home, once its table is there.
pub fn open(desktop: &std::sync::Arc<Desktop>) -> App {
    open_with(desktop, &[])
}

/// The same, with more arguments.
pub fn open_with(desktop: &std::sync::Arc<Desktop>, more: &[&str]) -> App {
    let data = data(desktop);
    let app = desktop.launch(program(), &[&["--data", &data, "--local"], more].concat());
    app.find("table", "Deploy tokens");
    app
}

/// Creates a token and gives its open sheet.
pub fn sheet(app: &App, name: &str) -> Node {
    create(app, name);
    app.find("dialog", containing(&format!("{name} can deploy production")))
}

/// Where the workspace of this desktop lies.
pub fn data(desktop: &Desktop) -> String {
    desktop.home().join("workspace").display().to_string()
}

/// Creates a token in the open environment, up to its sheet.
pub fn create(app: &App, name: &str) {
    app.find("push button", "Create token").press();
    let dialog = app.find("dialog", "Create a deploy token");
    fill(app, "entry", "Name", name);
    dialog
        .find("push button", "Create token")
        .wait(State::Enabled, true)
        .press();
}

/// Types a text in place of what is in a field, and waits until all of it has arrived.
pub fn fill<'m>(app: &App, role: &str, field: impl Into<Match<'m>>, text: &str) {
    let field = field.into();
    app.find(role, field).focus();
    app.key("ctrl+a");
    app.type_text(text);
    app.wait_for("the whole text in the field", || {
        let shown = app.get(role, field)?.text();
        // A password shows as many dots as it has letters.
        let whole = shown == text || role == "password text" && shown.chars().count() == text.chars().count();
        whole.then_some(())
    });
}

/// As [`verify`], against a server.
pub fn verify_at(api: &str, block: &str) -> Output {
    run_verify(&["--api", api, "verify"], block)
}

/// Runs `verify` with exactly the text of a block, as a runner that sources it.
pub fn verify(desktop: &Desktop, block: &str) -> Output {
    run_verify(&["--data", &data(desktop), "--local", "verify"], block)
}

fn run_verify(arguments: &[&str], block: &str) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).env_remove("GHOSTABLE_API");
    for line in block.lines() {
        let (name, value) = line.split_once('=').expect("a line of a block is NAME=value");
        command.env(name, value);
    }
    command.output().unwrap()
}

/// What a program said on both streams.
pub fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The row of the token table that starts with this name, as the texts of its cells.
pub fn row(app: &App, name: &str) -> Option<Vec<String>> {
    let rows = app.get("table", "Deploy tokens")?.rows();
    rows.into_iter()
        .find(|cells| cells.first().is_some_and(|cell| cell.starts_with(name)))
}
