//! The program that is shipped, as its user meets it: with its window's in an otherwise empty folder, and nothing of the source
//! tree in reach.
//!
//! Not among the tests that a plain `cargo test` runs, because it needs a program that was built the way users get it:
//! `scripts/test-shipped PROGRAM [HEADLESS-PROGRAM]` hides the source tree and runs this.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing unwrap is how a test reports"
)]

mod desktop;
mod headless;

// What guards secrets, as in the other tests of the window, on what users run: no debug build's own handling of signals
// helps it. What needs a build with test hooks is named `hooked_…` and left out by the script.
#[path = "../window/clipboard.rs"]
mod clipboard;
#[path = "../window/guard.rs"]
mod guard;
#[path = "../window/inspector.rs"]
mod inspector;
#[path = "../window/states.rs"]
mod states;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::window::{data, open, open_with, sheet, verify};
use testkit::{program, said};

/// The folder that the program must not know of.
const TREE: &str = env!("CARGO_MANIFEST_DIR");

/// The program that a variable names.
fn named(variable: &str) -> PathBuf {
    process_env::name(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: scripts/test-shipped PROGRAM [HEADLESS-PROGRAM]"))
        .into()
}

/// Runs a program from an empty folder, with a home and a search path and no other variable.
struct Shell {
    program: PathBuf,
    home: tempfile::TempDir,
}

impl Shell {
    fn new(program: PathBuf) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("empty")).unwrap();
        Self { program, home }
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.home.path())
            .current_dir(self.home.path().join("empty"));
        command
    }

    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.command(&self.program, arguments)
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }
}

/// The source tree is an empty folder for a process, or not there at all.
fn assert_hidden_from(process: &str) {
    let tree = format!("/proc/{process}/root{TREE}");
    let seen =
        fs::read_dir(&tree).map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
    assert!(
        seen.as_ref().map_or(true, Vec::is_empty),
        "{process} sees {seen:?}: this is run by scripts/test-shipped"
    );
    let environment = fs::read(format!("/proc/{process}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    assert!(!environment.contains(TREE), "{process} was told of {TREE}");
}

/// These stand alone in their folder, stripped; commands need no library of a window's; and what makes a test's program kill
/// itself does nothing in them.
fn assert_made_for_users(program: &Path, names: &[&str]) {
    assert_hidden_from("self");
    let folder = program.parent().unwrap();
    let beside = fs::read_dir(folder).unwrap().count();
    assert_eq!(
        beside,
        names.len(),
        "nothing else is beside {}",
        program.display()
    );
    for name in names {
        let sections = readelf("--section-headers", &folder.join(name));
        assert!(sections.contains(".text"), "{sections}");
        for section in [".symtab", ".debug_info", ".debug_line"] {
            assert!(!sections.contains(section), "{name} has {section}");
        }
    }
    let needed = readelf("--dynamic", program);
    assert!(needed.contains("libc.so") && !needed.contains("gtk"), "{needed}");

    let shell = Shell::new(program.to_owned());
    let killer = [("DEPLOY_TOKENS_KILL_AT", "create.registered")];
    let create = ["--local", "create", "--env", "production", "--name", "alive"];
    let created = shell.run(&create, &killer);
    assert_eq!(created.status.code(), Some(0), "{}", said(&created));
}

fn readelf(what: &str, program: &Path) -> String {
    said(
        &Command::new("readelf")
            .args(["--wide", what])
            .arg(program)
            .output()
            .unwrap(),
    )
}

/// Each command that the program's own help lists has a help of its own.
fn assert_every_command_explains_itself(program: &Path, expected: &[&str]) {
    let shell = Shell::new(program.to_owned());
    let help = |arguments: &[&str]| {
        let output = shell.run(arguments, &[]);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let whole = help(&["--help"]);
    let commands = listed(&whole);
    for name in expected {
        assert!(commands.contains(name), "{name} is not among {commands:?}");
    }
    for name in commands {
        let text = help(&[name, "--help"]);
        assert!(
            text.contains("Usage:") && text.contains(name),
            "{name} --help says\n{text}"
        );
    }
    help(&["--version"]);
}

/// The names below "Commands:".
fn listed(help: &str) -> Vec<&str> {
    let below = help.split("Commands:\n").nth(1).unwrap_or_default();
    let lines = below.lines().take_while(|line| !line.is_empty());
    // Names are indented by two, what goes on from the line before by more. `help` is clap's, and has no help.
    let names = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    names
        .filter_map(|line| line.split(' ').next())
        .filter(|name| *name != "help")
        .collect()
}
