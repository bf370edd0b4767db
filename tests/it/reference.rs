//! Completions and man pages: they work in a real shell and a real pager, and say what `--help` says.

use std::fs;
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_deploy-tokens");

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The commands that `--help` lists.
fn commands() -> Vec<String> {
    let help = text(&run(&["--help"]));
    let listed = help.split("Commands:\n").nth(1).unwrap();
    let names = listed.lines().take_while(|line| !line.is_empty());
    names
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

/// What bash offers for the last of these words, as it does when somebody presses Tab.
fn offered_by_bash(words: &[&str]) -> Vec<String> {
    let script = r#"
        source <("$0" completions bash)
        specification=$(complete -p deploy-tokens)
        function=${specification#*-F }
        function=${function%% *}
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        COMP_LINE="$*"
        COMP_POINT=${#COMP_LINE}
        "$function" deploy-tokens "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let output = Command::new("bash")
        .args(["--norc", "--noprofile", "-c", script, PROGRAM])
        .args(words)
        .output()
        .unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text(&output).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_their_options() {
    assert_eq!(
        offered_by_bash(&["deploy-tokens", "re"]),
        [
            "replace",
            "revoke",
            "reshare",
            "renew-key",
            "requests",
            "restore",
            "resume"
        ]
    );
    let all = offered_by_bash(&["deploy-tokens", ""]);
    for command in commands() {
        assert!(all.contains(&command), "{command} is not offered: {all:?}");
        let options = offered_by_bash(&["deploy-tokens", &command, "--"]);
        let help = text(&run(&[&command, "--help"]));
        for option in options.iter().filter(|option| *option != "--version") {
            assert!(help.contains(option.as_str()), "{command} has no {option}");
        }
        for option in help.split_whitespace().filter(|word| word.starts_with("--")) {
            let option = option.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            if option.len() > 2 && help.contains(&format!("  {option} ")) {
                assert!(
                    options.iter().any(|it| it == option),
                    "{command} {option} is not offered"
                );
            }
        }
    }
    assert_eq!(
        offered_by_bash(&["deploy-tokens", "completions", ""])
            .iter()
            .filter(|word| !word.starts_with('-'))
            .collect::<Vec<_>>(),
        ["bash", "elvish", "fish", "powershell", "zsh"]
    );
}

#[test]
fn bash_completes_files_where_one_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("incident.md"), "").unwrap();
    let begun = folder.path().join("inc").display().to_string();
    let offered = offered_by_bash(&["deploy-tokens", "revoke", "--report", &begun]);
    assert_eq!(offered, [folder.path().join("incident.md").display().to_string()]);
}

#[test]
fn every_command_has_a_man_page() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    assert!(run(&["man", &place]).status.success());
    let page = |name: &str| fs::read_to_string(folder.path().join(format!("{name}.1"))).unwrap();
    let overview = page("deploy-tokens");
    for command in commands() {
        let name = format!("deploy-tokens-{command}");
        let about = page(&name);
        assert!(about.starts_with(".ie"), "{about}");
        assert!(about.contains(&format!(".TH {name} 1")), "{about}");
        assert!(
            about.contains(&format!("deploy-tokens {}", env!("CARGO_PKG_VERSION"))),
            "{about}"
        );
        assert!(
            overview.contains(&name.replace('-', "\\-")),
            "{name} is not in the overview"
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        commands().len() + 1,
        "no page for what is hidden"
    );
}

#[test]
fn what_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").display().to_string();
    let refused = run(&["man", &missing]);
    let error = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        error.contains("cannot be written") && error.contains("Name a folder"),
        "{error}"
    );

    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    if let Ok(full) = full {
        let refused = Command::new(PROGRAM)
            .args(["completions", "zsh"])
            .stdout(Stdio::from(full))
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    }
    assert_eq!(run(&["completions", "cobol"]).status.code(), Some(2));
}
