//! Uploaded variables: signatures, place, versions, pruning.

use protocol::crypto::{DeviceIdentity, sign_body, sign_variable, system_rng};
use protocol::secret::EnvironmentKey;
use serde_json::{Value, json};

use testkit::TestWorkspace;

fn upload(
    site: &TestWorkspace,
    key: &EnvironmentKey,
    name: &str,
    value: &str,
    if_version: Option<u64>,
) -> Value {
    serde_json::to_value(site.upload("production", key, name, value, if_version)).unwrap()
}

async fn names(site: &TestWorkspace) -> Vec<(String, i64)> {
    let (_, body) = site
        .get(&site.environment("production", "/keys?include_versions=1"))
        .await;
    let data = body["data"].as_array().unwrap();
    assert_eq!(body["count"], data.len());
    let row = |row: &Value| {
        (
            row["name"].as_str().unwrap().to_owned(),
            row["version"].as_i64().unwrap(),
        )
    };
    data.iter().map(row).collect()
}

#[tokio::test]
async fn a_variable_is_stored_and_read_back() {
    let site = TestWorkspace::start().await;
    let key = site.open_key("production").await;
    let path = site.environment("production", "/push");
    let body = site.push_body(&[
        upload(&site, &key, "NEW", "später", None),
        upload(&site, &key, "APP_ENV", "x", Some(1)),
    ]);
    let (status, answer) = site.post(&path, &body).await;
    assert_eq!(
        (status, answer),
        (200, json!({ "data": { "added": 1, "updated": 1, "removed": 0 } }))
    );
    // What has not changed is left alone, whatever it is sealed as.
    let again = site.push_body(&[upload(&site, &key, "NEW", "später", None)]);
    let (_, answer) = site.post(&path, &again).await;
    assert_eq!(
        answer,
        json!({ "data": { "added": 0, "updated": 0, "removed": 0 } })
    );
    let names = names(&site).await;
    assert!(names.contains(&("NEW".to_owned(), 1)) && names.contains(&("APP_ENV".to_owned(), 2)));
    let pull = format!(
        "/pull?include_versions=1&include_meta=1&device_id={}",
        site.local().device_id
    );
    let (_, bundle) = site.get(&site.environment("production", &pull)).await;
    let bundle = protocol::wire::bundle::parse_bundle(&bundle.to_string()).unwrap();
    assert!(bundle.key.is_some(), "with everybody that it is sealed for");
    let opened = protocol::crypto::open_variables(&bundle.variables, &key);
    let place = bundle
        .variables
        .iter()
        .position(|variable| variable.name == "NEW")
        .unwrap();
    assert_eq!(opened[place].as_ref().unwrap().expose(), "später");
    let (_, history) = site
        .get(&site.environment("production", "/variables/APP_ENV/history"))
        .await;
    assert_eq!(history["data"]["variable"]["latest_version"], 2);
    assert_eq!(history["data"]["entries"].as_array().unwrap().len(), 2);
    let (_, history) = site.get(&site.environment("production", "/history")).await;
    assert_eq!(history["data"]["summary"]["variables_changed_last_24h"], 2);
    let (_, history) = site.get(&site.project("/history")).await;
    assert_eq!(
        history["data"]["entries"][0]["scope"]["environment"]["name"],
        "production"
    );
    assert_eq!(
        history["data"]["entries"][0]["kek"],
        json!({ "version": 1, "fingerprint": null })
    );
    assert_eq!(site.get(&site.project("/audit")).await.0, 404);
}

#[tokio::test]
async fn every_signature_is_checked() {
    let site = TestWorkspace::start().await;
    let key = site.open_key("production").await;
    let path = site.environment("production", "/push");
    let good = upload(&site, &key, "NEW", "value", None);
    let stranger = DeviceIdentity::make(&mut system_rng());
    let by_stranger = sign_variable(&stranger, site.upload("production", &key, "NEW", "value", None));
    let mut unsigned = good.clone();
    unsigned.as_object_mut().unwrap().remove("client_sig");
    let mut altered = good.clone();
    altered["is_commented"] = json!(true);
    // The note's own signature is a stranger's, the variable's is right.
    let note = json!({ "ciphertext": "b64:AA==", "nonce": "b64:AA==", "alg": "x", "aad": {}, "claims": {} });
    let mut noted = site.upload("production", &key, "NEW", "value", None);
    noted.change_note = Some(serde_json::from_str(&sign_body(&stranger, &note).unwrap()).unwrap());
    let noted = sign_variable(&site.local().identity, noted);
    for bad in [json!(by_stranger), unsigned, altered, json!(noted)] {
        let (status, answer) = site.post(&path, &site.push_body(&[good.clone(), bad])).await;
        assert_eq!(status, 422, "{answer}");
        assert!(answer["errors"]["secrets.1.client_sig"].is_array(), "{answer}");
    }
    assert!(
        names(&site).await.iter().all(|(name, _)| name != "NEW"),
        "all or nothing"
    );
    let mut noted = site.upload("production", &key, "NEW", "value", None);
    noted.change_note =
        Some(serde_json::from_str(&sign_body(&site.local().identity, &note).unwrap()).unwrap());
    let noted = sign_variable(&site.local().identity, noted);
    assert_eq!(site.post(&path, &site.push_body(&[json!(noted)])).await.0, 200);
    let (_, history) = site
        .get(&site.environment("production", "/variables/NEW/history"))
        .await;
    assert_eq!(
        history["data"]["entries"][0]["change_note"]["body"]["ciphertext"],
        "b64:AA=="
    );
}

#[tokio::test]
async fn a_variable_is_for_this_place_where_that_is_asked_for() {
    let site = TestWorkspace::start_with(|options| options.strict = true).await;
    let key = site.open_key("production").await;
    let staging = site.open_key("staging").await;
    let path = site.environment("production", "/push");
    let changed = |change: &dyn Fn(&mut protocol::variable::VariableUpload)| {
        let mut upload = site.upload("production", &key, "NEW", "value", None);
        change(&mut upload);
        json!(sign_variable(&site.local().identity, upload))
    };
    for (field, bad) in [
        (
            "aad",
            json!(site.upload("staging", &staging, "NEW", "value", None)),
        ),
        ("aad", changed(&|upload| upload.aad.project = "other".to_owned())),
        ("aad", changed(&|upload| upload.aad.name = "OTHER".to_owned())),
        ("aad", changed(&|upload| upload.aad.org = String::new())),
        ("name", changed(&|upload| upload.name = "A=B".to_owned())),
        ("alg", changed(&|upload| upload.alg = "none".to_owned())),
        ("nonce", changed(&|upload| upload.nonce = "b64:AAAA".to_owned())),
        (
            "ciphertext",
            changed(&|upload| upload.ciphertext = upload.ciphertext.replace("b64:", "")),
        ),
        (
            "claims.hmac",
            changed(&|upload| upload.claims.hmac = String::new()),
        ),
        (
            "env_kek_version",
            changed(&|upload| upload.env_kek_version = Some(2)),
        ),
        (
            "env_kek_fingerprint",
            json!(site.upload("production", &staging, "NEW", "value", None)),
        ),
    ] {
        let (status, answer) = site.post(&path, &site.push_body(&[bad])).await;
        assert_eq!(status, 422, "{answer}");
        assert!(
            answer["errors"][format!("secrets.0.{field}")].is_array(),
            "{field}: {answer}"
        );
    }
    // Readers take the organisation from the stored text (docs/protocol.md G18).
    let other = changed(&|upload| upload.aad.org = "session's".to_owned());
    assert_eq!(site.post(&path, &site.push_body(&[other])).await.0, 200);
}

#[tokio::test]
async fn conflicts_are_listed_and_can_be_overruled() {
    let site = TestWorkspace::start().await;
    let key = site.open_key("production").await;
    let path = site.environment("production", "/push");
    let secrets = [
        upload(&site, &key, "APP_ENV", "a", Some(1)),
        upload(&site, &key, "APP_URL", "b", Some(7)),
        upload(&site, &key, "ABSENT", "c", Some(1)),
        upload(&site, &key, "FRESH", "d", Some(0)),
    ];
    let (status, answer) = site.post(&path, &site.push_body(&secrets)).await;
    assert_eq!(status, 409);
    assert_eq!(
        answer["conflicts"],
        json!([
            { "key": "APP_URL", "server_version": 1, "client_if_version": 7 },
        ]),
        "what is not there has no version to differ from"
    );
    assert!(
        names(&site).await.contains(&("APP_ENV".to_owned(), 1)),
        "nothing is stored"
    );
    let mut body = site.push_body(&secrets);
    body["force_overwrite"] = json!(true);
    assert_eq!(site.post(&path, &body).await.0, 200);
    let names = names(&site).await;
    for expected in [("APP_ENV", 2), ("APP_URL", 2), ("ABSENT", 1), ("FRESH", 1)] {
        assert!(
            names.contains(&(expected.0.to_owned(), expected.1)),
            "{expected:?}"
        );
    }
}

#[tokio::test]
async fn sync_removes_what_is_not_in_the_list() {
    let site = TestWorkspace::start().await;
    let key = site.open_key("production").await;
    let secrets = [
        upload(&site, &key, "APP_ENV", "a", None),
        upload(&site, &key, "NEW", "b", None),
    ];
    let (status, answer) = site
        .post(
            &site.environment("production", "/push?sync=1"),
            &site.push_body(&secrets),
        )
        .await;
    assert_eq!(
        (status, answer),
        (
            200,
            json!({ "data": { "added": 1, "updated": 1, "removed": 11 } })
        )
    );
    assert_eq!(
        names(&site).await,
        [("APP_ENV".to_owned(), 2), ("NEW".to_owned(), 1)]
    );
    let (_, history) = site
        .get(&site.environment("production", "/variables/APP_URL/history"))
        .await;
    assert_eq!(history["data"]["entries"][0]["operation"], "deleted");
}

#[tokio::test]
async fn a_key_is_needed_only_where_that_is_asked_for() {
    for (strict, expected) in [(true, 422), (false, 200)] {
        let site = TestWorkspace::start_with(|options| options.strict = strict).await;
        site.post(
            &site.project("/environments"),
            &json!({ "name": "qa", "type": "testing", "base_id": null }),
        )
        .await;
        let key = site.open_key("production").await;
        let secret = json!(site.upload("qa", &key, "NEW", "value", None));
        let (status, answer) = site
            .post(&site.environment("qa", "/push"), &site.push_body(&[secret]))
            .await;
        assert_eq!(status, expected, "{answer}");
    }
}
