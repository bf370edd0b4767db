//! What every command prints with `--json` is as docs/json.schema.json has it, without a member more or less.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{Served, Shell, TestWorkspace, assert_code, run_program, said};

/// Checks documents against the schema. Objects of the test are closed: a member that is not documented fails it.
const CHECK: &str = "
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
def close(it):
    if isinstance(it, dict):
        if 'properties' in it:
            it['additionalProperties'] = False
        for value in it.values():
            close(value)
    elif isinstance(it, list):
        for value in it:
            close(value)
close(schema)
for shape, document in json.load(sys.stdin):
    checker = jsonschema.Draft202012Validator({**schema, '$ref': '#/$defs/' + shape}, format_checker=jsonschema.FormatChecker())
    for error in checker.iter_errors(document):
        print(shape, list(error.absolute_path), error.message)
";

#[track_caller]
fn check(documents: &[(&str, Value)]) {
    use std::io::Write as _;
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.schema.json");
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", CHECK])
        .arg(schema)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let input = serde_json::to_vec(documents).unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stdout.is_empty(),
        "{}",
        said(&output)
    );
}

/// The commands whose help has `--json`.
fn with_json() -> Vec<String> {
    let help = run_program(&["--help"], &[]);
    let help = String::from_utf8(help.stdout).unwrap();
    let listed = help.split("Commands:\n").nth(1).unwrap();
    let names = listed.lines().take_while(|line| !line.is_empty());
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .filter(|name| said(&run_program(&[name, "--help"], &[])).contains("--json"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_prints_what_is_documented() {
    let shell = Shell::new();
    let issued = shell.create("first");
    let id = issued["token"]["id"].as_str().unwrap().to_owned();
    let mut seen: Vec<(&str, Value)> = vec![("create", issued.clone())];
    let rotated = shell.json(&["rotate", "--env", "production", &id, "--json"]);
    seen.push((
        "replace",
        shell.json(&["replace", "--env", "production", &id, "--json"]),
    ));
    let killed = shell.run_with(
        &["create", "--env", "staging", "--name", "interrupted"],
        &[("DEPLOY_TOKENS_KILL_AT", "create.registered")],
    );
    assert_eq!(killed.status.code(), None);
    let pending = shell.json(&["pending", "--json"]);
    let cut_off = pending
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "interrupted")
        .unwrap();
    let resumed = shell.json(&["resume", cut_off["id"].as_str().unwrap(), "--json"]);
    seen.push(("pending", pending));
    seen.push(("resume", resumed));
    assert_eq!(
        shell
            .run(&["revoke", "--env", "production", "forge-web-1"])
            .status
            .code(),
        Some(0)
    );
    seen.push(("list", json!(shell.list())));
    for name in ["activity", "destinations"] {
        let arguments: &[&str] = match name {
            "activity" => &["activity", "--env", "production", "--json"],
            other => &[other, "--json"],
        };
        seen.push((name, shell.json(arguments)));
    }
    let site = TestWorkspace::start().await;
    site.another_device("laptop").await;
    let requests = site.run(&["requests", "--json"], "");
    seen.push(("requests", serde_json::from_slice(&requests.stdout).unwrap()));
    for name in ["devices", "local-user"] {
        seen.push((name, shell.json(&[name, "--json"])));
    }
    seen.push((
        "local-user",
        shell.json(&["local-user", "--as", "developer", "--json"]),
    ));
    let verified = shell.run_as_runner(&rotated, &["verify", "--json"]);
    seen.push(("verify", serde_json::from_slice(&verified.stdout).unwrap()));
    let audit = shell.run(&["audit", "--json", "--unused", "0", "--max-age", "1"]);
    seen.push(("audit", serde_json::from_slice(&audit.stdout).unwrap()));
    let mut mixed = rotated.clone();
    mixed["deploy_seed"] = issued["deploy_seed"].clone();
    let failed = shell.run_as_runner(&mixed, &["verify", "--json"]);
    assert_code(&failed, 1);
    seen.push(("verify", serde_json::from_slice(&failed.stdout).unwrap()));
    seen.push(("rotate", rotated));
    let leak = format!(
        "x\nGHOSTABLE_CI_TOKEN=***\n{}\n",
        issued["deploy_seed"].as_str().unwrap()
    );
    let found = shell.run_on(&["find", "--json"], leak.as_bytes());
    seen.push(("find", serde_json::from_slice(&found.stdout).unwrap()));

    seen.push((
        "renew-key",
        shell.json(&["renew-key", "--env", "production", "--json"]),
    ));

    // Something is left to do, which is what its exit code says.
    let listed = shell.run(&["checklist", "--env", "production", "--json"]);
    assert_code(&listed, 1);
    seen.push(("checklist", serde_json::from_slice(&listed.stdout).unwrap()));

    for name in with_json() {
        assert!(
            seen.iter().any(|(it, _)| *it == name),
            "{name} --json is not looked at"
        );
    }
    for (name, document) in &seen {
        let is_empty = document.as_array().is_some_and(Vec::is_empty);
        assert!(!is_empty, "{name} shows nothing of its shape");
    }
    let sent_to = shell.file("sent");
    let to_file = format!("command:env /usr/bin/tee {sent_to}");
    let sent = shell.run(&["create", "--env", "staging", "--name", "sent", "--send", &to_file]);
    let handed = shell.json(&["destinations", "--env", "staging", "--json"]);
    assert!(!handed.as_array().unwrap().is_empty(), "{}", said(&sent));
    let served = Served::start(Path::new(&shell.file("served")), &[]);
    let mut documents: Vec<_> = seen
        .into_iter()
        .map(|(name, document)| match name {
            "create" | "rotate" | "replace" | "resume" => ("issued", document),
            "local-user" => ("local_user", document),
            "renew-key" => ("renew_key", document),
            other => (other, document),
        })
        .collect();
    documents.push(("destinations_of_environment", handed));
    documents.push(("serve", served.ready.clone()));
    check(&documents);
}
