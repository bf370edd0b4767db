//! The window shows what was done elsewhere, without anybody asking for it.

use std::process::Command;

use crate::server::Server;
use crate::{data, open, program, row, said};
use testkit::driver::Desktop;

#[test]
fn what_a_command_does_beside_the_window_shows_in_it() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    let data = data(&desktop);
    let created = Command::new(program())
        .args([
            "--data",
            &data,
            "--local",
            "create",
            "--env",
            "production",
            "--name",
            "beside-ci",
        ])
        .output()
        .unwrap();
    assert!(created.status.success(), "{}", said(&created));
    app.wait_for("its row", || row(&app, "beside-ci"));
}

#[test]
fn who_comes_back_to_the_window_sees_what_others_have_done() {
    let server = Server::start();
    let (desktop, app) = server.owners_window(&server.api());
    app.wait_text("Updated just now");
    let other = desktop.launch(program(), &["--data", "/nonexistent/elsewhere", "--local"]);
    other.find("table", "Deploy tokens");
    let issuing = server.site.issue("production", "others-ci");
    drop(server.runtime.block_on(issuing));
    drop(other);
    app.activate();
    app.wait_for("its row", || row(&app, "others-ci"));
}
