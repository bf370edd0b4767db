//! The window dies while the sheet is open: the next one says so, and the values can still be had.

use std::process::Command;

use serde_json::Value;

use crate::support::driver::{Desktop, containing};
use crate::{create, data, open, program, said, verify};

#[test]
fn a_sheet_that_was_never_closed_is_not_lost() {
    let desktop = Desktop::new().start();
    let app = open(&desktop);
    create(&app, "survivor");
    app.find("dialog", containing("survivor can deploy production"));
    // Kills the program: nobody has closed the sheet or copied anything.
    drop(app);

    let app = open(&desktop);
    app.wait_text("An operation was interrupted before the secrets were handed over");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(program());
        command
            .args(["--data", &data(&desktop), "--local"])
            .args(arguments);
        command.env_remove("GHOSTABLE_API").output().unwrap()
    };
    let pending = run(&["pending", "--json"]);
    let pending: Value = serde_json::from_slice(&pending.stdout).unwrap();
    let id = pending[0]["id"]
        .as_str()
        .expect("the interrupted operation is listed");
    let resumed = run(&["resume", id]);
    let block = String::from_utf8(resumed.stdout.clone()).unwrap();
    let ran = verify(&desktop, &block);
    assert!(ran.status.success(), "{} {}", said(&resumed), said(&ran));
}
