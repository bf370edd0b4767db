//! A disk that is full, or read-only: it is said to be, what reads works on, and nothing is called done. On a small file system
//! of its own, for which the right to mount is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use protocol::crypto::{make_deploy_key, system_rng};
use serde_json::json;
use testkit::{Served, Shell, TestWorkspace, built, said};

/// A file system of 6 MiB, until it is dropped.
struct Mount(PathBuf);

impl Mount {
    /// `None` without the right to mount.
    fn at(folder: &Path) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let done = mount(&["-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs"], folder);
        done.then(|| Self(folder.to_owned()))
    }

    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = std::fs::File::create(&filler).unwrap();
        let some = [7; 4096];
        while std::io::Write::write_all(&mut file, &some).is_ok() {}
        filler
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("--lazy").arg(&self.0).status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "{} stays mounted",
            self.0.display()
        );
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    let done = Command::new("mount").args(options).arg(folder).output();
    done.is_ok_and(|output| output.status.success())
}

/// Reading works. What would change something is written down ahead, in the same folder, so that is refused first.
#[track_caller]
fn can_only_be_looked_at(shell: &Shell, known: &[serde_json::Value]) {
    assert_eq!(shell.list(), known);
    shell.ok(&["pending"]);
    shell.ok(&["requests"]);
    shell.ok(&["activity", "--env", "production"]);
    for command in [&["revoke", "production-ci"][..], &["create", "--name", "more"]] {
        let output = shell.run(&[command, &["--env", "production"]].concat());
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            text.contains("Nothing was changed")
                && text.contains("the disk at ")
                && text.contains(&shell.data()),
            "{text}"
        );
    }
    assert_eq!(shell.list(), known, "nothing was changed");
}

#[test]
fn a_full_and_a_read_only_disk_can_be_read_and_are_said_to_be_that() {
    let shell = Shell::new();
    let Some(disk) = Mount::at(Path::new(&shell.data())) else {
        println!("skipped: there is no right to mount a file system");
        return;
    };
    let issued = shell.create("kept");
    let known = shell.list();
    let filler = disk.fill();
    can_only_be_looked_at(&shell, &known);
    assert_eq!(shell.verify(&issued), Some(0), "its runner works");
    std::fs::remove_file(filler).unwrap();
    assert!(mount(&["-o", "remount,ro"], &disk.0));
    can_only_be_looked_at(&shell, &known);
    assert!(mount(&["-o", "remount,rw"], &disk.0));
    shell.ok(&["revoke", "--env", "production", "production-ci"]);
    assert_ne!(shell.list(), known);
}

/// A server elsewhere ends a token all the same: only what the journal would have kept is not there.
#[test]
fn revoking_at_a_server_works_on_a_full_disk_of_this_machine() {
    let (away, shell) = (tempfile::tempdir().unwrap(), Shell::new());
    let served = Served::start(away.path(), &[]);
    let Some(disk) = Mount::at(Path::new(&shell.data())) else {
        println!("skipped: there is no right to mount a file system");
        return;
    };
    let run = |arguments: &[&str]| {
        Command::new(built())
            .args(["--data", &shell.data(), "--api", served.told("api")])
            .args(arguments)
            .env("GHOSTABLE_TOKEN", served.told("access_token"))
            .env_remove("RUST_LOG")
            .output()
            .unwrap()
    };
    let filler = disk.fill();
    let output = run(&["revoke", "--env", "production", "production-ci"]);
    println!("{}", said(&output));
    let listed = run(&["list", "--env", "production", "--json"]);
    let listed: Vec<serde_json::Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let token = listed
        .iter()
        .find(|token| token["name"] == "production-ci")
        .unwrap();
    assert_eq!(token["status"], "revoked", "{}", said(&output));
    let pending = run(&["pending"]);
    assert_eq!(pending.status.code(), Some(0), "{}", said(&pending));
    std::fs::remove_file(filler).unwrap();
}

/// A new workspace cannot be made there, which is said with the disk's name.
#[test]
fn no_workspace_is_made_on_a_full_disk() {
    let shell = Shell::new();
    let Some(disk) = Mount::at(Path::new(&shell.data())) else {
        println!("skipped: there is no right to mount a file system");
        return;
    };
    let filler = disk.fill();
    let output = shell.run(&["list", "--env", "production"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains(&format!("the disk at {} is full", shell.data())),
        "{}",
        said(&output)
    );
    std::fs::remove_file(filler).unwrap();
    shell.ok(&["list", "--env", "production"]);
}

/// What would be lost with the process is refused, with the name of the disk; what reads goes on, runners included.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_kept_is_refused_with_the_name_of_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mount::at(folder.path()) else {
        println!("skipped: there is no right to mount a file system");
        return;
    };
    let site = TestWorkspace::open(folder, |_| {}).await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("kept", "production", key).await;
    site.share("production").await;
    let TestWorkspace { running, folder, .. } = site;
    running.shutdown().await;
    let filler = disk.fill();
    let site = TestWorkspace::open(folder, |_| {}).await;
    let (_, listed) = site.get(&site.project("/deploy-tokens")).await;
    assert!(listed.to_string().contains(&created.id));
    let revoke = site.project(&format!("/deploy-tokens/{}/revoke", created.id));
    let (status, refused) = site.post(&revoke, &json!({})).await;
    let message = refused["message"].as_str().unwrap();
    let mount = disk.0.canonicalize().unwrap();
    assert_eq!(status, 507, "{message}");
    assert!(
        message.contains(&format!("the disk at {} is full", mount.display())),
        "{message}"
    );
    assert!(
        site.deploy(&created.ci, &seed).await.is_ok(),
        "it was not revoked, and is not called so"
    );
    let TestWorkspace { running, folder, .. } = site;
    running.shutdown().await;
    std::fs::remove_file(filler).unwrap();
    let site = TestWorkspace::open(folder, |_| {}).await;
    assert_eq!(site.post(&revoke, &json!({})).await.0, 200);
    assert_eq!(site.deploy(&created.ci, &seed).await.unwrap_err().0, 401);
    let TestWorkspace { running, folder, .. } = site;
    running.shutdown().await;
    drop(disk);
    drop(folder);
}
