//! What a new workspace starts with, and that all of it is real.

use protocol::{Moment, PublicKey};
use serde_json::Value;
use workspace::SampleSize;

use testkit::TestWorkspace;

async fn tokens(site: &TestWorkspace, environment: &str) -> Vec<Value> {
    let id = site.environment_id(environment).await;
    let (_, body) = site
        .get(&site.project(&format!("/deploy-tokens?environment_id={id}")))
        .await;
    body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_sample_is_complete_and_opens() {
    let site = TestWorkspace::start().await;
    let (_, organizations) = site.get("/organizations").await;
    assert_eq!(organizations["data"][0]["name"], "Northwind");
    let (_, projects) = site
        .get(&format!("/organizations/{}/projects", site.organization()))
        .await;
    let names: Vec<_> = projects["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|project| &project["name"])
        .collect();
    assert_eq!(names, ["Storefront", "Billing"]);
    let environments: Vec<_> = site
        .local()
        .environments
        .iter()
        .map(|name| name.as_str().to_owned())
        .collect();
    assert_eq!(environments, ["production", "staging", "local"]);
    for (environment, count) in [("production", 12), ("staging", 7), ("local", 4)] {
        let key = site.open_key(environment).await;
        let path = format!("/pull?device_id={}", site.local().device_id);
        let (_, bundle) = site.get(&site.environment(environment, &path)).await;
        let bundle = protocol::wire::bundle::parse_bundle(&bundle.to_string()).unwrap();
        let opened = protocol::crypto::open_variables(&bundle.variables, &key);
        assert_eq!(
            opened.iter().filter(|value| value.is_ok()).count(),
            count,
            "{environment}"
        );
        assert_eq!(opened.len(), count);
    }
    let (_, devices) = site.get(&site.environment("production", "/devices")).await;
    assert_eq!(devices["data"].as_array().unwrap().len(), 4);
    // A publication for exactly those that are listed is taken.
    for environment in ["production", "staging", "local"] {
        site.share(environment).await;
    }
}

#[tokio::test]
async fn tokens_are_of_every_age_and_state() {
    let site = TestWorkspace::start().await;
    let tokens = tokens(&site, "production").await;
    let names: Vec<_> = tokens
        .iter()
        .map(|token| token["attributes"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "forge-web-1",
            "nightly-backup",
            "preview-runner",
            "production-ci",
            "production-ci-2025",
            "vapor-eu"
        ]
    );
    let of = |name: &str| {
        &tokens
            .iter()
            .find(|token| token["attributes"]["name"] == name)
            .unwrap()["attributes"]
    };
    let moment = |value: &Value| Moment::parse(value.as_str().unwrap()).unwrap();
    let now = Moment::now();
    let (_, activity) = site.get(&site.project("/activity?per_page=100")).await;
    let entries = activity["data"].as_array().unwrap().iter();
    let fetches: Vec<_> = entries
        .filter(|it| it["causer"]["name"] == "preview-runner")
        .collect();
    assert_eq!(now.days_since(moment(&fetches[0]["occurred_at"])), 94);
    assert_eq!(fetches.len(), 5);
    assert_eq!(of("production-ci-2025")["status"], "revoked");
    let mut keys = std::collections::HashSet::new();
    for token in &tokens {
        let key = PublicKey::from_base64(token["attributes"]["public_key"].as_str().unwrap()).unwrap();
        assert!(keys.insert(key), "each has a key of its own");
        assert_eq!(token["attributes"]["token_suffix"].as_str().unwrap().len(), 8);
        assert_eq!(
            (&token["type"], token["id"].as_str().unwrap().len()),
            (&"deployment".into(), 36)
        );
        assert_eq!(token["attributes"].as_object().unwrap().len(), 9);
    }
}

#[tokio::test]
async fn the_sample_scales_in_both_directions() {
    let size = SampleSize {
        tokens: Some(1500),
        devices: Some(40),
        variables: Some(60),
    };
    let started = std::time::Instant::now();
    let site = TestWorkspace::start_with(|options| options.sample = size).await;
    println!("1500 tokens, 40 devices, 60 variables: {:?}", started.elapsed());
    let all = tokens(&site, "production").await;
    assert_eq!(all.len(), 1500);
    let active = all
        .iter()
        .filter(|token| token["attributes"]["status"] == "active")
        .count();
    assert!((1300..1500).contains(&active));
    assert_eq!(site.recipients("production").await.len(), 40 + active);
    assert_eq!(
        tokens(&site, "staging").await.len(),
        2,
        "only production is scaled"
    );
    site.share("production").await;

    let size = SampleSize {
        tokens: Some(2),
        devices: Some(1),
        variables: Some(0),
    };
    let site = TestWorkspace::start_with(|options| options.sample = size).await;
    assert_eq!(tokens(&site, "production").await.len(), 2);
    assert_eq!(site.recipients("production").await.len(), 3);
    site.share("production").await;
}

/// For a number of tokens as large as the program is made for; slow without optimisation.
#[tokio::test]
#[ignore = "takes its time in a debug build"]
async fn ten_thousand_tokens_are_seeded_listed_and_shared() {
    let timed = std::time::Instant::now();
    let size = SampleSize {
        tokens: Some(10_000),
        ..SampleSize::default()
    };
    let site = TestWorkspace::start_with(|options| options.sample = size).await;
    println!("seeded in {:?}", timed.elapsed());
    let timed = std::time::Instant::now();
    assert_eq!(tokens(&site, "production").await.len(), 10_000);
    println!("listed in {:?}", timed.elapsed());
    let timed = std::time::Instant::now();
    site.share("production").await;
    println!("shared in {:?}", timed.elapsed());
    let folder = site.folder;
    site.running.shutdown().await;
    let timed = std::time::Instant::now();
    workspace::Workspace::open(testkit::options(folder.path())).unwrap();
    println!("opened again in {:?}", timed.elapsed());

    // A large file is not read through at every start, but a cut is noticed.
    let path = folder.path().join("workspace.db");
    let length = path.metadata().unwrap().len();
    assert!(length > 8 * 1024 * 1024);
    std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(length - 4096 * 10)
        .unwrap();
    let error = workspace::Workspace::open(testkit::options(folder.path())).unwrap_err();
    assert!(
        matches!(error, workspace::WorkspaceError::Corrupt { .. }),
        "{error}"
    );
}
