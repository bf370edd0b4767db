//! The program, as a script or a runner calls it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// Names another program to drive, such as the one that is shipped (`scripts/test-shipped`).
pub const PROGRAM: &str = "DEPLOY_TOKENS_PROGRAM";

/// The program under test: the one that [`PROGRAM`] names, otherwise [`built`].
pub fn program() -> PathBuf {
    process_env::name(PROGRAM).map_or_else(built, PathBuf::from)
}

/// The program that was built with the tests. Cargo puts it beside them; that is asked for when it is run, because only
/// the tests of its own package are told its path when they are compiled.
pub fn built() -> PathBuf {
    let program = profile_folder().join(format!("deploy-tokens{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is not there: these are tests of the package deploy-tokens",
        program.display()
    );
    program
}

/// A command of the program.
pub fn commands() -> Command {
    Command::new(program())
}

/// `target/PROFILE`.
pub(crate) fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let deps = test.parent().unwrap();
    deps.parent().unwrap().to_owned()
}

/// Runs the program; nothing of this process's Ghostable variables reaches it.
pub fn run_program(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = commands();
    for name in [
        "GHOSTABLE_API",
        "GHOSTABLE_TOKEN",
        "GHOSTABLE_CI_TOKEN",
        "GHOSTABLE_DEPLOY_SEED",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

/// A workspace that the program serves in a process of its own, until it is dropped.
pub struct Served {
    child: Child,
    /// What it said when it was ready.
    pub ready: Value,
}

impl Served {
    /// Serves what is in a data folder.
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(data, arguments, &[])
    }

    /// The same, with further variables.
    pub fn start_with(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = commands()
            .arg("--data")
            .arg(data)
            .arg("serve")
            // What a test counts is its own.
            .args(["--requests-per-minute", "0"])
            .args(arguments)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        Self { child, ready }
    }

    /// A member of what it said.
    #[track_caller]
    pub fn told(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process.
    pub fn process(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Names another number of attacks for the tests of `scripts/attack`, in percent of the usual one.
const ATTACKS: &str = "DEPLOY_TOKENS_ATTACKS";

/// How often to attack: this number, or the share of it that `DEPLOY_TOKENS_ATTACKS` asks for in percent.
pub fn attacks(usual: usize) -> usize {
    let percent = process_env::text(ATTACKS).ok().flatten();
    let percent = percent.map_or(100, |text| text.trim().parse().expect("a share in percent"));
    (usual * percent / 100).max(1)
}

/// Stands in every CI token, and in nothing else that is shown: a shell would take it for a pipe, so that a block quotes it.
pub const CI_TOKEN_MARK: char = '|';

/// The variables that a block sets, as a shell reads them.
pub fn variables(block: &str) -> impl Iterator<Item = (&str, &str)> {
    block.lines().map(|line| {
        let (name, value) = line.split_once('=').expect("a line of a block is NAME=value");
        let bare = value
            .strip_prefix('\'')
            .and_then(|value| value.strip_suffix('\''));
        (name, bare.unwrap_or(value))
    })
}

/// What a program said on both streams.
pub fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// How it ended; everything that it said where it is another end.
#[track_caller]
pub fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", said(output));
}
