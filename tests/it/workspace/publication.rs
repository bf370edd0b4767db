//! Published keys: signatures, recipients, fingerprints, versions.

use protocol::DeviceId;
use protocol::Recipient;
use protocol::crypto::{DeviceIdentity, make_deploy_key, make_environment_key, sign_body, system_rng};
use serde_json::{Value, json};

use testkit::{TestWorkspace, deployment, device};

/// A refusal, and the field it is about.
async fn refused(site: &TestWorkspace, path: &str, body: String, status: u16, field: &str) {
    let (answered, answer) = site.post_text(path, body).await;
    assert_eq!(answered, status, "{field}: {answer}");
    if status == 422 {
        assert!(answer["errors"][field][0].is_string(), "{field}: {answer}");
    }
}

fn signed_by(site: &TestWorkspace) -> (&DeviceId, &DeviceIdentity) {
    (&site.local().device_id, &site.local().identity)
}

#[tokio::test]
async fn signatures_are_checked() {
    let site = TestWorkspace::start().await;
    let path = site.environment("production", "/key/envelopes");
    let key = site.open_key("production").await;
    let recipients = site.recipients("production").await;
    let good = site.share_body("production", &key, &recipients, signed_by(&site), &[]);
    let stranger = DeviceIdentity::make(&mut system_rng());

    let unsigned = good.split(",\"client_sig\"").next().unwrap().to_owned() + "}";
    refused(&site, &path, unsigned.clone(), 422, "client_sig").await;
    let value: Value = serde_json::from_str(&unsigned).unwrap();
    refused(
        &site,
        &path,
        sign_body(&stranger, &value).unwrap(),
        422,
        "client_sig",
    )
    .await;
    let altered = good.replacen("\"device\"", "\"deployment\"", 1);
    refused(&site, &path, altered, 422, "client_sig").await;
    let garbled = good.replace("\"client_sig\":\"", "\"client_sig\":\"AAAA");
    refused(&site, &path, garbled, 422, "client_sig").await;
    let added = good.replace(",\"client_sig\"", ",\"request_ids\":[],\"client_sig\"");
    refused(&site, &path, added, 422, "client_sig").await;
    // The body is the device's, but the envelopes in it are sealed by another.
    let foreign = site.share_body(
        "production",
        &key,
        &recipients,
        (signed_by(&site).0, &stranger),
        &[],
    );
    let mut foreign: Value = serde_json::from_str(&foreign).unwrap();
    foreign.as_object_mut().unwrap().remove("client_sig");
    let foreign = sign_body(&site.local().identity, &foreign).unwrap();
    refused(&site, &path, foreign, 422, "envelope.recipients.0.edek_b64").await;

    let (status, answer) = site.post_text(&path, good).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn the_signer_is_an_own_active_device() {
    let site = TestWorkspace::start().await;
    let path = site.environment("production", "/key/envelopes");
    let key = site.open_key("production").await;
    let recipients = site.recipients("production").await;
    let (second, identity) = site.register_device("second").await;
    site.delete(&format!("/devices/{second}")).await;
    let (_, listed) = site.get(&site.environment("production", "/devices")).await;
    let colleague = DeviceId::new(listed["data"][1]["id"].as_str().unwrap());
    for device in [&second, &colleague, &DeviceId::new("nobody")] {
        let body = site.share_body("production", &key, &recipients, (device, &identity), &[]);
        refused(&site, &path, body, 403, "").await;
    }
}

#[tokio::test]
async fn recipients_are_known_active_and_of_this_environment() {
    let site = TestWorkspace::start().await;
    let path = site.environment("production", "/key/envelopes");
    let key = site.open_key("production").await;
    let own = device(
        site.local().device_id.as_str(),
        site.local().identity.encryption_public(),
    );
    let token = async |environment: &str| {
        let (_, public) = make_deploy_key(&mut system_rng());
        (site.create_token("t", environment, public).await.id, public)
    };
    let (staging, staging_key) = token("staging").await;
    let (revoked, revoked_key) = token("production").await;
    site.post(
        &site.project(&format!("/deploy-tokens/{revoked}/revoke")),
        &json!({}),
    )
    .await;
    let (good, good_key) = token("production").await;
    let (_, other_key) = make_deploy_key(&mut system_rng());
    let (gone, gone_identity) = site.register_device("gone").await;
    site.delete(&format!("/devices/{gone}")).await;

    let wrong: Vec<(&str, Recipient)> = vec![
        ("id", deployment("dpl_tok_unknown", good_key)),
        ("id", deployment(&staging, staging_key)),
        ("id", deployment(&revoked, revoked_key)),
        ("id", device("unknown", good_key)),
        ("id", device(gone.as_str(), gone_identity.encryption_public())),
        ("id", device(&good, good_key)),
        ("edek_b64", deployment(&good, other_key)),
        ("id", own.clone()),
    ];
    for (part, recipient) in wrong {
        let body = site.share_body(
            "production",
            &key,
            &[own.clone(), recipient],
            signed_by(&site),
            &[],
        );
        refused(&site, &path, body, 422, &format!("envelope.recipients.1.{part}")).await;
    }
    let body = site.share_body(
        "production",
        &key,
        &[own.clone(), deployment(&good, good_key)],
        signed_by(&site),
        &[],
    );
    assert_eq!(site.post_text(&path, body.clone()).await.0, 200);
    // The same envelopes, published for another environment.
    refused(
        &site,
        &site.environment("staging", "/key/envelopes"),
        body,
        422,
        "fingerprint",
    )
    .await;
}

#[tokio::test]
async fn a_key_is_published_once_and_counted_up() {
    let site = TestWorkspace::start().await;
    let (status, _) = site
        .post(
            &site.project("/environments"),
            &json!({ "name": "qa", "type": "testing", "base_id": null }),
        )
        .await;
    assert_eq!(status, 201);
    let device_id = &site.local().device_id;
    let show = site.environment("qa", &format!("/key?device_id={device_id}"));
    assert_eq!(site.get(&show).await.0, 404, "no key yet");
    let path = site.environment("qa", "/key");
    let key = make_environment_key(&mut system_rng());
    let recipients = site.recipients("qa").await;
    refused(
        &site,
        &path,
        site.create_body("qa", &key, 0, &recipients),
        422,
        "version",
    )
    .await;
    let (status, answer) = site
        .post_text(&path, site.create_body("qa", &key, 1, &recipients))
        .await;
    assert_eq!(
        (status, &answer["data"]["attributes"]["version"]),
        (201, &json!(1)),
        "{answer}"
    );
    assert!(site.open_key("qa").await.ct_eq(&key));

    refused(
        &site,
        &path,
        site.create_body("qa", &key, 2, &recipients),
        409,
        "",
    )
    .await;
    let next = make_environment_key(&mut system_rng());
    refused(
        &site,
        &path,
        site.create_body("qa", &next, 1, &recipients),
        409,
        "",
    )
    .await;
    refused(
        &site,
        &path,
        site.create_body("qa", &next, 3, &recipients),
        409,
        "",
    )
    .await;
    let share = site.share_body("qa", &next, &recipients, signed_by(&site), &[]);
    refused(
        &site,
        &site.environment("qa", "/key/envelopes"),
        share,
        422,
        "fingerprint",
    )
    .await;
    assert_eq!(
        site.post_text(&path, site.create_body("qa", &next, 2, &recipients))
            .await
            .0,
        201
    );
    assert!(site.open_key("qa").await.ct_eq(&next));
}

#[tokio::test]
async fn a_publication_replaces_the_whole_envelope() {
    let site = TestWorkspace::start().await;
    let (seed, public) = make_deploy_key(&mut system_rng());
    let created = site.create_token("left out", "production", public).await;
    site.share("production").await;
    assert_eq!(site.deploy(&created.ci, &seed).await.unwrap().variables.len(), 12);
    let key = site.open_key("production").await;
    let own = device(
        site.local().device_id.as_str(),
        site.local().identity.encryption_public(),
    );
    let body = site.share_body("production", &key, &[own], signed_by(&site), &[]);
    assert_eq!(
        site.post_text(&site.environment("production", "/key/envelopes"), body)
            .await
            .0,
        200
    );
    assert!(
        site.deploy(&created.ci, &seed)
            .await
            .unwrap()
            .variables
            .is_empty()
    );
    let (_, bundle) = site
        .send(reqwest::Method::GET, "/ci/deploy", Some(&created.ci), None)
        .await;
    let envelope = &bundle["environment_key"]["data"]["relationships"]["envelope"];
    assert!(envelope["data"].is_null(), "nothing is left of it");
    assert!(site.open_key("production").await.ct_eq(&key));
}

#[tokio::test]
async fn an_envelope_has_its_form() {
    let site = TestWorkspace::start().await;
    let path = site.environment("production", "/key/envelopes");
    let key = site.open_key("production").await;
    let recipients = site.recipients("production").await;
    let good = site.share_body("production", &key, &recipients, signed_by(&site), &[]);
    let good: Value = serde_json::from_str(&good).unwrap();
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove("client_sig");
        body["envelope"][field] = value;
        sign_body(&site.local().identity, &body).unwrap()
    };
    for (field, value) in [
        ("ciphertext_b64", json!("AAAA")),
        ("nonce_b64", json!("AAAA")),
        ("alg", json!("aes-256-gcm")),
        ("recipients", json!([])),
    ] {
        refused(
            &site,
            &path,
            with(field, value),
            422,
            &format!("envelope.{field}"),
        )
        .await;
    }
    let (status, _) = site.post_text(&path, with("recipients", json!("none"))).await;
    assert_eq!(status, 422);
}
