//! The headless commands, as a script meets them: output, exit codes, files, bad input.

use std::process::{Command, Output};

use serde_json::{Value, json};
use testkit::{Endpoint, Fault, FaultProxy, Served, Shell, TestWorkspace, assert_code, run_program};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The exit code, nothing on standard output, and a text that names the trouble and what to do.
#[track_caller]
fn assert_refused(output: &Output, code: i32, says: &str) {
    assert_code(output, code);
    assert_eq!(text(&output.stdout), "");
    let said = text(&output.stderr);
    assert!(said.contains(says), "«{said}» does not say «{says}»");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn the_whole_life_by_commands() {
    let shell = Shell::new();
    let issued = shell.create("by-command");
    assert_eq!(issued["shared"], true);
    for member in [
        "id",
        "name",
        "status",
        "environment",
        "fingerprint",
        "created_at",
        "last_used_at",
        "expires_at",
    ] {
        assert!(issued["token"].get(member).is_some(), "{member}");
    }
    let verified = shell.run_as_runner(&issued, &["verify"]);
    assert_code(&verified, 0);
    assert!(text(&verified.stdout).contains("12 of 12"));
    let listed = || {
        let all = shell.list();
        all.into_iter()
            .find(|token| token["id"] == issued["token"]["id"])
            .unwrap()
    };
    let checked = listed();
    assert_eq!(
        (&checked["last_used_why"], &checked["fetches"]),
        (&json!("never"), &json!(0)),
        "both were checks"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("env");
    let pull = ["pull", "--file", file.to_str().unwrap()];
    assert_code(&shell.run_as_runner(&issued, &pull), 0);
    let used = listed();
    assert_eq!(
        (&used["last_used_why"], &used["fetches"]),
        (&json!("known"), &json!(1))
    );
    assert_eq!(used["fetches_are_all"], true);
    let activity = |more: &[&str]| {
        let arguments = [
            &["activity", "--env", "production", "--token", "by-command"],
            more,
        ]
        .concat();
        let printed = shell.run(&arguments);
        assert_code(&printed, 0);
        text(&printed.stdout)
    };
    let entries: Value = serde_json::from_str(&activity(&["--json"])).unwrap();
    let kinds: Vec<_> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].clone())
        .collect();
    assert_eq!(
        kinds,
        ["fetched", "fetched", "fetched", "created"],
        "checks are fetches, too"
    );
    assert_eq!(entries[3]["by"]["name"], "Sam Rivera");
    let created = activity(&["--kind", "created"]);
    assert!(
        created.contains("token created") && !created.contains("fetched"),
        "{created}"
    );

    let rotated = shell.run(&["rotate", "--env", "production", "by-command", "--json"]);
    assert_code(&rotated, 0);
    let rotated: Value = serde_json::from_slice(&rotated.stdout).unwrap();
    assert_refused(
        &shell.run_as_runner(&issued, &["verify"]),
        3,
        "GHOSTABLE_CI_TOKEN",
    );
    assert_code(&shell.run_as_runner(&rotated, &["verify"]), 0);

    let id = rotated["token"]["id"].as_str().unwrap();
    assert_refused(
        &shell.run(&["delete", "--env", "production", id]),
        1,
        "still active",
    );
    assert_code(&shell.run(&["revoke", "--env", "production", id]), 0);
    assert_refused(
        &shell.run(&["revoke", "--env", "production", id]),
        1,
        "already revoked",
    );
    assert_refused(
        &shell.run(&["rotate", "--env", "production", id]),
        1,
        "already revoked",
    );
    assert_refused(
        &shell.run_as_runner(&rotated, &["verify"]),
        3,
        "GHOSTABLE_CI_TOKEN",
    );
    assert_code(&shell.run(&["delete", "--env", "production", id]), 0);
    assert!(shell.list().iter().all(|token| token["id"] != id));
}

#[test]
fn the_block_is_what_a_runner_takes() {
    let shell = Shell::new();
    let output = shell.run(&["create", "--env", "staging"]);
    assert_code(&output, 0);
    let block = text(&output.stdout);
    assert!(
        block.starts_with("GHOSTABLE_CI_TOKEN='"),
        "quoted, because of the bar in it"
    );
    let lines: Vec<(&str, &str)> = testkit::variables(&block).collect();
    assert_eq!(
        lines.iter().map(|it| it.0).collect::<Vec<_>>(),
        ["GHOSTABLE_CI_TOKEN", "GHOSTABLE_DEPLOY_SEED"]
    );
    assert!(text(&output.stderr).contains("shown this once"));
    assert!(text(&output.stderr).contains("Verified: a runner with these values decrypts"));
    assert_code(&shell.run_with(&["verify"], &lines), 0);
    let named = shell.run(&["list", "--env", "staging"]);
    assert!(text(&named.stdout).contains("staging-ci"), "the default name");
}

#[test]
fn out_writes_a_private_new_file_and_never_overwrites() {
    let shell = Shell::new();
    let file = shell.file("secrets.env");
    assert_code(
        &shell.run(&["create", "--env", "production", "--name", "filed", "--out", &file]),
        0,
    );
    let block = std::fs::read_to_string(&file).unwrap();
    assert!(block.starts_with("GHOSTABLE_CI_TOKEN=") && block.contains("\nGHOSTABLE_DEPLOY_SEED="));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let before = shell.list().len();
    let again = shell.run(&[
        "create",
        "--env",
        "production",
        "--name",
        "second",
        "--out",
        &file,
    ]);
    assert_refused(&again, 2, "exists already");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), block);
    let nowhere = shell.file("no/such/folder");
    let output = shell.run(&["rotate", "--env", "production", "filed", "--out", &nowhere]);
    assert_refused(&output, 2, "cannot be written");
    let unknown = shell.file("unused.env");
    let output = shell.run(&["rotate", "--env", "production", "nobody", "--out", &unknown]);
    assert_refused(&output, 2, "nobody");
    assert!(
        !std::path::Path::new(&unknown).exists(),
        "an empty file is not left behind"
    );
    assert_eq!(shell.list().len(), before, "nothing was made");
}

#[test]
fn pull_writes_every_value_unchanged() {
    let shell = Shell::new();
    let issued = shell.create("puller");
    let file = shell.file(".env");
    assert_code(&shell.run_as_runner(&issued, &["pull", "--file", &file]), 0);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("APP_ENV=production\n"));
    assert!(written.contains("Größe"), "non-ASCII values survive");
    let sourced = std::process::Command::new("bash")
        .args(["-c", "set -a; . \"$0\"; env -0", &file])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let variables = text(&sourced.stdout);
    let own = |pair: &&str| {
        !["PATH=", "PWD=", "SHLVL=", "_="]
            .iter()
            .any(|it| pair.starts_with(it))
    };
    let variables: Vec<_> = variables.split_terminator('\0').filter(own).collect();
    assert_eq!(variables.len(), 12, "{variables:?}");
    assert!(
        variables
            .iter()
            .any(|it| it.contains("-----BEGIN") && it.contains('\n')),
        "as it was"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let only = shell.run_as_runner(
        &issued,
        &["pull", "--file", &file, "--only", "APP_ENV", "--only", "DB_HOST"],
    );
    assert_code(&only, 0);
    assert_eq!(
        std::fs::read_to_string(&file).unwrap().lines().count(),
        3,
        "and the mark"
    );
    // What is not there is named, and the file stays as it was.
    for (only, says) in [
        ("NOT_THERE", "NOT_THERE"),
        ("", "--only takes the name of one variable"),
        ("APP_ENV,DB_HOST", "--only A --only B"),
    ] {
        let before = std::fs::read(&file).unwrap();
        let refused = shell.run_as_runner(&issued, &["pull", "--file", &file, "--only", only]);
        assert_refused(&refused, 2, says);
        assert_eq!(std::fs::read(&file).unwrap(), before, "{only}");
    }
    // Another token's seed: nothing decrypts, and the file stays as it was.
    let other = shell.create("other");
    let mut mixed = issued.clone();
    mixed["deploy_seed"] = other["deploy_seed"].clone();
    let before = std::fs::read(&file).unwrap();
    assert_refused(
        &shell.run_as_runner(&mixed, &["pull", "--file", &file]),
        1,
        "0 of 12",
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let verified = shell.run_as_runner(&mixed, &["verify", "--json"]);
    assert_code(&verified, 1);
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(
        (&report["decrypted"], &report["total"]),
        (&Value::from(0), &Value::from(12))
    );
}

#[test]
fn seeds_are_read_as_runners_write_them_and_refused_with_a_reason() {
    let shell = Shell::new();
    let issued = shell.create("seeds");
    let (token, seed) = (
        issued["ci_token"].as_str().unwrap(),
        issued["deploy_seed"].as_str().unwrap(),
    );
    let with_seed = |seed: &str| {
        shell.run_with(
            &["verify"],
            &[("GHOSTABLE_CI_TOKEN", token), ("GHOSTABLE_DEPLOY_SEED", seed)],
        )
    };
    for accepted in [
        seed.to_owned(),
        format!("base64:{seed}"),
        format!("b64:{seed}"),
        format!("  {seed}\n"),
    ] {
        assert_code(&with_seed(&accepted), 0);
    }
    assert_refused(&with_seed("not base64 at all!"), 2, "base64");
    assert_refused(
        &with_seed("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="),
        2,
        "31 bytes",
    );
    assert_refused(&with_seed("  "), 2, "GHOSTABLE_DEPLOY_SEED is not set");
    for output in [with_seed("secretvalue"), with_seed("not base64 at all!")] {
        assert!(
            !text(&output.stderr).contains("secretvalue"),
            "a seed is never repeated"
        );
    }
}

#[test]
fn names_and_places_are_checked_before_anything_is_made() {
    let shell = Shell::new();
    let before = shell.list().len();
    let long = "x".repeat(121);
    for (name, says) in [
        ("", "empty"),
        ("  \t ", "empty"),
        (long.as_str(), "121"),
        ("a\u{7}b", "control character"),
    ] {
        assert_refused(
            &shell.run(&["create", "--env", "production", "--name", name]),
            2,
            says,
        );
    }
    assert_refused(
        &shell.run(&["create", "--env", "moon"]),
        2,
        "production, staging, local",
    );
    assert_refused(
        &shell.run(&["--project", "Moon", "list", "--env", "production"]),
        2,
        "Storefront",
    );
    assert_refused(
        &shell.run(&["revoke", "--env", "production", "nobody"]),
        2,
        "nobody",
    );
    assert_code(&shell.run(&["revoke", "--env", "production"]), 2);
    assert_code(&shell.run(&["dance"]), 2);
    assert_eq!(shell.list().len(), before);
    // A name that is taken is pointed out, and still allowed.
    shell.create("twin");
    let twin = shell.run(&["create", "--env", "PRODUCTION ", "--name", " twin "]);
    assert_code(&twin, 0);
    assert!(text(&twin.stderr).contains("already called “twin”"));
    assert_refused(
        &shell.run(&["revoke", "--env", "production", "twin"]),
        2,
        "by its id",
    );
}

#[test]
fn addresses_are_checked_and_unreachable_servers_are_told() {
    let token = [("GHOSTABLE_TOKEN", "1|x")];
    let plain = run_program(
        &["--api", "http://ghostable.example/api/v2", "list", "--env", "p"],
        &token,
    );
    assert_refused(&plain, 2, "https");
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody = format!("http://{free}/api/v2");
    assert_refused(
        &run_program(&["--api", &nobody, "list", "--env", "p"], &token),
        4,
        "cannot be reached",
    );
    assert_refused(
        &run_program(&["--api", &nobody, "list", "--env", "p"], &[]),
        2,
        "GHOSTABLE_TOKEN",
    );
}

#[test]
fn a_damaged_database_is_named_and_left_alone() {
    let shell = Shell::new();
    std::fs::create_dir_all(shell.data()).unwrap();
    let file = std::path::Path::new(&shell.data()).join("workspace.db");
    std::fs::write(&file, b"this is not a database, and it must survive").unwrap();
    let output = shell.run(&["list", "--env", "production"]);
    assert_refused(&output, 1, "workspace.db");
    assert_eq!(
        std::fs::read(&file).unwrap(),
        b"this is not a database, and it must survive"
    );
}

#[test]
fn serve_tells_how_to_reach_it_and_shares_its_folder() {
    let shell = Shell::new();
    let mut served = Served::start(
        shell.data().as_ref(),
        &["--tokens", "40", "--devices", "6", "--variables", "20"],
    );
    let api = served.told("api");
    assert!(api.starts_with("http://127.0.0.1:") && api.ends_with("/api/v2"));
    assert!(served.ready["organization_id"].is_string() && served.ready["project_id"].is_string());
    assert_eq!(
        served.ready["environments"],
        serde_json::json!(["production", "staging", "local"])
    );
    let token = served.told("access_token");
    // The same folder, from this process's server and from the other one's API.
    let data = shell.data();
    let issued = run_program(
        &[
            "--data",
            &data,
            "--api",
            api,
            "create",
            "--env",
            "production",
            "--json",
        ],
        &[("GHOSTABLE_TOKEN", token)],
    );
    assert_code(&issued, 0);
    let issued: Value = serde_json::from_slice(&issued.stdout).unwrap();
    let verified = shell.run_as_runner(&issued, &["verify"]);
    assert_code(&verified, 0);
    assert!(text(&verified.stdout).contains("20 of 20"));
    assert_eq!(shell.list().len(), 41);

    let address = api.trim_start_matches("http://").trim_end_matches("/api/v2");
    let other = Shell::new();
    let taken = run_program(&["--data", &other.data(), "serve", "--addr", address], &[]);
    assert_refused(&taken, 1, "in use");
    assert_refused(
        &run_program(&["--data", &other.data(), "serve", "--addr", "0.0.0.0:0"], &[]),
        2,
        "this machine alone",
    );

    // An orderly end on SIGTERM.
    let ended = Command::new("kill")
        .arg(served.process().id().to_string())
        .status()
        .unwrap();
    assert!(ended.success());
    assert_eq!(served.process().wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rotation_without_a_ci_token_in_its_answer_says_so() {
    let site = TestWorkspace::start().await;
    let without = Fault::Edit(|answer| drop(answer.as_object_mut().unwrap().remove("meta")));
    let rotate = Endpoint {
        method: "POST",
        ending: "/rotate",
        from: 1,
    };
    let proxy = FaultProxy::at(site.running.address(), rotate, without);
    assert_code(
        &site.run(&["create", "--env", "staging", "--name", "keeper"], ""),
        0,
    );
    let run = |arguments: &[&str]| site.run_at(&proxy.url, arguments, "", &[]);
    let rotated = run(&["rotate", "--env", "staging", "keeper"]);
    assert_code(&rotated, 0);
    let block = text(&rotated.stdout);
    assert!(block.starts_with("GHOSTABLE_DEPLOY_SEED=") && !block.contains("GHOSTABLE_CI_TOKEN"));
    assert!(text(&rotated.stderr).contains("GHOSTABLE_CI_TOKEN has not changed"));
    let rotated = run(&["rotate", "--env", "staging", "keeper", "--json"]);
    let rotated: Value = serde_json::from_slice(&rotated.stdout).unwrap();
    assert!(rotated["ci_token"].is_null());
}

#[test]
fn licences_of_what_is_inside_are_printed_without_a_workspace() {
    let shell = Shell::new();
    let output = shell.run(&["licences"]);
    assert_code(&output, 0);
    let printed = text(&output.stdout);
    for there in [
        "Inter (font): OFL-1.1",
        "SIL OPEN FONT LICENSE",
        "tokio ",
        "Apache License",
        "SQLite: blessing",
    ] {
        assert!(printed.contains(there), "{there}");
    }
    assert!(!std::path::Path::new(&shell.data()).exists());
}

#[test]
fn a_secret_in_the_place_of_a_token_is_not_repeated() {
    let shell = Shell::new();
    let issued = shell.create("leaky");
    for secret in ["ci_token", "deploy_seed"] {
        let secret = issued[secret].as_str().unwrap();
        for command in ["revoke", "rotate", "replace", "delete", "activity"] {
            let token = if command == "activity" {
                vec!["--token", secret]
            } else {
                vec![secret]
            };
            let output = shell.run(&[&[command, "--env", "production"], token.as_slice()].concat());
            assert_refused(&output, 2, "may be a secret");
            for said in [&output.stdout, &output.stderr] {
                assert!(!text(said).contains(secret), "{command}");
            }
        }
    }
}

#[test]
fn a_ci_token_that_cannot_be_sent_is_said_to_be_that() {
    let shell = Shell::new();
    let issued = shell.create("sent");
    let (token, seed) = (
        issued["ci_token"].as_str().unwrap(),
        issued["deploy_seed"].as_str().unwrap(),
    );
    let with = |token: &str| {
        shell.run_with(
            &["verify"],
            &[("GHOSTABLE_CI_TOKEN", token), ("GHOSTABLE_DEPLOY_SEED", seed)],
        )
    };
    assert_code(&with(&format!(" {token}\n")), 0);
    for odd in [format!("{token} {token}"), token.replacen('|', "\n", 1)] {
        let output = with(&odd);
        assert_refused(&output, 2, "Nothing was sent");
        assert!(!text(&output.stderr).contains(token));
    }
}
