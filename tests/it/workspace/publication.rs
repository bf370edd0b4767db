//! Published keys: signatures, recipients, fingerprints, versions.

use protocol::DeviceId;
use protocol::Recipient;
use protocol::crypto::{DeviceIdentity, make_deploy_key, make_environment_key, sign_body, system_rng};
use protocol::secret::EnvironmentKey;
use serde_json::{Value, json};

use testkit::{TestWorkspace, deployment, device};

/// A refusal, and the field it is about.
async fn refused(site: &TestWorkspace, path: &str, body: String, status: u16, field: &str) {
    let (answered, answer) = site.post_text(path, body).await;
    assert_eq!(answered, status, "{field}: {answer}");
    if status == 422 {
        assert!(
            answer["error"]["fields"][field][0].is_string(),
            "{field}: {answer}"
        );
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
    let added = good.replace(
        ",\"client_sig\"",
        ",\"request_ids\":[\"00000000-0000-4000-8000-000000000000\"],\"client_sig\"",
    );
    refused(&site, &path, added, 422, "client_sig").await;
    // Written with white space, and signed as a client writes it: the server writes it anew.
    let spaced = good.replacen("{\"device_id\":", "{ \"device_id\" : ", 1);
    let (status, answer) = site.post_text(&path, spaced).await;
    assert_eq!(status, 200, "{answer}");
    let (status, answer) = site.post_text(&path, good).await;
    assert_eq!(status, 200, "{answer}");
}

/// What the hosted service does not look at.
#[tokio::test]
async fn envelopes_are_checked_where_that_is_asked_for() {
    let site = TestWorkspace::start_with(|options| options.strict = true).await;
    let path = site.environment("production", "/key/envelopes");
    let key = site.open_key("production").await;
    let recipients = site.recipients("production").await;
    let stranger = DeviceIdentity::make(&mut system_rng());
    let good = site.share_body("production", &key, &recipients, signed_by(&site), &[]);
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
async fn the_signer_is_an_own_active_device_that_has_the_key() {
    let site = TestWorkspace::start().await;
    let path = site.environment("production", "/key/envelopes");
    let key = site.open_key("production").await;
    let recipients = site.recipients("production").await;
    let (second, identity) = site.register_device("second").await;
    let (gone, _) = site.register_device("gone").await;
    site.delete(&format!("/devices/{gone}")).await;
    let (_, listed) = site.get(&site.environment("production", "/devices")).await;
    let colleague = DeviceId::new(listed["data"][1]["id"].as_str().unwrap());
    let unknown = DeviceId::new("00000000-0000-4000-8000-000000000000");
    for (device, status) in [
        (&second, 422),
        (&gone, 422),
        (&unknown, 422),
        (&colleague, 403),
        (&DeviceId::new("no UUID"), 422),
    ] {
        let body = site.share_body("production", &key, &recipients, (device, &identity), &[]);
        refused(&site, &path, body, status, "device_id").await;
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
    let (gone, gone_identity) = site.register_device("gone").await;
    site.delete(&format!("/devices/{gone}")).await;

    let wrong: Vec<(&str, Recipient)> = vec![
        ("id", deployment("00000000-0000-4000-8000-000000000000", good_key)),
        ("id", deployment(&staging, staging_key)),
        ("id", deployment(&revoked, revoked_key)),
        ("id", device(gone.as_str(), gone_identity.encryption_public())),
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
    for unknown in ["00000000-0000-4000-8000-000000000000", good.as_str()] {
        let everybody = [own.clone(), device(unknown, good_key)];
        let body = site.share_body("production", &key, &everybody, signed_by(&site), &[]);
        refused(&site, &path, body, 404, "").await;
    }
    // Sealed for another key, and named twice: nobody looks.
    let (_, other_key) = make_deploy_key(&mut system_rng());
    let odd = [own.clone(), deployment(&good, other_key), own.clone()];
    let body = site.share_body("production", &key, &odd, signed_by(&site), &[]);
    let (status, answer) = site.post_text(&path, body).await;
    assert_eq!(status, 200, "{answer}");
    let envelope = &answer["data"]["relationships"]["envelope"]["data"]["attributes"];
    assert_eq!(envelope["recipients"].as_array().unwrap().len(), 3);
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
async fn a_further_key_is_taken_at_any_time() {
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
    assert_eq!(
        site.get(&show).await,
        (200, json!({ "data": null })),
        "no key yet"
    );
    let path = site.environment("qa", "/key");
    let recipients = site.recipients("qa").await;
    let (first, second, third) = (
        make_environment_key(&mut system_rng()),
        make_environment_key(&mut system_rng()),
        make_environment_key(&mut system_rng()),
    );
    let zero = site.create_body("qa", &first, 0, &recipients);
    refused(&site, &path, zero, 422, "version").await;
    let create = async |key: &EnvironmentKey, version: u64| {
        let body = site.create_body("qa", key, version, &recipients);
        let (status, answer) = site.post_text(&path, body).await;
        (status, answer["data"]["attributes"]["version"].clone())
    };
    assert_eq!(create(&first, 1).await, (201, json!(1)));
    assert!(site.open_key("qa").await.ct_eq(&first));
    assert_eq!(create(&first, 2).await.0, 500, "a fingerprint that is known");
    assert_eq!(
        create(&second, 1).await,
        (201, json!(1)),
        "the same version again"
    );
    assert_eq!(create(&third, 7).await, (201, json!(7)), "and any higher one");
    assert!(site.open_key("qa").await.ct_eq(&third));
    // An older key can be shared by its fingerprint; one that was never published cannot.
    let share = site.environment("qa", "/key/envelopes");
    let older = site.share_body("qa", &first, &recipients, signed_by(&site), &[]);
    assert_eq!(site.post_text(&share, older).await.0, 200);
    let unknown = make_environment_key(&mut system_rng());
    let unknown = site.share_body("qa", &unknown, &recipients, signed_by(&site), &[]);
    refused(&site, &share, unknown, 422, "fingerprint").await;
}

/// A signed body of a further key, with other members than a client of ours writes.
fn further_key(site: &TestWorkspace, recipients: &[Recipient], change: impl FnOnce(&mut Value)) -> String {
    let key = make_environment_key(&mut system_rng());
    let body = site.create_body("production", &key, 2, recipients);
    let mut body: Value = serde_json::from_str(&body).unwrap();
    body.as_object_mut().unwrap().remove("client_sig");
    change(&mut body);
    sign_body(&site.local().identity, &body).unwrap()
}

/// One recipient that does not fit leaves a key without an envelope, which is the environment's newest (docs/protocol.md
/// G22).
#[tokio::test]
async fn a_refused_recipient_leaves_a_key_without_an_envelope() {
    let site = TestWorkspace::start().await;
    let (seed, public) = make_deploy_key(&mut system_rng());
    let runner = site.create_token("runner", "production", public).await;
    site.share("production").await;
    let (gone, identity) = site.register_device("gone").await;
    site.delete(&format!("/devices/{gone}")).await;
    let mut everybody = site.recipients("production").await;
    everybody.push(device(gone.as_str(), identity.encryption_public()));
    let place = everybody.len() - 1;
    let path = site.environment("production", "/key");
    let body = further_key(&site, &everybody, |_| {});
    refused(
        &site,
        &path,
        body,
        422,
        &format!("envelope.recipients.{place}.id"),
    )
    .await;

    let own = format!("/key?device_id={}", site.local().device_id);
    let (status, shown) = site.get(&site.environment("production", &own)).await;
    assert_eq!(
        (status, &shown["data"]["attributes"]["version"]),
        (200, &json!(2))
    );
    assert_eq!(
        shown["data"]["relationships"]["envelope"],
        json!({ "data": null })
    );
    let (_, bundle) = site
        .send(reqwest::Method::GET, "/ci/deploy", Some(&runner.ci), None)
        .await;
    assert_eq!(bundle["environment_key"], Value::Null);
    assert!(site.deploy(&runner.ci, &seed).await.unwrap().variables.is_empty());

    // Another key is the way out.
    everybody.pop();
    let (status, answer) = site
        .post_text(&path, further_key(&site, &everybody, |_| {}))
        .await;
    assert_eq!(status, 201, "{answer}");
    let (_, shown) = site.get(&site.environment("production", &own)).await;
    assert!(shown["data"]["relationships"]["envelope"]["data"].is_object());
}

/// `rotated_at` hides a key from runners, and from them alone (docs/protocol.md G23).
#[tokio::test]
async fn a_key_with_rotated_at_is_not_given_to_runners() {
    let site = TestWorkspace::start().await;
    let (seed, public) = make_deploy_key(&mut system_rng());
    let runner = site.create_token("runner", "production", public).await;
    site.share("production").await;
    let everybody = site.recipients("production").await;
    let body = further_key(&site, &everybody, |body| {
        let members = body.as_object_mut().unwrap();
        let envelope = members.remove("envelope").unwrap();
        members.insert("rotated_at".to_owned(), json!("2026-02-03T04:05:06.007Z"));
        members.insert("envelope".to_owned(), envelope);
    });
    let (status, answer) = site
        .post_text(&site.environment("production", "/key"), body)
        .await;
    assert_eq!(status, 201, "{answer}");
    let (_, shown) = site.get(&site.environment("production", "/key")).await;
    assert_eq!(shown["data"]["attributes"]["version"], 2);
    let report = site.deploy(&runner.ci, &seed).await.unwrap();
    assert_eq!(report.variables.len(), 12, "under the older key");
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
    let envelope = &bundle["environment_key"]["data"]["relationships"]["envelope"]["data"]["attributes"];
    assert!(envelope["recipients"].is_null(), "it has no entry in it");
    let (_, shown) = site.get(&site.environment("production", "/key")).await;
    let first = &shown["data"]["relationships"]["envelope"]["data"]["attributes"];
    assert_eq!(
        envelope["from_ephemeral_public_key"], first["from_ephemeral_public_key"],
        "somebody else's"
    );
    assert!(site.open_key("production").await.ct_eq(&key));
}

#[tokio::test]
async fn an_envelope_has_its_form_where_that_is_asked_for() {
    let site = TestWorkspace::start_with(|options| options.strict = true).await;
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
