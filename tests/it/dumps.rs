//! Nothing of this program's memory becomes a file, and no other program of its user reads it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use testkit::program;

/// Somebody without rights, if the tests run as root.
const NOBODY: u32 = 65534;

struct Running {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program, serving for an ordinary user.
fn serve(variables: &[(&str, &str)]) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().metadata().unwrap().uid();
    let mut command = Command::new(program());
    if own == 0 {
        let copy = folder.path().join("deploy-tokens");
        std::fs::copy(program(), &copy).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        command = Command::new(copy);
        command.uid(NOBODY).gid(NOBODY);
    }
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    if own == 0 {
        chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    command
        .arg("--data")
        .arg(&data)
        .arg("serve")
        .stdout(Stdio::piped());
    command.env("HOME", &data).envs(variables.iter().copied());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("access_token"), "it serves: {line}");
    Running {
        child,
        _folder: folder,
    }
}

/// Whom the files in `/proc` belong to that show a process's memory.
fn owner(running: &Running) -> u32 {
    let file = format!("/proc/{}/mem", running.child.id());
    std::fs::metadata(file).unwrap().uid()
}

#[test]
fn a_server_leaves_no_core_dump_and_is_not_read_by_others() {
    let running = serve(&[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let numbers: Vec<_> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
    assert_eq!(
        owner(&running),
        0,
        "the memory of what is not to be dumped is root's alone"
    );
    let read = serve(&[("DEPLOY_TOKENS_MEMORY_IS_READ", "1")]);
    assert_ne!(owner(&read), 0, "what is looked at would show it");
}
