//! Backups: one file with everything that is needed to work again, and back; and whose the folder has to be.

use std::path::{Path, PathBuf};
use std::process::Output;

use testkit::{Served, Shell, options, said};
use workspace::{Workspace, WorkspaceError};

fn folder(shell: &Shell) -> PathBuf {
    shell.data().into()
}

/// Files whose names begin and end so.
fn kept(folder: &Path, begin: &str, end: &str) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(begin) && name.ends_with(end)
    };
    listed.filter(fits).collect()
}

/// Which tokens there are, and how they stand; when they end is kept in the journal, which is in no backup.
fn names(shell: &Shell) -> Vec<Vec<serde_json::Value>> {
    let told = |token: serde_json::Value| {
        ["id", "name", "status", "fingerprint"]
            .map(|it| token[it].clone())
            .to_vec()
    };
    shell.list().into_iter().map(told).collect()
}

fn has(content: &[u8], text: &str) -> bool {
    content.windows(text.len()).any(|part| part == text.as_bytes())
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(why), "{}", said(output));
}

#[test]
fn a_lost_folder_is_as_it_was_after_a_restore() {
    let shell = Shell::new();
    let before = shell.create("before");
    let file = shell.file("workspace.backup");
    let output = shell.ok(&["backup", &file]);
    assert!(said(&output).contains("in clear"), "{}", said(&output));
    let known = names(&shell);
    std::fs::remove_dir_all(folder(&shell)).unwrap();
    let output = shell.ok(&["restore", &file]);
    assert!(said(&output).contains("Restored as of"), "{}", said(&output));
    assert_eq!(names(&shell), known);
    assert_eq!(shell.verify(&before), Some(0), "the runner works on");
    // The keys are back, too: only with them an environment key is opened and sealed.
    let after = shell.create("after");
    assert_eq!(shell.verify(&after), Some(0));
}

#[cfg(unix)]
#[test]
fn a_backup_is_its_owner_s_alone_replaces_nothing_unasked_and_has_no_plaintext() {
    use std::os::unix::fs::PermissionsExt as _;
    let shell = Shell::new();
    let issued = shell.create("secret");
    let file = shell.file("workspace.backup");
    shell.ok(&["backup", &file]);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let content = std::fs::read(&file).unwrap();
    refused(&shell.run(&["backup", &file]), "--force");
    assert_eq!(std::fs::read(&file).unwrap(), content, "it is untouched");
    shell.create("another");
    shell.ok(&["backup", &file, "--force"]);
    assert_ne!(std::fs::read(&file).unwrap(), content);
    for secret in ["ci_token", "deploy_seed"] {
        assert!(!has(&content, issued[secret].as_str().unwrap()), "{secret}");
    }
    assert!(
        has(&content, "\"encryption_key\""),
        "the keys of the device are in it"
    );
    shell.ok(&["backup", &file, "--force", "--without-keys"]);
    let content = std::fs::read(&file).unwrap();
    assert!(!has(&content, "\"encryption_key\""));
    assert!(kept(Path::new(&shell.file("")), "workspace.backup.", ".part").is_empty());
}

#[test]
fn an_open_workspace_is_backed_up_and_not_restored_over() {
    let shell = Shell::new();
    let file = shell.file("workspace.backup");
    let served = Served::start(&folder(&shell), &["--tokens", "2"]);
    shell.create("while it is open");
    shell.ok(&["backup", &file]);
    let database = std::fs::read(folder(&shell).join("workspace.db")).unwrap();
    refused(&shell.run(&["restore", &file]), "is open");
    assert_eq!(
        std::fs::read(folder(&shell).join("workspace.db")).unwrap(),
        database
    );
    drop(served);
    let known = shell.list();
    shell.create("after it");
    shell.ok(&["restore", &file]);
    assert_eq!(shell.list(), known, "as it was when the backup was made");
    let databases = kept(&folder(&shell), "workspace.db.", ".old");
    assert_eq!(databases.len(), 1, "what was there is kept");
    let replaced = rusqlite::Connection::open(&databases[0]).unwrap();
    let count = "SELECT count(*) FROM deploy_tokens WHERE name = 'after it'";
    assert_eq!(
        replaced.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(),
        1
    );
    assert_eq!(kept(&folder(&shell), "local-keys.json.", ".old").len(), 1);
}

#[test]
fn what_is_no_whole_backup_is_refused_before_anything_is_touched() {
    let shell = Shell::new();
    shell.create("kept");
    let file = shell.file("workspace.backup");
    shell.ok(&["backup", &file]);
    let good = std::fs::read(&file).unwrap();
    let mut holed = good.clone();
    holed[4096 * 5..4096 * 6].fill(0);
    let database = std::fs::read(folder(&shell).join("workspace.db")).unwrap();
    for (what, content) in [
        ("cut off", good[..good.len() / 2].to_vec()),
        ("with a hole", holed),
        ("text", b"this is no backup".repeat(1000)),
        ("the database itself", database.clone()),
    ] {
        std::fs::write(&file, content).unwrap();
        let output = shell.run(&["restore", &file]);
        refused(&output, "is not a backup that can be restored");
        assert_eq!(
            std::fs::read(folder(&shell).join("workspace.db")).unwrap(),
            database,
            "{what}"
        );
    }
    refused(&shell.run(&["restore", &shell.file("nowhere")]), "nowhere");
    assert!(kept(&folder(&shell), "workspace.db.", "").is_empty());
}

/// A backup of what has lost something would replace a good one.
#[test]
fn a_damaged_workspace_is_not_backed_up() {
    let shell = Shell::new();
    shell.create("before");
    let (database, older) = (folder(&shell).join("workspace.db"), shell.file("older"));
    std::fs::copy(&database, &older).unwrap();
    shell.create("after");
    std::fs::copy(&older, &database).unwrap();
    let file = shell.file("workspace.backup");
    refused(&shell.run(&["backup", &file]), "workspace.db is damaged");
    assert!(!Path::new(&file).exists());
}

#[test]
fn a_backup_without_keys_needs_those_of_its_workspace() {
    let (shell, other) = (Shell::new(), Shell::new());
    shell.create("kept");
    let known = shell.list();
    let file = shell.file("workspace.backup");
    let output = shell.ok(&["backup", &file, "--without-keys"]);
    assert!(said(&output).contains("local-keys.json"), "{}", said(&output));
    shell.ok(&["restore", &file]);
    assert_eq!(shell.list(), known);
    // Another folder's keys open nothing of it.
    refused(&other.run(&["restore", &file]), "local-keys.json");
}

/// The window's own workspace, too: it is one place in the code.
#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_to_and_links_in_it_are_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    drop(Workspace::open(options(folder.path())).unwrap());
    let mode = |mode: u32| {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for shared in [0o770, 0o707, 0o777] {
        mode(shared);
        let error = Workspace::open(options(folder.path())).unwrap_err();
        assert!(matches!(error, WorkspaceError::NotPrivate { .. }), "{error}");
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }
    mode(0o755);
    Workspace::open(options(folder.path())).unwrap();
    for name in ["workspace.db", "local-keys.json", "workspace.imprint"] {
        let (file, away) = (folder.path().join(name), folder.path().join("away"));
        std::fs::rename(&file, &away).unwrap();
        symlink(&away, &file).unwrap();
        let error = Workspace::open(options(folder.path())).unwrap_err();
        assert!(
            error.to_string().contains("is a symbolic link"),
            "{name}: {error}"
        );
        std::fs::rename(&away, &file).unwrap();
    }
    Workspace::open(options(folder.path())).unwrap();
}
