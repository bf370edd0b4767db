//! Devices that wait for a key.

use serde_json::{Value, json};

use testkit::{TestWorkspace, device};

async fn requests(site: &TestWorkspace, query: &str) -> Vec<Value> {
    let path = format!(
        "/organizations/{}/key-reshare-requests?{query}",
        site.organization()
    );
    let (status, body) = site.get(&path).await;
    assert_eq!(status, 200, "{body}");
    body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_new_device_waits_for_every_key_and_gets_it() {
    let site = TestWorkspace::start().await;
    let (second, identity) = site.register_device("second").await;
    let mine = format!("device_id={second}");
    let waiting = requests(&site, &format!("{mine}&status=pending&role=actor")).await;
    assert_eq!(waiting.len(), 5, "three environments here and two there");
    assert_eq!(requests(&site, &format!("{mine}&role=recipient")).await.len(), 5);
    let production = site.environment_id("production").await;
    let here = requests(&site, &format!("{mine}&environment_id={production}")).await;
    assert_eq!(here.len(), 1);
    let request = here[0]["id"].as_str().unwrap();
    assert_eq!(
        here[0]["relationships"]["environment"]["data"]["attributes"]["name"],
        "production"
    );
    assert_eq!(
        here[0]["relationships"]["target_device"]["data"]["attributes"]["name"],
        "second"
    );

    let key_path = site.environment("production", &format!("/key?device_id={second}"));
    let (status, body) = site.get(&key_path).await;
    assert_eq!(status, 409);
    assert_eq!(body["error"]["code"], "ENV_KEY_RESHARE_REQUIRED");
    assert_eq!(body["error"]["key_access_state"], "ENV_KEY_RESHARE_REQUIRED");
    assert_eq!(body["error"]["pending_request_ids"], json!([request]));
    assert_eq!(body["error"]["required_key_version"], 1);
    assert_eq!(body["error"]["environment_name"], "production");

    let local = site.local();
    let key = site.open_key("production").await;
    let own = device(local.device_id.as_str(), local.identity.encryption_public());
    let path = site.environment("production", "/key/envelopes");
    let by = (&local.device_id, &local.identity);
    let without = site.share_body("production", &key, std::slice::from_ref(&own), by, &[request]);
    assert_eq!(site.post_text(&path, without).await.0, 200);
    assert_eq!(
        site.get(&key_path).await.0,
        409,
        "a request that does not fit is left alone"
    );
    let both = [own, device(second.as_str(), identity.encryption_public())];
    let body = site.share_body(
        "production",
        &key,
        &both,
        by,
        &["00000000-0000-4000-8000-000000000000"],
    );
    let (status, answer) = site.post_text(&path, body.clone()).await;
    assert_eq!(status, 200, "including the device is enough: {answer}");
    assert_eq!(site.get(&key_path).await.0, 200);
    let one = format!(
        "/organizations/{}/key-reshare-requests/{request}",
        site.organization()
    );
    let (_, shown) = site.get(&one).await;
    assert_eq!(shown["data"]["attributes"]["status"], "completed");
    assert!(shown["data"]["attributes"]["resolved_at"].is_string());
    assert_eq!(
        site.post_text(&path, body).await.0,
        200,
        "the same body again does no harm"
    );
    let missing = format!("/organizations/{}/key-reshare-requests/none", site.organization());
    assert_eq!(site.get(&missing).await.0, 404);
}

#[tokio::test]
async fn including_the_device_is_enough() {
    let site = TestWorkspace::start().await;
    let (second, _) = site.register_device("second").await;
    site.share("staging").await;
    let staging = site.environment_id("staging").await;
    let found = requests(&site, &format!("device_id={second}&environment_id={staging}")).await;
    assert_eq!(found[0]["attributes"]["status"], "completed");
}

#[tokio::test]
async fn revoking_the_device_cancels_its_requests() {
    let site = TestWorkspace::start().await;
    let (second, _) = site.register_device("second").await;
    site.delete(&format!("/devices/{second}")).await;
    let found = requests(&site, &format!("device_id={second}")).await;
    assert_eq!(found.len(), 5);
    for request in found {
        assert_eq!(request["attributes"]["status"], "cancelled");
        assert_eq!(request["attributes"]["cancel_reason"], "device_revoked");
    }
}

#[tokio::test]
async fn a_new_key_supersedes_what_waited_for_the_old_one() {
    let site = TestWorkspace::start().await;
    let (second, _) = site.register_device("second").await;
    let local = site.local();
    let key = protocol::crypto::make_environment_key(&mut protocol::crypto::system_rng());
    let own = device(local.device_id.as_str(), local.identity.encryption_public());
    let (status, _) = site
        .post_text(
            &site.environment("production", "/key"),
            site.create_body("production", &key, 2, &[own]),
        )
        .await;
    assert_eq!(status, 201);
    let production = site.environment_id("production").await;
    let query = format!("device_id={second}&environment_id={production}");
    let all = requests(&site, &query).await;
    let statuses: Vec<(&Value, &Value)> = all
        .iter()
        .map(|request| {
            let attributes = &request["attributes"];
            (&attributes["status"], &attributes["trigger_source"])
        })
        .collect();
    let expected = [
        (&json!("pending"), &json!("manual")),
        (&json!("superseded"), &json!("device_link")),
    ];
    assert_eq!(statuses, expected, "newest first");
    let (status, body) = site
        .get(&site.environment("production", &format!("/key?device_id={second}")))
        .await;
    assert_eq!((status, &body["error"]["required_key_version"]), (409, &json!(2)));
    assert_eq!(
        requests(&site, &format!("{query}&status=pending")).await.len(),
        1,
        "it waits for the new one"
    );
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_said() {
    let site = TestWorkspace::start().await;
    let list = format!("/organizations/{}/key-reshare-requests", site.organization());
    for (field, query) in [
        ("role", "role=admin"),
        ("status", "status=waiting"),
        ("device_id", "device_id=none"),
        ("per_page", "per_page=200"),
        ("page", "page=0"),
    ] {
        let (status, answer) = site.get(&format!("{list}?{query}")).await;
        assert_eq!(status, 422, "{answer}");
        assert!(answer["error"]["fields"][field].is_array(), "{answer}");
    }
}

#[tokio::test]
async fn lists_have_pages() {
    let site = TestWorkspace::start().await;
    site.register_device("second").await;
    let path = format!(
        "/organizations/{}/key-reshare-requests?per_page=3",
        site.organization()
    );
    let (_, first) = site.get(&path).await;
    assert_eq!(
        (
            first["data"].as_array().unwrap().len(),
            &first["meta"]["has_more"]
        ),
        (3, &json!(true))
    );
    let (_, second) = site.get(&format!("{path}&page=2")).await;
    assert_eq!(
        (
            second["data"].as_array().unwrap().len(),
            &second["meta"]["has_more"]
        ),
        (2, &json!(false))
    );
    assert!(second["meta"]["next_page_url"].is_null());
    let before = second["meta"]["prev_page_url"].as_str().unwrap();
    let relative = before.strip_prefix(&site.running.api_url()).unwrap();
    assert_eq!(
        site.get(relative).await.1,
        first,
        "absolute, with the rest of the query"
    );
}
