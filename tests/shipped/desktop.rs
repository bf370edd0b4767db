//! With its window.

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};

use crate::{Shell, assert_every_command_explains_itself, assert_hidden_from, assert_made_for_users, named};
use testkit::driver::{App, Desktop};
use testkit::window::{confirm, copy_block, data, done, open, row, sheet, verify};
use testkit::{PROGRAM, said};

/// Runs `verify` as a script does that was given the block as a file: the shell reads it, not we.
fn verify_in_bash(desktop: &Desktop, block: &str) -> Output {
    let shell = Shell::new("bash".into());
    let program = named(PROGRAM).display().to_string();
    let data = data(desktop);
    let script = "set -a; . /dev/stdin; exec \"$@\" </dev/null";
    let arguments = [
        "-c", script, "bash", &program, "--data", &data, "--local", "verify",
    ];
    let mut bash = shell
        .command("bash".as_ref(), &arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin.take().unwrap().write_all(block.as_bytes()).unwrap();
    bash.wait_with_output().unwrap()
}

fn assert_decrypts(output: &Output) {
    assert!(
        output.status.success() && said(output).contains("12 of 12"),
        "{}",
        said(output)
    );
}

#[test]
fn it_is_made_for_users() {
    assert_made_for_users(&named(PROGRAM), &["deploy-tokens", "deploy-tokens-window"]);
}

#[test]
fn every_command_explains_itself() {
    assert_every_command_explains_itself(&named(PROGRAM), &["serve", "create", "verify", "revoke"]);
}

#[test]
fn a_token_from_create_to_revoked_and_the_window_closed() {
    let desktop = Desktop::new().start();
    let mut app = open(&desktop);
    let pid = app.pid().to_string();
    assert_hidden_from(&pid);
    let running = fs::read_link(format!("/proc/{pid}/exe")).unwrap();
    let beside = named(PROGRAM).with_file_name("deploy-tokens-window");
    assert_eq!(running, beside, "what is beside the program that was named");

    sheet(&app, "shipped");
    let block = copy_block(&app);
    done(&app);
    app.wait_for("the new row", || {
        row(&app, "shipped").filter(|cells| cells[1].contains("Active"))
    });
    assert_decrypts(&verify(&desktop, &block));
    assert_decrypts(&verify_in_bash(&desktop, &block));

    confirm(&app, "shipped", "Revoke…", "Revoke");
    app.wait_text("shipped is revoked");
    let refused = verify(&desktop, &block);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    let refused = verify_in_bash(&desktop, &block);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));

    App::close(&app);
    let ended = app.wait_end();
    assert_eq!(ended.code(), Some(0), "{}", app.output());
    assert!(!app.output().contains("panicked"), "{}", app.output());
    assert_eq!(desktop.clipboard(), "", "the block is cleared at the end");
}
