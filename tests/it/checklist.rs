//! The checklist of values that may have been read: what is on it, and that only what was really changed is said to be.

use std::sync::Arc;

use protocol::crypto::sign_variable;
use protocol::secret::JournalKey;
use protocol::variable::VariableUpload;
use serde_json::Value;
use service::journal::Journal;
use testkit::{TestWorkspace, silent};

const SHARED: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";

fn checklist(world: &TestWorkspace, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = world.run(&[&["checklist", "--json"], arguments].concat(), "");
    let told = serde_json::from_slice(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), told.unwrap_or_else(|_| panic!("{said}")))
}

fn state(list: &Value, environment: &str, name: &str) -> String {
    let value = value(list, environment, name).unwrap_or_else(|| panic!("{name} is not on {list:#}"));
    value["state"].as_str().unwrap().to_owned()
}

fn value<'a>(list: &'a Value, environment: &str, name: &str) -> Option<&'a Value> {
    let mut values = list["values"].as_array().unwrap().iter();
    values.find(|it| it["environment"] == environment && it["name"] == name)
}

async fn push(world: &TestWorkspace, environment: &str, name: &str, value: &str) {
    let key = world.open_key(environment).await;
    push_upload(
        world,
        environment,
        world.upload(environment, &key, name, value, None),
    )
    .await;
}

async fn push_upload(world: &TestWorkspace, environment: &str, upload: VariableUpload) {
    let body = world.push_body(&[serde_json::to_value(upload).unwrap()]);
    let (status, body) = world.post(&world.environment(environment, "/push"), &body).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_names_what_was_readable_and_where_the_same_values_stand() {
    let world = TestWorkspace::start().await;
    push(&world, "production", "STRIPE_KEY", SHARED).await;
    push(&world, "production", "STRIPE_COPY", SHARED).await;
    push(&world, "staging", "PAYMENT_SECRET", SHARED).await;
    push(&world, "production", "FLAG", "true").await;
    push(&world, "staging", "OTHER_FLAG", "true").await;
    push(&world, "production", "EMPTY", "").await;
    push(&world, "staging", "ONLY_HERE", "another secret value").await;
    let arguments = ["--env", "production", "--because", "leaked-ci"];
    let (code, lists) = checklist(&world, &arguments);
    assert_eq!((code, lists.len()), (Some(1), 1));
    let list = &lists[0];
    assert_eq!(list["because"][0], "leaked-ci");
    let key = value(list, "production", "STRIPE_KEY").unwrap();
    assert_eq!((&key["exposed"], &key["state"]), (&true.into(), &"open".into()));
    assert!(key["since"].as_str().is_some());
    let same: Vec<&str> = key["same_as"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(same, ["STRIPE_COPY", "PAYMENT_SECRET"]);
    assert_eq!(
        value(list, "staging", "PAYMENT_SECRET").unwrap()["exposed"],
        false
    );
    assert!(
        value(list, "staging", "ONLY_HERE").is_none(),
        "nobody could read it"
    );
    let flag = value(list, "production", "FLAG").unwrap();
    assert_eq!(
        flag["same_as"].as_array().unwrap().len(),
        0,
        "too short to say so"
    );
    assert!(value(list, "production", "EMPTY").is_none(), "nothing to change");
    let text = serde_json::to_string(&lists).unwrap();
    assert!(!text.contains(SHARED));
    for file in walk(world.folder.path()) {
        let content = std::fs::read(&file).unwrap();
        let has = |needle: &str| content.windows(needle.len()).any(|it| it == needle.as_bytes());
        assert!(!has(SHARED), "{}", file.display());
        let is_ours = file.file_name().is_some_and(|it| it == "checklists.sealed");
        assert!(!is_ours || !has("STRIPE_KEY"), "names are sealed too");
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(walk(&path));
        } else if path.is_file() {
            all.push(path);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_really_changed_is_told_as_changed() {
    let world = TestWorkspace::start().await;
    for name in ["ONE", "TWO", "THREE", "FOUR", "FIVE"] {
        push(&world, "staging", name, &format!("the first value of {name}")).await;
    }
    let (_, lists) = checklist(&world, &["--env", "staging"]);
    let id = lists[0]["id"].as_str().unwrap().to_owned();
    let look = || checklist(&world, &[&id]).1.remove(0);

    // Pushed again as it was; and with another mark, which counts as a version as well.
    push(&world, "staging", "ONE", "the first value of ONE").await;
    let key = world.open_key("staging").await;
    let commented = VariableUpload {
        is_commented: Some(true),
        ..world.upload("staging", &key, "TWO", "the first value of TWO", None)
    };
    let identity = world.own_device().identity;
    push_upload(&world, "staging", sign_variable(&identity, commented)).await;
    push(&world, "staging", "THREE", "another value of THREE").await;
    let deleted = world
        .database()
        .execute("DELETE FROM variables WHERE name = 'FOUR'", []);
    assert_eq!(deleted, Ok(1));
    let list = look();
    for (name, wanted) in [
        ("ONE", "open"),
        ("TWO", "open"),
        ("THREE", "changed"),
        ("FOUR", "deleted"),
    ] {
        assert_eq!(state(&list, "staging", name), wanted, "{name}");
    }
    let changed = value(&list, "staging", "THREE").unwrap();
    assert!(changed["changed_at"].as_str().is_some() && changed["changed_by"].as_str().is_some());

    // A new key gives everything another version and another claim, and changes no value.
    push(&world, "staging", "FIVE", "another value of FIVE").await;
    let renewed = world.run(&["renew-key", "--env", "staging", "--no-runner-check"], "");
    assert!(renewed.status.success());
    let list = look();
    for (name, wanted) in [
        ("ONE", "open"),
        ("TWO", "open"),
        ("THREE", "changed"),
        ("FIVE", "changed"),
    ] {
        assert_eq!(state(&list, "staging", name), wanted, "{name}");
    }
    push(&world, "staging", "ONE", "another value of ONE").await;
    assert_eq!(state(&look(), "staging", "ONE"), "changed");

    // Elsewhere nobody notes which versions a renewal has made.
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = Journal::open(
        folder.path().join("journal"),
        JournalKey::fill_with(|it| it.fill(3)),
        "here",
    );
    let other = world.context.clone().with_journal(Arc::new(elsewhere));
    let place = world.place("staging").await;
    service::renew_key(&other, &place, None, &silent).await.unwrap();
    let list = look();
    assert_eq!(state(&list, "staging", "TWO"), "unknown");
    assert_eq!(state(&list, "staging", "ONE"), "changed");

    // What is left is settled by hand.
    let left: Vec<String> = list["values"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| matches!(it["state"].as_str(), Some("open" | "unknown")))
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    let mut arguments = vec![id.as_str()];
    for name in &left {
        arguments.extend(["--settled", name]);
    }
    let (code, lists) = checklist(&world, &arguments);
    assert_eq!(code, Some(0));
    assert_eq!(lists[0]["done"], lists[0]["total"]);
    assert_eq!(state(&lists[0], "staging", "TWO"), "settled");
    let unknown = world.run(&["checklist", &id, "--settled", "NOBODY"], "");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(world.run(&["checklist", &id, "--forget"], "").status.success());
    assert_eq!(checklist(&world, &[]), (Some(0), Vec::new()));
}
