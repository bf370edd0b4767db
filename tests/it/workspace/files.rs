//! What is on the disk: kept over restarts, shared by processes, refused when damaged.

use protocol::crypto::{make_deploy_key, system_rng};
use serde_json::json;
use workspace::{Workspace, WorkspaceError};

use testkit::{TestWorkspace, any_port, http_client, options};

#[tokio::test]
async fn a_restart_keeps_everything() {
    let site = TestWorkspace::start().await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("kept", "production", key).await;
    site.share("production").await;
    let (device, token) = (site.local().device_id.clone(), site.user_token().to_owned());
    let TestWorkspace { running, folder, .. } = site;
    running.shutdown().await;
    let site = TestWorkspace::open(folder, |_| {}).await;
    assert_eq!(
        (&site.local().device_id, site.user_token()),
        (&device, token.as_str())
    );
    assert_eq!(site.deploy(&created.ci, &seed).await.unwrap().variables.len(), 12);
}

#[tokio::test]
async fn after_shutdown_and_after_drop_nobody_answers() {
    for graceful in [true, false] {
        let site = TestWorkspace::start().await;
        let url = format!("{}/user", site.running.api_url());
        assert!(site.http.get(&url).send().await.is_ok());
        if graceful {
            site.running.shutdown().await;
        } else {
            drop(site.running);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(
            http_client().get(&url).send().await.is_err(),
            "graceful: {graceful}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = TestWorkspace::start().await;
    for entry in std::fs::read_dir(site.folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_one_database() {
    let one = TestWorkspace::start().await;
    let running = Workspace::open(options(one.folder.path()))
        .unwrap()
        .serve(any_port())
        .await
        .unwrap();
    let two = TestWorkspace::around(running, tempfile::tempdir().unwrap());
    assert_eq!(one.user_token(), two.user_token());
    let create = async |site: &TestWorkspace, label: &str| {
        for number in 0..25 {
            let (_, key) = make_deploy_key(&mut system_rng());
            site.create_token(&format!("{label}-{number}"), "local", key)
                .await;
        }
    };
    tokio::join!(create(&one, "one"), create(&two, "two"));
    let (_, list) = one.get(&one.project("/deploy-tokens")).await;
    let made = list["data"].as_array().unwrap().iter().filter(|t| {
        let name = t["attributes"]["name"].as_str().unwrap();
        name.starts_with("one-") || name.starts_with("two-")
    });
    assert_eq!(made.count(), 50);
    let (seed, key) = make_deploy_key(&mut system_rng());
    let created = one.create_token("revoked on the other", "production", key).await;
    let path = two.project(&format!("/deploy-tokens/{}/revoke", created.id));
    assert_eq!(two.post(&path, &json!({})).await.0, 200);
    assert_eq!(one.deploy(&created.ci, &seed).await.unwrap_err().0, 401);
}

#[test]
fn two_first_starts_make_one_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        Workspace::open(options(folder.path()))
            .unwrap()
            .local()
            .device_id
            .clone()
    };
    let (one, two) = std::thread::scope(|scope| {
        let (one, two) = (scope.spawn(open), scope.spawn(open));
        (one.join().unwrap(), two.join().unwrap())
    });
    assert_eq!(one, two);
}

#[test]
fn a_damaged_file_is_refused_and_left_as_it_is() {
    let whole = tempfile::tempdir().unwrap();
    drop(Workspace::open(options(whole.path())).unwrap());
    let good = std::fs::read(whole.path().join("workspace.db")).unwrap();
    let keys = std::fs::read(whole.path().join("local-keys.json")).unwrap();
    let mut middle = good.clone();
    for page in middle.chunks_mut(4096).skip(1).step_by(2) {
        page.fill(0xa5);
    }
    let other = {
        let path = whole.path().join("other.db");
        rusqlite::Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE notes (text)")
            .unwrap();
        std::fs::read(path).unwrap()
    };
    for (what, content) in [
        (
            "text",
            b"this is not a database, but it is a text of some length".repeat(100),
        ),
        ("overwritten pages", middle),
        ("cut off", good[..good.len() / 2].to_vec()),
        ("emptied", Vec::new()),
        ("another program's", other),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("workspace.db");
        std::fs::write(&path, &content).unwrap();
        std::fs::write(folder.path().join("local-keys.json"), &keys).unwrap();
        let error = Workspace::open(options(folder.path())).unwrap_err();
        let WorkspaceError::Corrupt { path: named, .. } = &error else {
            panic!("{what}: {error:?}")
        };
        assert_eq!(named, &path);
        let text = error.to_string();
        assert!(
            text.contains("workspace.db") && text.contains("local-keys.json away"),
            "{text}"
        );
        assert_eq!(
            std::fs::read(&path).unwrap(),
            content,
            "{what}: the file is untouched"
        );
        // What the message advises helps.
        std::fs::rename(&path, folder.path().join("workspace.db.damaged")).unwrap();
        let missing = Workspace::open(options(folder.path())).unwrap_err();
        assert!(missing.to_string().contains("it is missing"), "{missing}");
        let keys = folder.path().join("local-keys.json");
        std::fs::rename(&keys, folder.path().join("local-keys.json.away")).unwrap();
        Workspace::open(options(folder.path())).unwrap();
    }
}

#[test]
fn a_newer_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(Workspace::open(options(folder.path())).unwrap());
    let path = folder.path().join("workspace.db");
    // What is changed by hand is refused as it is, unless this is gone.
    std::fs::remove_file(folder.path().join("workspace.imprint")).unwrap();
    rusqlite::Connection::open(path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = Workspace::open(options(folder.path())).unwrap_err();
    assert!(
        matches!(error, WorkspaceError::TooNew { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn missing_or_broken_keys_are_told_and_nothing_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    drop(Workspace::open(options(folder.path())).unwrap());
    let path = folder.path().join("local-keys.json");
    let good = std::fs::read_to_string(&path).unwrap();
    for broken in [
        None,
        Some(String::new()),
        Some(good.replace("\"signing_key\": \"", "\"signing_key\": \"AAAA")),
    ] {
        match &broken {
            Some(text) => std::fs::write(&path, text).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let error = Workspace::open(options(folder.path())).unwrap_err();
        assert!(matches!(error, WorkspaceError::Keys { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&path).ok(), broken);
    }
    std::fs::write(&path, good).unwrap();
    Workspace::open(options(folder.path())).unwrap();
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let site = TestWorkspace::start().await;
    let second = Workspace::open(options(site.folder.path())).unwrap();
    let error = second.serve(site.running.address()).await.unwrap_err();
    assert!(matches!(error, WorkspaceError::PortInUse { .. }));
    assert!(
        error.to_string().contains(&site.running.address().to_string()),
        "{error}"
    );
}

/// A power cut, or a kill, in the very first write: a rollback journal lies beside the file, and nothing could roll it back
/// that only reads.
#[test]
fn a_first_write_that_was_cut_off_is_rolled_back() {
    let (cut, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let db = rusqlite::Connection::open(cut.path().join("workspace.db")).unwrap();
    // A cache of one page is written out before the commit, and the journal before that.
    db.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; CREATE TABLE before (x);")
        .unwrap();
    db.execute_batch("DROP TABLE before; BEGIN IMMEDIATE; CREATE TABLE half (x);")
        .unwrap();
    for _ in 0..200 {
        db.execute("INSERT INTO half VALUES (randomblob(2000))", [])
            .unwrap();
    }
    for name in ["workspace.db", "workspace.db-journal"] {
        std::fs::copy(cut.path().join(name), folder.path().join(name)).unwrap();
    }
    Workspace::open(options(folder.path())).unwrap();
}

/// A database of a write-ahead log alone, as an earlier release left it, whose log is gone.
#[test]
fn a_database_without_tables_is_not_taken_for_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(Workspace::open(options(folder.path())).unwrap());
    let path = folder.path().join("workspace.db");
    std::fs::remove_file(&path).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE x (y); DROP TABLE x;").unwrap();
    drop(db);
    let before = std::fs::read(&path).unwrap();
    let error = Workspace::open(options(folder.path())).unwrap_err();
    assert!(error.to_string().contains("-wal"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before, "it is untouched");
}
