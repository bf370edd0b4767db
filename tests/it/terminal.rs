//! What reaches a terminal, a pipe or a file: nothing of what comes from outside moves a cursor, hides or reads otherwise than it is;
//! colour only where it is wanted; secrets only where somebody receives them.

use std::process::{Command, Output, Stdio};

use serde_json::Value;
use testkit::{Endpoint, Fault, FaultProxy, Shell, TestWorkspace, assert_code, said};

const LIST: Endpoint = Endpoint {
    method: "GET",
    ending: "/deploy-tokens",
    from: 1,
};

/// Names the first tokens of a list.
fn name(list: &mut Value, names: &[&str]) {
    let data = list["data"].as_array_mut().unwrap();
    for (token, name) in data.iter_mut().zip(names) {
        token["attributes"]["name"] = (*name).into();
    }
}

fn listed(site: &TestWorkspace, edit: fn(&mut Value), more: &[&str]) -> Output {
    let proxy = FaultProxy::at(site.running.address(), LIST, Fault::Edit(edit));
    let output = site.run_at(
        &proxy.url,
        &[&["list", "--env", "production"], more].concat(),
        "",
        &[],
    );
    assert_code(&output, 0);
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_is_written_out() {
    let site = TestWorkspace::start().await;
    let edit: fn(&mut Value) = |it| name(it, &["prod\u{200b}uction", "a\u{a0}b", "x\u{3164}", "👩‍💻 ok"]);
    let table = String::from_utf8(listed(&site, edit, &[]).stdout).unwrap();
    for seen in ["prod\\u{200b}uction", "a\\u{a0}b", "x\\u{3164}", "👩‍💻 ok"] {
        assert!(table.contains(seen), "{table}");
    }
    let json = listed(&site, edit, &["--json"]).stdout;
    assert!(!String::from_utf8_lossy(&json).contains('\u{200b}'));
    let read: Value = serde_json::from_slice(&json).unwrap();
    let names: Vec<_> = read
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].clone())
        .collect();
    assert!(
        names.contains(&"prod\u{200b}uction".into()),
        "the same to who reads JSON: {names:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_alike_are_pointed_out() {
    let site = TestWorkspace::start().await;
    let usual = listed(&site, |_| {}, &[]);
    assert!(!said(&usual).contains("look alike"), "{}", said(&usual));
    let alike = listed(&site, |it| name(it, &["deploy", "depl\u{43e}y"]), &[]);
    let said = String::from_utf8(alike.stderr).unwrap();
    assert!(
        said.contains("Tokens have names that look alike and are not the same"),
        "{said}"
    );
    let proxy = FaultProxy::at(
        site.running.address(),
        LIST,
        Fault::Edit(|it| name(it, &["deploy", "depl\u{43e}y"])),
    );
    let rotated = site.run_at(
        &proxy.url,
        &["revoke", "--env", "production", "depl\u{43e}y"],
        "",
        &[],
    );
    let said = String::from_utf8(rotated.stderr).unwrap();
    assert!(said.contains("look alike"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_as_wide_as_a_terminal_shows_them() {
    let site = TestWorkspace::start().await;
    let output = listed(
        &site,
        |it| name(it, &["世界世界世界", "🔑🔑", "e\u{301}e\u{301}", "plain"]),
        &[],
    );
    let table = String::from_utf8(output.stdout).unwrap();
    let cells = |line: &str, end: usize| {
        let before: String = line[..end].to_owned();
        // As a terminal counts: two for what is wide, none for a mark.
        before
            .chars()
            .map(|c| match c {
                '\u{301}' => 0,
                '世' | '界' | '🔑' => 2,
                _ => 1,
            })
            .sum::<usize>()
    };
    let head = table.lines().next().unwrap();
    let status = head.find("STATUS").unwrap();
    for line in table.lines().skip(1) {
        let at = ["active", "revoked"]
            .iter()
            .filter_map(|word| line.find(word))
            .min();
        assert_eq!(cells(line, at.unwrap()), status, "{table}");
    }
}

/// No name of ours has anything that a reader does not see.
#[test]
fn names_that_are_given_here_are_seen_as_they_are() {
    let shell = Shell::new();
    for name in ["ci\u{200b}", "a\u{202e}b", "a\u{a0}b"] {
        let refused = shell.run(&["create", "--env", "production", "--name", name]);
        assert_code(&refused, 2);
        assert!(said(&refused).contains("cannot be seen"), "{}", said(&refused));
    }
}

/// What a file is called moves no cursor and makes no line.
#[test]
fn a_file_s_name_is_on_one_line() {
    let shell = Shell::new();
    let issued = shell.create("leaked");
    let folder = shell.file("folder");
    std::fs::create_dir(&folder).unwrap();
    let name = "a\u{1b}[2J\nforged (id): active";
    std::fs::write(format!("{folder}/{name}"), issued["ci_token"].as_str().unwrap()).unwrap();
    let found = shell.ok(&["find", &folder]);
    let told = String::from_utf8(found.stdout).unwrap();
    assert!(
        told.contains("a\\u{1b}[2J\\nforged (id): active:1: a CI token"),
        "{told}"
    );
}

const READING: [&[&str]; 8] = [
    &["list", "--env", "production"],
    &["activity", "--env", "production"],
    &["devices"],
    &["requests"],
    &["destinations"],
    &["pending"],
    &["licences"],
    &["revoke", "--env", "production", "nobody"],
];

#[test]
fn colour_is_where_it_is_wanted() {
    let shell = Shell::new();
    shell.create("first");
    shell.ok(&["replace", "--env", "production", "first"]);
    let has_escape = |output: &Output| said(output).contains('\u{1b}');
    for arguments in READING {
        let plain = shell.run(arguments);
        assert!(!has_escape(&plain), "{arguments:?}: {}", said(&plain));
        // Without colour wins over it.
        let neither = shell.run_with(arguments, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
        assert!(!has_escape(&neither), "{arguments:?}: {}", said(&neither));
    }
    for arguments in [
        &["pending"][..],
        &["destinations"],
        &["revoke", "--env", "production", "nobody"],
        &["dance"],
        &["--help"],
    ] {
        let forced = shell.run_with(arguments, &[("CLICOLOR_FORCE", "1")]);
        assert!(has_escape(&forced), "{arguments:?}: {}", said(&forced));
    }
    for arguments in [
        &["list", "--env", "production", "--json"][..],
        &["pending", "--json"],
    ] {
        let forced = shell.run_with(arguments, &[("CLICOLOR_FORCE", "1")]);
        assert!(!String::from_utf8_lossy(&forced.stdout).contains('\u{1b}'));
    }
    // On a terminal, unless the user has said no.
    for (variable, coloured) in [("X", true), ("NO_COLOR", false)] {
        let program = testkit::commands();
        let command = format!(
            "'{}' --local --data '{}' pending",
            program.get_program().display(),
            shell.data()
        );
        let output = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .env_remove("NO_COLOR")
            .env(variable, "1")
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(has_escape(&output), coloured, "{}", said(&output));
    }
}

/// Runs a command whose standard output is what a shell makes of it.
fn in_shell(shell: &Shell, command: &str) -> Output {
    let program = testkit::commands();
    let script = format!(
        "set -o pipefail; DT() {{ '{}' --local --data '{}' \"$@\"; }}; {command}",
        program.get_program().display(),
        shell.data()
    );
    Command::new("bash").args(["-c", &script]).output().unwrap()
}

#[test]
fn a_reader_that_goes_away_has_what_it_wanted() {
    let shell = Shell::new();
    shell.create("first");
    for command in [
        "licences",
        "list --env production",
        "list --env production --json",
        "activity --env production",
        "completions bash",
    ] {
        let output = in_shell(&shell, &format!("DT {command} | true; exit ${{PIPESTATUS[0]}}"));
        assert_code(&output, 0);
        assert_eq!(said(&output), "", "{command}");
    }
    assert_code(&in_shell(&shell, "DT licences | head -1"), 0);
    let full = in_shell(&shell, "DT list --env production >/dev/full");
    assert_code(&full, 1);
    assert!(
        said(&full).contains("Standard output cannot be written"),
        "{}",
        said(&full)
    );
}

#[test]
fn secrets_that_nobody_can_receive_are_not_made() {
    let shell = Shell::new();
    shell.create("first");
    let before = shell.list();
    for command in [
        "create --env production",
        "rotate --env production first",
        "replace --env production first",
    ] {
        for nowhere in [">&-", ">/dev/null", ">/dev/full", "--json >/dev/null"] {
            let output = in_shell(&shell, &format!("DT {command} {nowhere}"));
            assert_code(&output, 2);
            assert!(said(&output).contains("Nothing was changed"), "{}", said(&output));
        }
        let gone = in_shell(&shell, &format!("exec 3> >(exit 0); sleep 0.1; DT {command} >&3"));
        assert_code(&gone, 2);
    }
    let same = |list: &[Value]| -> Vec<_> {
        list.iter()
            .map(|it| (it["id"].clone(), it["fingerprint"].clone()))
            .collect()
    };
    assert_eq!(same(&shell.list()), same(&before), "nothing was changed");
    let file = shell.file("out.env");
    assert_code(
        &in_shell(
            &shell,
            &format!("DT create --env production --name filed --out {file} >&-"),
        ),
        0,
    );
}
