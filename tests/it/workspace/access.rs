//! Who may call what: every route with every kind of token.

use protocol::crypto::{make_deploy_key, system_rng};
use reqwest::Method;
use serde_json::json;
use sha2::{Digest, Sha256};

use testkit::TestWorkspace;

/// A bearer token with its name in the table.
struct Bearer {
    name: &'static str,
    token: Option<String>,
}

/// Another organisation with a user, a project and an environment of its own.
fn add_stranger(site: &TestWorkspace) -> String {
    let token = "2|stranger".to_owned();
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let db = site.database();
    let at = "2026-01-01T00:00:00.000Z";
    db.execute(
        "INSERT INTO users (id, name, email, created_at, updated_at)
         VALUES ('stranger', 'Stranger', 's@other.example', ?1, ?1)",
        [at],
    )
    .unwrap();
    db.execute(
        "INSERT INTO organizations (id, name, slug, created_at, updated_at) VALUES ('other', 'Other', 'other', ?1, ?1)",
        [at],
    )
    .unwrap();
    db.execute(
        "INSERT INTO memberships (organization_id, user_id, role) VALUES ('other', 'stranger', 'admin')",
        [],
    )
    .unwrap();
    let sql = "INSERT INTO access_tokens (user_id, token_hash, created_at) VALUES ('stranger', ?1, ?2)";
    db.execute(sql, rusqlite::params![hash, at]).unwrap();
    token
}

/// Another token of the same user, changed by SQL.
fn add_user_token(site: &TestWorkspace, token: &str, change: &str) -> String {
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let db = site.database();
    let sql = "INSERT INTO access_tokens (user_id, token_hash, created_at)
        SELECT user_id, ?1, created_at FROM access_tokens WHERE id = 1";
    db.execute(sql, [hash]).unwrap();
    db.execute(
        &format!("UPDATE access_tokens SET {change} WHERE token_hash = ?1"),
        [hash],
    )
    .unwrap();
    token.to_owned()
}

async fn bearers(site: &TestWorkspace) -> Vec<Bearer> {
    let token = async |name: &str, environment: &str| {
        let (_, key) = make_deploy_key(&mut system_rng());
        site.create_token(name, environment, key).await
    };
    let here = token("here", "production").await;
    let elsewhere = token("elsewhere", "staging").await;
    let revoked = token("revoked", "production").await;
    site.post(
        &site.project(&format!("/deploy-tokens/{}/revoke", revoked.id)),
        &json!({}),
    )
    .await;
    let expired = token("expired", "production").await;
    let past = "UPDATE deploy_tokens SET ci_expires_at = '2026-01-01T00:00:00.000Z' WHERE id = ?1";
    site.database().execute(past, [&expired.id]).unwrap();
    let bearer = |name, token: &str| Bearer {
        name,
        token: Some(token.to_owned()),
    };
    vec![
        Bearer {
            name: "none",
            token: None,
        },
        bearer(
            "unknown",
            "00000000-0000-4000-8000-000000000000|000000000000000000000000000000000000000000000000",
        ),
        bearer("user", site.user_token()),
        bearer(
            "user, revoked",
            &add_user_token(site, "3|revoked", "revoked_at = created_at"),
        ),
        bearer(
            "user, expired",
            &add_user_token(site, "4|expired", "expires_at = created_at"),
        ),
        bearer("user, other org", &add_stranger(site)),
        bearer("CI, production", &here.ci),
        bearer("CI, staging", &elsewhere.ci),
        bearer("CI, revoked", &revoked.ci),
        bearer("CI, expired", &expired.ci),
    ]
}

/// Whether a route is about the sample organisation, also for a runner of that environment, about nobody's in particular, or
/// for runners.
#[derive(Clone, Copy, PartialEq)]
enum About {
    Ours,
    OwnKey,
    Anyone,
    Runner,
}

#[tokio::test]
async fn every_route_takes_its_own_kind_of_token_only() {
    use About::{Anyone, Ours, OwnKey, Runner};
    let site = TestWorkspace::start().await;
    let organization = site.organization().to_owned();
    let device = site.local().device_id.to_string();
    let (_, tokens) = site.get(&site.project("/deploy-tokens")).await;
    let token = tokens["data"][0]["id"].as_str().unwrap().to_owned();
    let (get, post, delete) = (|| Method::GET, || Method::POST, || Method::DELETE);
    let org = |rest: &str| format!("/organizations/{organization}{rest}");
    let env = |rest: &str| site.environment("production", rest);
    let key = format!("?device_id={device}");
    let routes = vec![
        (get(), "/user".to_owned(), Anyone),
        (get(), "/organizations".to_owned(), Anyone),
        (get(), "/environment-types".to_owned(), Anyone),
        (post(), "/devices".to_owned(), Anyone),
        (get(), format!("/devices/{device}"), Ours),
        (get(), "/user/devices".to_owned(), Anyone),
        (get(), org(""), Ours),
        (get(), org("/projects"), Ours),
        (post(), org("/projects"), Ours),
        (get(), org("/members"), Ours),
        (get(), org("/permission-matrix"), Ours),
        (get(), org("/activity"), Ours),
        (get(), org("/notifications/inbox"), Ours),
        (get(), org("/notifications/inbox/unread-count"), Ours),
        (post(), org("/notifications/inbox/read"), Ours),
        (post(), org("/notifications/inbox/none/read"), Ours),
        (get(), org("/key-reshare-requests"), Ours),
        (get(), org("/key-reshare-requests/none"), Ours),
        (get(), site.project(""), Ours),
        (get(), site.project("/environments"), Ours),
        (post(), site.project("/environments"), Ours),
        (
            post(),
            site.project("/generate-suggested-environment-names"),
            Ours,
        ),
        (Method::PATCH, site.project("/environments/none"), Ours),
        (get(), site.project("/history"), Ours),
        (get(), site.project("/activity"), Ours),
        (get(), site.project("/deploy-tokens"), Ours),
        (post(), site.project("/deploy-tokens"), Ours),
        (
            post(),
            site.project(&format!("/deploy-tokens/{token}/rotate")),
            Ours,
        ),
        (
            post(),
            site.project(&format!("/deploy-tokens/{token}/revoke")),
            Ours,
        ),
        (delete(), site.project(&format!("/deploy-tokens/{token}")), Ours),
        (get(), env("/devices"), Ours),
        (get(), env(&format!("/key{key}")), OwnKey),
        (post(), env("/key"), Ours),
        (post(), env("/key/envelopes"), Ours),
        (post(), env("/push"), Ours),
        (get(), env(&format!("/pull{key}")), Ours),
        (get(), env("/keys"), Ours),
        (get(), env("/history"), Ours),
        (get(), env("/variables/APP_ENV/history"), Ours),
        (get(), "/ci/deploy".to_owned(), Runner),
        (delete(), format!("/devices/{device}/delete"), Ours),
        (delete(), format!("/devices/{device}"), Ours),
    ];
    let bearers = bearers(&site).await;
    let names: Vec<_> = bearers.iter().map(|bearer| bearer.name).collect();
    println!("{:76} {}", "", names.join(" | "));
    let mut wrong = Vec::new();
    for (method, path, about) in routes {
        let shown = path
            .replace(&organization, "ORG")
            .replace(site.local().project_id.as_str(), "PROJECT");
        let shown = format!(
            "{method} {}",
            shown.replace(&device, "DEVICE").replace(&token, "TOKEN")
        );
        let mut cells = String::new();
        for bearer in &bearers {
            // No body is a complete one, so that a call that is let through changes nothing but devices and revocations,
            // which come last for each kind.
            let (status, _) = site
                .send(method.clone(), &path, bearer.token.as_deref(), None)
                .await;
            let expected: &[u16] = match (bearer.name, about) {
                ("user", Runner) | ("user, other org", Runner) => &[403],
                ("user, other org", Ours | OwnKey) => &[403],
                ("CI, production", OwnKey) => &[200],
                ("user" | "user, other org", _) => &[200, 201, 404, 409, 422],
                ("CI, production" | "CI, staging", Runner) => &[200],
                ("CI, production" | "CI, staging", _) => &[403],
                _ => &[401],
            };
            if !expected.contains(&status) {
                wrong.push(format!(
                    "{shown} with {}: {status}, expected one of {expected:?}",
                    bearer.name
                ));
            }
            cells.push_str(&format!("{status:>width$}   ", width = bearer.name.len()));
        }
        println!("{shown:76} {cells}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_ci_token_reads_its_own_environment_only() {
    let site = TestWorkspace::start().await;
    for environment in ["production", "staging"] {
        let (seed, key) = make_deploy_key(&mut system_rng());
        let created = site.create_token("own", environment, key).await;
        site.share(environment).await;
        let (_, bundle) = site
            .send(Method::GET, "/ci/deploy", Some(&created.ci), None)
            .await;
        assert_eq!(bundle["env"], environment);
        let secrets = bundle["secrets"].as_array().unwrap();
        assert!(!secrets.is_empty() && secrets.iter().all(|secret| secret["env"] == environment));
        assert!(site.deploy(&created.ci, &seed).await.unwrap().problems.is_empty());
    }
}

#[tokio::test]
async fn bearer_tokens_are_stored_as_hashes_only() {
    let site = TestWorkspace::start().await;
    let (_, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("hashed", "production", key).await;
    site.database()
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let user = site.user_token().to_owned();
    for entry in std::fs::read_dir(site.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!has(&created.ci), "{path:?}");
        assert_eq!(has(&user), path.ends_with("local-keys.json"), "{path:?}");
    }
}

/// A wrong device in a request is refused, and never with a 404, which means that the place is not there.
#[tokio::test]
async fn keys_are_for_own_active_devices() {
    let site = TestWorkspace::start().await;
    let (_, listed) = site.get(&site.environment("production", "/devices")).await;
    let colleague = listed["data"][1]["id"].as_str().unwrap().to_owned();
    let (mine, _) = site.register_device("second").await;
    let status = async |device: &str, rest: &str| {
        site.get(&site.environment("production", &format!("{rest}?device_id={device}")))
            .await
            .0
    };
    for rest in ["/key", "/pull"] {
        assert_eq!(status(site.local().device_id.as_str(), rest).await, 200);
        assert_eq!(status(mine.as_str(), rest).await, 409, "not shared yet");
        assert_eq!(status(&colleague, rest).await, 403);
        assert_eq!(status("nobody", rest).await, 422);
        assert_eq!(status("", rest).await, 200, "without a device all is told");
    }
    let (status_code, revoked) = site.delete(&format!("/devices/{mine}")).await;
    assert_eq!((status_code, &revoked["meta"]["success"]), (200, &json!(true)));
    assert_eq!(revoked["data"]["attributes"]["status"], "revoked");
    assert!(revoked["data"]["attributes"]["revoked_at"].is_string());
    assert_eq!(site.delete(&format!("/devices/{mine}")).await.0, 200, "again");
    for rest in ["/key", "/pull"] {
        assert_eq!(status(mine.as_str(), rest).await, 422);
    }
    let (_, shown) = site.get(&format!("/devices/{mine}")).await;
    assert_eq!(shown["data"]["attributes"]["status"], "revoked");
    assert_eq!(site.get(&format!("/devices/{colleague}")).await.0, 403);
    let removed = site.delete(&format!("/devices/{mine}/delete")).await;
    assert_eq!(removed, (200, json!({ "meta": { "success": true } })));
    assert_eq!(site.get(&format!("/devices/{mine}")).await.0, 404);
    let own = site.local().device_id.as_str();
    let active = site.delete(&format!("/devices/{own}/delete")).await;
    let message = json!({ "message": "Device must be revoked before deletion." });
    assert_eq!(active, (409, message));
}

#[tokio::test]
async fn of_header_and_query_the_query_counts() {
    let site = TestWorkspace::start().await;
    let device = site.local().device_id.as_str();
    let status = async |query: &str, header: &str| {
        let url = format!(
            "{}{}{query}",
            site.running.api_url(),
            site.environment("production", "/key")
        );
        let request = site
            .http
            .get(url)
            .bearer_auth(site.user_token())
            .header("X-Device-ID", header);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("", device).await, 200);
    assert_eq!(status("", "other").await, 422);
    assert_eq!(status(&format!("?device_id={device}"), "other").await, 200);
    assert_eq!(status("?device_id=other", device).await, 422);
}

#[tokio::test]
async fn everybody_that_a_key_is_sealed_for_is_told() {
    let site = TestWorkspace::start().await;
    let local = site.local();
    let path = site.environment("production", &format!("/key?device_id={}", local.device_id));
    let (_, body) = site.get(&path).await;
    let relationships = &body["data"]["relationships"];
    let envelope = &relationships["envelope"]["data"]["attributes"];
    let recipients = envelope["recipients"].as_array().unwrap();
    let expected = site.recipients("production").await;
    assert_eq!(recipients.len(), expected.len());
    assert_eq!(recipients[0]["id"], local.device_id.as_str());
    let devices = relationships["envelopes"]["data"].as_array().unwrap();
    assert_eq!(devices.len(), 4);
    assert_eq!(
        envelope["from_ephemeral_public_key"], devices[0]["attributes"]["from_ephemeral_public_key"],
        "the first recipient's"
    );
    let members: Vec<&str> = envelope.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "ciphertext_b64",
            "nonce_b64",
            "alg",
            "aad_b64",
            "recipients",
            "version",
            "created_at",
            "revoked_at",
            "from_ephemeral_public_key"
        ]
    );
}
