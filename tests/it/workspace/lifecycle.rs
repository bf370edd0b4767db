//! The life of a deploy token, as its owner and its runner see it.

use protocol::crypto::{make_deploy_key, seal_environment_key, system_rng};
use protocol::{EnvironmentName, KeyScope, Moment};
use serde_json::{Value, json};

use testkit::{TestWorkspace, deployment};

fn value<'a>(report: &'a protocol::crypto::BundleReport, name: &str) -> &'a str {
    report
        .variables
        .iter()
        .find(|variable| variable.name == name)
        .unwrap()
        .value
        .expose()
}

#[tokio::test]
async fn a_token_lives_from_create_to_delete() {
    let site = TestWorkspace::start().await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("release", "production", key).await;
    let path = site.project(&format!("/deploy-tokens/{}", created.id));

    let early = site.deploy(&created.ci, &seed).await.unwrap();
    assert!(
        early.variables.is_empty() && early.total == 12,
        "not shared yet: nothing opens"
    );
    site.share("production").await;
    let report = site.deploy(&created.ci, &seed).await.unwrap();
    assert_eq!(
        (report.variables.len(), report.problems.len()),
        (12, 0),
        "{:?}",
        report.problems
    );
    assert_eq!(value(&report, "MAIL_FROM_NAME"), "Nørdwind – Größe & Öl ✓");
    assert!(value(&report, "WEBHOOK_SIGNING_KEY").lines().count() == 5);

    let (new_seed, new_key) = make_deploy_key(&mut system_rng());
    let (status, rotated) = site
        .post(
            &format!("{path}/rotate"),
            &json!({ "public_key": new_key.to_base64() }),
        )
        .await;
    assert_eq!(
        (status, rotated["data"]["id"].as_str()),
        (200, Some(created.id.as_str()))
    );
    let new_ci = rotated["meta"]["api_token"]["plain_text"].as_str().unwrap();
    assert_eq!(rotated["meta"]["secret"], new_ci);
    assert_eq!(
        rotated["data"]["attributes"]["token_suffix"],
        new_ci[new_ci.len() - 8..]
    );
    assert_eq!(
        site.deploy(&created.ci, &seed).await.unwrap_err().0,
        401,
        "the old CI token has ended"
    );
    site.share("production").await;
    assert_eq!(site.deploy(new_ci, &new_seed).await.unwrap().variables.len(), 12);
    assert!(
        site.deploy(new_ci, &seed).await.unwrap().variables.is_empty(),
        "the old seed opens nothing"
    );

    let (status, refused) = site.delete(&path).await;
    assert_eq!(status, 422, "active tokens are not deleted: {refused}");
    let (status, revoked) = site.post(&format!("{path}/revoke"), &json!({})).await;
    assert_eq!(
        (status, revoked["data"]["attributes"]["status"].as_str()),
        (200, Some("revoked"))
    );
    let (status, body) = site.deploy(new_ci, &new_seed).await.unwrap_err();
    assert_eq!(status, 401, "{body}");
    let (status, again) = site.post(&format!("{path}/revoke"), &json!({})).await;
    assert_eq!(
        (status, &again),
        (200, &revoked),
        "revoking again changes nothing"
    );
    let (status, refused) = site.post(&format!("{path}/rotate"), &json!({})).await;
    assert_eq!(
        (status, refused),
        (
            422,
            json!({ "message": "Deployment token has been revoked and cannot be rotated." })
        )
    );
    site.share("production").await;

    assert_eq!(
        site.delete(&path).await,
        (
            200,
            json!({ "meta": { "success": true, "deleted_id": created.id } })
        )
    );
    assert_eq!(site.delete(&path).await.0, 404);
    assert_eq!(site.deploy(new_ci, &new_seed).await.unwrap_err().0, 401);
    let (_, list) = site.get(&site.project("/deploy-tokens")).await;
    assert!(
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|token| token["id"] != created.id)
    );
}

#[tokio::test]
async fn each_fetch_is_in_the_activity() {
    let site = TestWorkspace::start().await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("release", "staging", key).await;
    let used = async || {
        let (_, activity) = site.get(&site.project("/activity?per_page=100")).await;
        let entries = activity["data"].as_array().unwrap().iter();
        let fetches = entries.filter(|it| it["event"] == "deploy" && it["causer"]["id"] == created.id);
        fetches.map(|it| it["occurred_at"].clone()).collect::<Vec<_>>()
    };
    assert!(used().await.is_empty());
    site.deploy(&created.ci, &seed).await.unwrap();
    let first = used().await;
    assert!(Moment::now().seconds_since(Moment::parse(first[0].as_str().unwrap()).unwrap()) < 5);
    site.deploy(&created.ci, &seed).await.unwrap();
    assert_eq!(used().await.len(), 2);
}

#[tokio::test]
async fn rotating_without_a_key_keeps_the_pair_and_replaces_the_ci_token() {
    let site = TestWorkspace::start().await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("release", "production", key).await;
    site.share("production").await;
    let path = site.project(&format!("/deploy-tokens/{}/rotate", created.id));
    let (status, body) = site.post(&path, &json!({ "expires_after": 7 })).await;
    assert_eq!(
        (status, &body["data"]["attributes"]["public_key"]),
        (200, &json!(key.to_base64()))
    );
    let token = &body["meta"]["api_token"];
    let ends = Moment::parse(token["expires_at"].as_str().unwrap()).unwrap();
    assert_eq!(ends.ahead(Moment::now()), "in 7 days");
    assert_eq!(site.deploy(&created.ci, &seed).await.unwrap_err().0, 401);
    let new = token["plain_text"].as_str().unwrap();
    assert_eq!(
        site.deploy(new, &seed).await.unwrap().variables.len(),
        12,
        "its entry in the envelope is good still"
    );
}

#[tokio::test]
async fn a_runner_gets_its_own_share_with_the_ephemeral_key_lifted() {
    let site = TestWorkspace::start().await;
    let (_, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("release", "production", key).await;
    site.share("production").await;
    let (_, body) = site
        .send(reqwest::Method::GET, "/ci/deploy", Some(&created.ci), None)
        .await;
    let envelope = &body["environment_key"]["data"]["relationships"]["envelope"]["data"]["attributes"];
    let recipients = envelope["recipients"].as_array().unwrap();
    assert_eq!(recipients.len(), 1);
    assert_eq!(
        (&recipients[0]["type"], &recipients[0]["id"]),
        (&json!("deployment"), &json!(created.id))
    );
    let inner =
        protocol::crypto::envelope::EncryptedEnvelope::from_edek(recipients[0]["edek_b64"].as_str().unwrap());
    assert_eq!(
        envelope["from_ephemeral_public_key"],
        inner.unwrap().from_ephemeral_public_key
    );
    assert_eq!(body["secrets"][0]["version"], 1);
    assert!(body["secrets"][0]["meta"].is_object(), "both flags are on");
    let only = "/ci/deploy?include_meta=0&include_versions=0&only%5B%5D=APP_ENV&only%5B%5D=APP_URL";
    let (_, body) = site
        .send(reqwest::Method::GET, only, Some(&created.ci), None)
        .await;
    let names: Vec<_> = body["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| &secret["name"])
        .collect();
    assert_eq!(names, ["APP_ENV", "APP_URL"]);
    assert!(body["secrets"][0].get("version").is_none() && body["secrets"][0].get("meta").is_none());
}

/// `recipient` (docs/protocol.md 7.2): token and share in one step; what is in it is not looked at.
#[tokio::test]
async fn a_token_can_be_made_with_its_share() {
    let site = TestWorkspace::start().await;
    let environment_key = site.open_key("production").await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let local = site.local();
    let fingerprint = protocol::crypto::key_fingerprint(&environment_key);
    let scope = KeyScope {
        project: local.project_id.clone(),
        environment: EnvironmentName::new("production"),
        fingerprint,
    };
    let sealed = seal_environment_key(
        &environment_key,
        &scope,
        &[deployment("", key)],
        &local.identity,
        Moment::now(),
        &mut system_rng(),
    )
    .unwrap();
    let path = site.project("/deploy-tokens");
    let body = |environment: &str, key: &str, edek: &str| {
        json!({
            "name": "atomic", "environment_id": environment, "public_key": key,
            "recipient": { "edek_b64": edek },
        })
    };
    let production = site.environment_id("production").await;
    let (status, refused) = site.post(&path, &body(&production, &key.to_base64(), "%")).await;
    assert_eq!(status, 422, "{refused}");
    assert!(
        refused["error"]["fields"]["recipient.edek_b64"].is_array(),
        "{refused}"
    );
    let edek = &sealed.recipients[0].edek_b64;
    let (status, made) = site.post(&path, &body(&production, &key.to_base64(), edek)).await;
    assert_eq!(status, 201, "{made}");
    let ci = made["meta"]["secret"].as_str().unwrap();
    let own = async |ci: &str| {
        let (_, bundle) = site
            .send(reqwest::Method::GET, "/ci/deploy", Some(ci), None)
            .await;
        bundle["environment_key"]["data"]["relationships"]["envelope"]["data"]["attributes"]["recipients"]
            .clone()
    };
    assert_eq!(own(ci).await[0]["id"], made["data"]["id"]);
    assert_eq!(own(ci).await[0]["edek_b64"], edek.as_str());

    // Of no publication at all, in an environment without a key: it is dropped without a word.
    site.post(
        &site.project("/environments"),
        &json!({ "name": "qa", "type": "testing" }),
    )
    .await;
    let (qa, (_, key)) = (
        site.environment_id("qa").await,
        make_deploy_key(&mut system_rng()),
    );
    let (status, made) = site.post(&path, &body(&qa, &key.to_base64(), "AAAA")).await;
    assert_eq!(status, 201, "{made}");
    let ci = made["meta"]["secret"].as_str().unwrap();
    let (status, bundle) = site
        .send(reqwest::Method::GET, "/ci/deploy", Some(ci), None)
        .await;
    assert_eq!((status, &bundle["environment_key"]), (200, &Value::Null));
    drop(seed);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_token_is_said_by_field() {
    let site = TestWorkspace::start().await;
    let environment = site.environment_id("production").await;
    let (_, key) = make_deploy_key(&mut system_rng());
    let key = key.to_base64();
    let long = "x".repeat(256);
    for (field, body) in [
        (
            "name",
            json!({ "name": " ", "environment_id": environment, "public_key": key }),
        ),
        (
            "name",
            json!({ "name": long, "environment_id": environment, "public_key": key }),
        ),
        (
            "environment_id",
            json!({ "name": "a", "environment_id": "nowhere", "public_key": key }),
        ),
        (
            "public_key",
            json!({ "name": "a", "environment_id": environment, "public_key": "A".repeat(43) }),
        ),
        (
            "expires_after",
            json!({ "name": "a", "environment_id": environment, "public_key": key, "expires_after": 6 }),
        ),
        (
            "expires_after",
            json!({ "name": "a", "environment_id": environment, "public_key": key, "expires_after": 366 }),
        ),
    ] {
        let (status, answer) = site.post(&site.project("/deploy-tokens"), &body).await;
        assert_eq!(status, 422, "{answer}");
        assert!(
            answer["error"]["fields"][field][0].is_string() && answer["error"]["code"] == "GHO-VAL-0001",
            "{field}: {answer}"
        );
    }
    assert_eq!(
        site.post(&site.project("/deploy-tokens"), &json!({ "name": 7 }))
            .await
            .0,
        422
    );
    assert_eq!(
        site.post_text(&site.project("/deploy-tokens"), "{".to_owned())
            .await
            .0,
        400
    );
}
