//! The commands, as a script runs them on the local workspace of a folder.

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{commands, run_program, said};

/// A data folder with a local workspace, made by the first command, and the program on it.
pub struct Shell {
    folder: TempDir,
}

impl Default for Shell {
    fn default() -> Self {
        Self::new()
    }
}

impl Shell {
    /// With an empty folder.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The data folder.
    pub fn data(&self) -> String {
        self.file("data")
    }

    /// A path beside the data folder.
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs a command.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// Runs a command with variables.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let data = self.data();
        let mut all = vec!["--data", data.as_str(), "--local"];
        all.extend(arguments);
        run_program(&all, environment)
    }

    /// Runs a command on an input.
    pub fn run_on(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = commands()
            .args(["--local", "--data", &self.data()])
            .args(arguments)
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may be gone already.
        drop(child.stdin.take().unwrap().write_all(input));
        child.wait_with_output().unwrap()
    }

    /// Runs a command that has to succeed.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
        output
    }

    /// Runs a command that has to succeed, and reads the JSON it prints.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_slice(&self.ok(arguments).stdout).unwrap()
    }

    /// Creates a token in production.
    #[track_caller]
    pub fn create(&self, name: &str) -> Value {
        self.json(&["create", "--env", "production", "--name", name, "--json"])
    }

    /// The tokens of production.
    #[track_caller]
    pub fn list(&self) -> Vec<Value> {
        let listed = self.json(&["list", "--env", "production", "--json"]);
        listed.as_array().unwrap().clone()
    }

    /// Runs a command with the secrets of what was created as its variables.
    pub fn run_as_runner(&self, issued: &Value, arguments: &[&str]) -> Output {
        let text = |name: &str| issued[name].as_str().unwrap();
        let environment = [
            ("GHOSTABLE_CI_TOKEN", text("ci_token")),
            ("GHOSTABLE_DEPLOY_SEED", text("deploy_seed")),
        ];
        self.run_with(arguments, &environment)
    }

    /// The exit code of `verify` with these secrets.
    pub fn verify(&self, issued: &Value) -> Option<i32> {
        self.run_as_runner(issued, &["verify"]).status.code()
    }
}
