//! The life of a deploy token, as its owner and its runner see it.

use protocol::crypto::{make_deploy_key, make_environment_key, seal_environment_key, system_rng};
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
        new_ci[new_ci.len() - 4..]
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
    assert_eq!(status, 409, "active tokens are not deleted: {refused}");
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
    let (status, _) = site
        .post(
            &format!("{path}/rotate"),
            &json!({ "public_key": key.to_base64() }),
        )
        .await;
    assert_eq!(status, 409, "a revoked token is not rotated");
    site.share("production").await;

    assert_eq!(site.delete(&path).await.0, 200);
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
async fn fetching_moves_last_used() {
    let site = TestWorkspace::start().await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("release", "staging", key).await;
    let used = async || {
        let (_, list) = site.get(&site.project("/deploy-tokens")).await;
        let tokens = list["data"].as_array().unwrap();
        tokens.iter().find(|token| token["id"] == created.id).unwrap()["attributes"]["last_used_at"].clone()
    };
    assert_eq!(used().await, Value::Null);
    site.deploy(&created.ci, &seed).await.unwrap();
    let first = used().await;
    assert!(Moment::now().seconds_since(Moment::parse(first.as_str().unwrap()).unwrap()) < 5);
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    site.deploy(&created.ci, &seed).await.unwrap();
    assert!(used().await.as_str() > first.as_str());
}

#[tokio::test]
async fn rotating_may_replace_the_public_key_only() {
    let site = TestWorkspace::start_with(|options| options.rotate_keeps_ci_token = true).await;
    let (_, key) = make_deploy_key(&mut system_rng());
    let created = site.create_token("release", "production", key).await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let path = site.project(&format!("/deploy-tokens/{}/rotate", created.id));
    let (status, body) = site.post(&path, &json!({ "public_key": key.to_base64() })).await;
    assert_eq!((status, body.get("meta")), (200, None));
    assert_eq!(body["data"]["attributes"]["public_key"], key.to_base64());
    site.share("production").await;
    assert_eq!(
        site.deploy(&created.ci, &seed).await.unwrap().variables.len(),
        12,
        "the CI token is the same"
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
    assert!(body["secrets"][0].get("version").is_none() && body["secrets"][0].get("meta").is_none());
    let only = "/ci/deploy?include_versions=1&only%5B%5D=APP_ENV&only%5B%5D=APP_URL";
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
    assert_eq!(body["secrets"][0]["version"], 1);
}

/// `recipient` (docs/protocol.md 7.2): token and share in one step, or neither.
#[tokio::test]
async fn a_token_can_be_made_with_its_share() {
    let site = TestWorkspace::start().await;
    let environment_key = site.open_key("production").await;
    let (seed, key) = make_deploy_key(&mut system_rng());
    let local = site.local();
    // A share of another publication: addressed rightly, but its DEK is not the stored one's.
    let scope = |environment: &str, fingerprint| KeyScope {
        project: site.local().project_id.clone(),
        environment: EnvironmentName::new(environment),
        fingerprint,
    };
    let share = |environment: &str, secret: &protocol::secret::EnvironmentKey| {
        let fingerprint = protocol::crypto::key_fingerprint(secret);
        let recipients = [deployment("", key)];
        let scope = scope(environment, fingerprint);
        let sealed = seal_environment_key(
            secret,
            &scope,
            &recipients,
            &local.identity,
            Moment::now(),
            &mut system_rng(),
        );
        sealed.unwrap().recipients[0].edek_b64.clone()
    };
    let environment_id = site.environment_id("production").await;
    let body = |edek: &str| {
        json!({
            "name": "atomic", "environment_id": environment_id, "public_key": key.to_base64(),
            "recipient": { "edek_b64": edek },
        })
    };
    let path = site.project("/deploy-tokens");
    let count = async || site.get(&path).await.1["data"].as_array().unwrap().len();
    let before = count().await;
    let other = make_environment_key(&mut system_rng());
    for bad in [
        "",
        "AAAA",
        &share("staging", &environment_key),
        &share("production", &other),
    ] {
        assert_eq!(site.post(&path, &body(bad)).await.0, 422);
    }
    assert_eq!(count().await, before, "a refused share leaves no token behind");
    let (status, made) = site
        .post(&path, &body(&share("production", &environment_key)))
        .await;
    assert_eq!(status, 201, "{made}");
    let ci = made["meta"]["secret"].as_str().unwrap();
    let (_, bundle) = site
        .send(reqwest::Method::GET, "/ci/deploy", Some(ci), None)
        .await;
    let envelope = &bundle["environment_key"]["data"]["relationships"]["envelope"]["data"]["attributes"];
    assert_eq!(envelope["recipients"][0]["id"], made["data"]["id"]);
    drop(seed);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_token_is_said_by_field() {
    let site = TestWorkspace::start().await;
    let environment = site.environment_id("production").await;
    let (_, key) = make_deploy_key(&mut system_rng());
    let key = key.to_base64();
    let long = "x".repeat(121);
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
            json!({ "name": "a", "environment_id": environment, "public_key": "AAAA" }),
        ),
        (
            "public_key",
            json!({ "name": "a", "environment_id": environment, "public_key": "A".repeat(43) }),
        ),
    ] {
        let (status, answer) = site.post(&site.project("/deploy-tokens"), &body).await;
        assert_eq!(status, 422, "{answer}");
        assert!(
            answer["errors"][field][0].is_string() && answer["message"].is_string(),
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
