//! The build without a window, where there is no display.

use crate::{Shell, assert_every_command_explains_itself, assert_made_for_users, named};
use testkit::{said, variables};

const HEADLESS: &str = "DEPLOY_TOKENS_HEADLESS_PROGRAM";

#[test]
fn it_is_made_for_users() {
    assert_made_for_users(&named(HEADLESS), &["deploy-tokens"]);
}

#[test]
fn every_command_explains_itself() {
    assert_every_command_explains_itself(&named(HEADLESS), &["serve", "create", "verify", "revoke"]);
}

#[test]
fn a_token_from_create_to_revoked() {
    let shell = Shell::new(named(HEADLESS));
    let created = shell.run(
        &["--local", "create", "--env", "production", "--name", "shipped"],
        &[],
    );
    assert_eq!(created.status.code(), Some(0), "{}", said(&created));
    let block = String::from_utf8(created.stdout).unwrap();
    let runner: Vec<_> = variables(&block).collect();
    assert_eq!(runner.len(), 2, "two lines and nothing else");

    let verified = shell.run(&["--local", "verify"], &runner);
    assert!(
        verified.status.success() && said(&verified).contains("12 of 12"),
        "{}",
        said(&verified)
    );
    let revoked = shell.run(&["--local", "revoke", "--env", "production", "shipped"], &[]);
    assert_eq!(revoked.status.code(), Some(0), "{}", said(&revoked));
    let refused = shell.run(&["--local", "verify"], &runner);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
}

#[test]
fn without_a_command_it_says_what_to_do() {
    for arguments in [&[][..], &["--local"]] {
        let output = Shell::new(named(HEADLESS)).run(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let text = said(&output);
        assert!(text.contains("no window") && text.contains("--help"), "{text}");
    }
}
