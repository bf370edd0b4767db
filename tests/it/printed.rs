//! What the commands print, whole, as files in `snapshots/` that a change shows in its diff. What has to be true of it
//! (exit codes, which stream, that something is said) is asserted elsewhere; here words, order and alignment are kept.
//!
//! `INSTA_UPDATE=always cargo test --test it printed` writes them again.

use std::process::Output;

use insta::assert_snapshot;
use testkit::{Shell, run_program};

/// A command line, how it ended, and both streams as they are.
fn shown(arguments: &[&str], output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let code = output.status.code().unwrap();
    format!(
        "$ deploy-tokens {}\n[exit code {code}]\n--- standard output\n{}--- standard error\n{}",
        arguments.join(" "),
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn printed(shell: &Shell, arguments: &[&str]) -> String {
    shown(arguments, &shell.run(arguments))
}

/// Snapshots without what is new in each run: secrets, ids, fingerprints, days, folders, and the widths of columns that
/// come of them.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, instead) in [
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\|\w{48}", "[CI token]"),
        (r"(GHOSTABLE_DEPLOY_SEED=)\S+", "$1[seed]"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b", "[id]"),
        (r"\b[0-9a-f]{4} [0-9a-f]{4}\b", "[fingerprint]"),
        (r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b", "[day]"),
        (r"\b\d\d:\d\d\b", "[time]"),
        (r"in \d+ days?", "in [n] days"),
        (r"(\d+ (min|h|days|weeks) ago|just now|yesterday)", "[ago]"),
        (r"/\S*/\.tmp\w+", "[folder]"),
        (r"  +(\S)", "  $1"),
    ] {
        settings.add_filter(pattern, instead);
    }
    settings
}

/// A help has no secrets, and its alignment counts.
fn help_settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn every_help_is_as_reviewed() {
    let help = |arguments: &[&str]| shown(arguments, &run_program(arguments, &[]));
    let whole = help(&["--help"]);
    let listed = whole.split("Commands:\n").nth(1).unwrap();
    let names = listed.lines().take_while(|line| !line.is_empty());
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 15, "{names:?}");
    help_settings().bind(|| {
        assert_snapshot!("help", whole);
        for name in names.into_iter().filter(|name| *name != "help") {
            assert_snapshot!(format!("help_{name}"), help(&[name, "--help"]));
        }
    });
}

#[test]
fn a_token_s_life_is_told_as_reviewed() {
    let shell = Shell::new();
    settings().bind(|| {
        let production = |command: &str, rest: &[&str]| {
            let arguments = [&[command, "--env", "production"], rest].concat();
            printed(&shell, &arguments)
        };
        assert_snapshot!("list", production("list", &[]));
        assert_snapshot!("create", production("create", &["--name", "printed"]));
        let taken = ["--name", "production-ci"];
        assert_snapshot!("create_name_taken", production("create", &taken));
        assert_snapshot!("rotate", production("rotate", &["printed"]));
        assert_snapshot!("replace", production("replace", &["printed"]));
        assert_snapshot!("list_replacing", production("list", &[]));
        assert_snapshot!("pending_replacement", printed(&shell, &["pending"]));
        assert_snapshot!("replace_finish", production("replace", &["printed", "--finish"]));
        assert_snapshot!("revoke", production("revoke", &["forge-web-1"]));
        assert_snapshot!("delete", production("delete", &["forge-web-1"]));
        assert_snapshot!("reshare", production("reshare", &[]));
        assert_snapshot!("activity", production("activity", &["--limit", "12"]));
        assert_snapshot!("requests", printed(&shell, &["requests"]));
        assert_snapshot!("devices", printed(&shell, &["devices"]));
        assert_snapshot!("pending_nothing", printed(&shell, &["pending"]));
    });
}

#[test]
fn what_was_interrupted_is_told_as_reviewed() {
    let shell = Shell::new();
    let create = ["create", "--env", "staging", "--name", "interrupted"];
    for step in ["create.registered", "create.shared"] {
        let killed = shell.run_with(&create, &[("DEPLOY_TOKENS_KILL_AT", step)]);
        assert_eq!(killed.status.code(), None, "{step}");
    }
    settings().bind(|| assert_snapshot!("pending", printed(&shell, &["pending"])));
}

#[test]
fn a_leak_is_named_as_reviewed() {
    let shell = Shell::new();
    let block = shell.ok(&["create", "--env", "production", "--name", "leaked"]);
    let find = |input: &[u8]| shown(&["find"], &shell.run_on(&["find"], input));
    settings().bind(|| {
        assert_snapshot!("find", find(&block.stdout));
        assert_snapshot!(
            "find_nothing",
            find(b"GHOSTABLE_CI_TOKEN=0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c11|0123456789abcdefghijABCDEFGHIJ0123456789abcdefgh\n")
        );
        assert_snapshot!(
            "find_part",
            find(b"GHOSTABLE_CI_TOKEN=0b7c1f5e-2f0d-4c56-8f0a-5d1f3f9d2c11|unknown\n")
        );
        assert_snapshot!("find_wrong", find(b"nothing of ours"));
    });
}

#[test]
fn wrong_use_is_told_as_reviewed() {
    let shell = Shell::new();
    let wrong: [(&str, &[&str]); 11] = [
        ("unknown_command", &["dance"]),
        ("create_without_environment", &["create"]),
        ("unknown_environment", &["list", "--env", "nowhere"]),
        (
            "unknown_project",
            &["--project", "nobody", "list", "--env", "production"],
        ),
        ("unknown_token", &["rotate", "--env", "production", "nobody"]),
        ("revoke_without_token", &["revoke", "--env", "production"]),
        ("revoke_all_unasked", &["revoke", "--everywhere", "--all"]),
        ("name_empty", &["create", "--env", "production", "--name", ""]),
        (
            "delete_active",
            &["delete", "--env", "production", "production-ci"],
        ),
        ("resume_unknown", &["resume", "nothing"]),
        ("verify_without_secrets", &["verify"]),
    ];
    settings().bind(|| {
        for (name, arguments) in wrong {
            assert_snapshot!(format!("wrong_{name}"), printed(&shell, arguments));
        }
        let insecure = [
            "--api",
            "http://ghostable.example/api/v2",
            "list",
            "--env",
            "production",
        ];
        assert_snapshot!("wrong_address", shown(&insecure, &run_program(&insecure, &[])));
    });
}
