//! Starting helpers, running short commands with a deadline, and leaving nothing behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// A child in its own process group; dropping it kills the group and reaps the child.
pub(crate) struct Helper {
    pub(crate) child: Child,
    name: String,
}

impl Helper {
    /// Starts `command`, or says which program is missing.
    pub(crate) fn spawn(command: &mut Command) -> Helper {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).spawn().unwrap_or_else(|error| {
            panic!("{name} could not be started ({error}): scripts/system-packages test")
        });
        Helper { child, name }
    }

    /// The first line that the child prints, which is where Xvfb and dbus-daemon say how to reach them.
    pub(crate) fn first_line(&mut self) -> String {
        let out: ChildStdout = self.child.stdout.take().expect("standard output is piped");
        let mut reader = BufReader::new(out);
        let mut line = String::new();
        reader
            .read_line(&mut line)
            .expect("reads the first line of a helper");
        assert!(!line.trim().is_empty(), "{} ended before it was ready", self.name);
        // Kept open: a helper whose pipe is closed may die of writing to it.
        std::mem::forget(reader);
        line.trim().to_owned()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        if let Some(group) = pid(self.child.id()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

fn pid(raw: u32) -> Option<Pid> {
    i32::try_from(raw).ok().and_then(Pid::from_raw)
}

/// Kills every process that carries `mark` in its environment: what the helpers started themselves.
pub(crate) fn kill_marked(mark: &str) {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return;
    };
    for entry in processes.flatten() {
        let Some(found) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
            .and_then(pid)
        else {
            continue;
        };
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment
            .split(|byte| *byte == 0)
            .any(|pair| pair == mark.as_bytes())
        {
            let _ = kill_process(found, Signal::KILL);
        }
    }
}

/// Runs a short command with `input` on its standard input; `Err` with its error output when it fails or hangs.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Result<Vec<u8>, String> {
    const LIMIT: Duration = Duration::from_secs(10);
    let shown = format!("{command:?}");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut helper = Helper::spawn(command);
    let mut stdin = helper.child.stdin.take().expect("piped");
    let mut stdout = helper.child.stdout.take().expect("piped");
    let mut stderr = helper.child.stderr.take().expect("piped");
    let _ = stdin.write_all(input);
    drop(stdin);
    let out = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stdout.read_to_end(&mut bytes);
        bytes
    });
    let deadline = Instant::now() + LIMIT;
    loop {
        match helper.child.try_wait().expect("the state of a child is known") {
            Some(status) if status.success() => return Ok(out.join().unwrap_or_default()),
            Some(status) => {
                let mut text = String::new();
                let _ = stderr.read_to_string(&mut text);
                return Err(format!("{shown}: {status}: {}", text.trim()));
            }
            None if Instant::now() > deadline => return Err(format!("{shown}: no answer in {LIMIT:?}")),
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// The executable of an example of the app, built if it is not. For the whole workspace, as the tests are: for the app alone
/// its dependencies have other features, and all of it would be built a second time, while tests wait.
pub fn example(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--locked", "--workspace", "--example", name])
        .current_dir(root.expect("crates/testkit is in the workspace"));
    // What cargo told this test about itself would make build scripts of dependencies run again.
    for (variable, _) in std::env::vars() {
        if ["CARGO_MANIFEST", "CARGO_PKG", "CARGO_BIN_EXE", "OUT_DIR"]
            .iter()
            .any(|prefix| variable.starts_with(prefix))
        {
            cargo.env_remove(variable);
        }
    }
    let status = cargo.status().expect("cargo can be run from a test");
    assert!(status.success(), "the example {name} does not build");
    crate::program::profile_folder().join("examples").join(name)
}
