//! Nothing that was answered is lost when the server is killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use protocol::crypto::{make_deploy_key, system_rng};
use serde_json::{Value, json};
use workspace::Workspace;

use testkit::{any_port, http_client, options};

const FOLDER: &str = "DEPLOY_TOKENS_TEST_FOLDER";
const URL: &str = "serving at ";

/// Not a test of its own: the process that gets killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until it is killed"]
async fn serve_until_killed() {
    let Some(folder) = process_env::name(FOLDER) else {
        return;
    };
    let running = Workspace::open(options(folder.as_ref()))
        .unwrap()
        .serve(any_port())
        .await
        .unwrap();
    println!("\n{URL}{}", running.api_url());
    std::future::pending::<()>().await;
}

/// A server in a process of its own.
fn spawn(folder: &std::path::Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "workspace::crash::serve_until_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix(URL).map(str::to_owned));
    (child, url.unwrap())
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let local = Workspace::open(options(folder.path())).unwrap().local().clone();
    let http = http_client();
    let project = local.project_id.as_str();
    let mut answered = Vec::new();
    for round in 0_u64..6 {
        let (mut child, url) = spawn(folder.path());
        let tokens = format!("{url}/projects/{project}/deploy-tokens");
        let bearer = local.access_token.expose();
        let list: Value = http
            .get(format!("{url}/projects/{project}/environments"))
            .bearer_auth(bearer)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let environment = list["data"][2]["id"].as_str().unwrap().to_owned();
        let before = answered.len();
        let first = tokio::sync::Notify::new();
        let write = async {
            for number in 0.. {
                let (_, key) = make_deploy_key(&mut system_rng());
                let name = format!("round-{round}-{number}");
                let body =
                    json!({ "name": name, "environment_id": environment, "public_key": key.to_base64() });
                let sent = http
                    .post(&tokens)
                    .bearer_auth(bearer)
                    .body(body.to_string())
                    .send()
                    .await;
                let Ok(answer) = sent else { break };
                if answer.status().as_u16() == 201 {
                    let Ok(answer) = answer.json::<Value>().await else {
                        break;
                    };
                    answered.push(answer["data"]["id"].as_str().unwrap().to_owned());
                    first.notify_one();
                }
            }
        };
        // Different moments after the first answer, so that the kill meets a write at different places.
        let kill = async {
            first.notified().await;
            tokio::time::sleep(Duration::from_millis(40 + 53 * round)).await;
            // SIGKILL on Unix.
            child.kill().unwrap();
            child.wait().unwrap();
        };
        tokio::join!(write, kill);
        assert!(answered.len() > before, "round {round} wrote nothing");
        if round % 2 == 1 {
            // What was answered is in the file itself: the log may be lost.
            for log in ["workspace.db-wal", "workspace.db-shm"] {
                std::fs::remove_file(folder.path().join(log)).unwrap();
            }
        }
        let db = rusqlite::Connection::open(folder.path().join("workspace.db")).unwrap();
        let finding: String = db
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(finding, "ok", "round {round}");
        for id in &answered {
            let sql = "SELECT count(*) FROM deploy_tokens WHERE id = ?1";
            let found: i64 = db.query_row(sql, [id], |row| row.get(0)).unwrap();
            assert_eq!(found, 1, "round {round}: {id}");
        }
    }
    println!("{} answered writes over 6 kills, none lost", answered.len());
    Workspace::open(options(folder.path())).unwrap();
}

/// A kill during the very first start leaves either nothing or a complete workspace.
#[test]
fn a_kill_during_the_first_start_does_no_harm() {
    for round in 0..6 {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "workspace::crash::serve_until_killed",
                "--ignored",
                "--nocapture",
            ])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(8 + 17 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let workspace = Workspace::open(options(folder.path()));
        assert!(workspace.is_ok(), "round {round}: {:?}", workspace.err());
    }
}
