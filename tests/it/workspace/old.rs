//! A workspace that an earlier release made: nothing of it is lost, and it answers as a new one does.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use testkit::{TestWorkspace, options};
use workspace::Workspace;

const SCHEMAS: [&str; 2] = [
    include_str!("../../../crates/workspace/src/store/schema_1.sql"),
    include_str!("../../../crates/workspace/src/store/schema_2.sql"),
];

/// What is copied from a new database into one of the second format, and what that release wrote in its own way.
const COPY: &str = "
    INSERT INTO users SELECT * FROM new.users WHERE email IN ('sam@northwind.example', 'mara@northwind.example');
    UPDATE users SET password_hash = NULL, email_verified_at = NULL WHERE email LIKE 'mara%';
    INSERT INTO access_tokens SELECT * FROM new.access_tokens;
    INSERT INTO organizations SELECT id, name, slug, created_at, updated_at FROM new.organizations;
    INSERT INTO memberships SELECT organization_id, user_id FROM new.memberships
        WHERE user_id IN (SELECT id FROM users);
    INSERT INTO projects SELECT * FROM new.projects;
    INSERT INTO environments SELECT id, project_id, name, type, NULL, created_at, updated_at FROM new.environments;
    INSERT INTO devices SELECT id, user_id, name, platform, public_key, public_signing_key, status, NULL, revoked_at,
        created_at FROM new.devices;
    INSERT INTO environment_keys SELECT id, environment_id, version, fingerprint, created_by_device_id, created_at, NULL,
        envelope_id, ciphertext_b64, nonce_b64, alg, envelope_created_at, NULL FROM new.environment_keys;
    INSERT INTO recipients SELECT environment_key_id, type, recipient_id, edek_b64, NULL FROM new.recipients;
    INSERT INTO deploy_tokens SELECT id, project_id, environment_id, name, status, public_key,
        (SELECT max(occurred_at) FROM new.activity WHERE event = 'deploy' AND causer_id = t.id),
        created_at, updated_at, revoked_at, ci_token_id, ci_token_hash, ci_token_suffix, ci_expires_at
        FROM new.deploy_tokens t;
    UPDATE deploy_tokens SET ci_expires_at = NULL WHERE name = 'vapor-eu';
    INSERT INTO variables SELECT * FROM new.variables;
    INSERT INTO events SELECT * FROM new.events;
    INSERT INTO events SELECT t.id || '-1', t.project_id, t.environment_id, t.created_at, 'deploy_token_created', t.name,
        'user', u.id, u.name, u.email, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM deploy_tokens t, users u WHERE u.email LIKE 'sam%';
    INSERT INTO events SELECT e.id || '-2', e.project_id, e.id, e.created_at, 'environment_key_shared', 'for 2 recipients',
        'user', u.id, u.name, u.email, NULL, NULL, NULL, 1, 'ab', NULL, NULL, NULL
        FROM environments e, users u WHERE u.email LIKE 'sam%' AND e.name = 'local';
    INSERT INTO reshare_requests SELECT 'r', p.organization_id, p.id, e.id, 1, d.user_id, d.id, 'pending',
        'key_requested', NULL, NULL, d.created_at, NULL FROM environments e JOIN projects p ON p.id = e.project_id, devices d
        WHERE e.name = 'local' AND d.name = 'build-server';";

/// Turns the workspace of a folder into one of the second format.
fn make_old(folder: &Path) {
    let (new, old) = (folder.join("new.db"), folder.join("workspace.db"));
    std::fs::rename(&old, &new).unwrap();
    let db = Connection::open(&old).unwrap();
    for schema in SCHEMAS {
        db.execute_batch(schema).unwrap();
    }
    db.execute("ATTACH ?1 AS new", [new.to_str().unwrap()]).unwrap();
    db.execute_batch(COPY).unwrap();
    db.pragma_update(None, "application_id", 0x4454_5753).unwrap();
    db.pragma_update(None, "user_version", 2).unwrap();
    drop(db);
    std::fs::remove_file(new).unwrap();
    // That release had none.
    std::fs::remove_file(folder.join("workspace.imprint")).unwrap();
}

#[tokio::test]
async fn a_workspace_of_the_second_format_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let made = Workspace::open(options(folder.path())).unwrap();
    let project = made.local().project_id.clone();
    drop(made);
    make_old(folder.path());
    let site = TestWorkspace::open(folder, |_| {}).await;
    assert_eq!(site.local().project_id, project);

    // Keys open, with everybody in them; tokens are there, whatever their ends.
    for environment in ["production", "staging", "local"] {
        site.open_key(environment).await;
        site.share(environment).await;
    }
    let (_, tokens) = site
        .get(&site.project("/deploy-tokens?environment_id=production"))
        .await;
    assert_eq!(tokens["meta"]["count"], 6);

    // What happened to tokens is in the activity now, with their last use; the rest stays where it was.
    let (_, activity) = site.get(&site.project("/activity?per_page=100")).await;
    let entries = activity["data"].as_array().unwrap();
    let of = |event: &str, part: &str| {
        let found = entries
            .iter()
            .find(|entry| entry["event"] == event && entry["description"].as_str().unwrap().contains(part));
        found.unwrap_or_else(|| panic!("{event} {part}: {activity}"))
    };
    let created = of("deployment_token_created", "\"production-ci\"");
    let words = "Created deployment token \"production-ci\" for \"production\" via cli.";
    assert_eq!(created["description"], words);
    assert_eq!(created["causer"]["email"], "sam@northwind.example");
    let uses: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["event"] == "deploy")
        .collect();
    assert!(
        uses.iter()
            .any(|entry| entry["causer"]["name"] == "production-ci")
    );
    assert!(uses.iter().all(|entry| entry["id"].as_str().unwrap().len() == 36));
    let (_, history) = site.get(&site.environment("local", "/history")).await;
    let operations: Vec<&Value> = history["data"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["operation"])
        .collect();
    assert!(operations.contains(&&json!("reshared")), "{operations:?}");
    assert!(!history.to_string().contains("deploy_token"));
    let requests = format!("/organizations/{}/key-reshare-requests", site.organization());
    let (_, requests) = site.get(&requests).await;
    assert_eq!(requests["data"][0]["attributes"]["trigger_source"], "key_fetch");

    // Its people have roles, and those that it lacked are there.
    let (_, members) = site
        .get(&format!("/organizations/{}/members", site.organization()))
        .await;
    let roles: Vec<(&str, &str, bool)> = members["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| {
            let text = |name: &str| member[name].as_str().unwrap();
            (text("name"), text("role"), member["is_owner"] == true)
        })
        .collect();
    assert_eq!(
        roles,
        [
            ("Jonas Berg", "developer_read_only", false),
            ("Mara Lindqvist", "developer", false),
            ("Priya Nair", "auditor", false),
            ("Sam Rivera", "admin", true),
        ]
    );
}
