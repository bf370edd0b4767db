//! What a runner is given by whoever delivers it: changed on the way, it is told and never written.

use serde_json::Value;
use testkit::{Endpoint, Fault, FaultProxy, Secrets, TestWorkspace};

/// Pulls and verifies through a delivery that changes the bundle; what was said.
async fn refused(site: &TestWorkspace, secrets: &Secrets, edit: fn(&mut Value)) -> String {
    let bundle = Endpoint {
        method: "GET",
        ending: "/ci/deploy",
        from: 1,
    };
    let proxy = FaultProxy::at(site.running.address(), bundle, Fault::Edit(edit));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("env");
    let seed = secrets.seed.to_base64();
    // Exposed because it is what a runner is configured with.
    let variables = [
        ("GHOSTABLE_CI_TOKEN", secrets.ci_token.expose()),
        ("GHOSTABLE_DEPLOY_SEED", seed.expose()),
    ];
    let run = |arguments: &[&str]| site.run_at(&proxy.url, arguments, "", &variables);
    let pulled = run(&["pull", "--file", file.to_str().unwrap()]);
    assert_eq!(pulled.status.code(), Some(1));
    assert!(!file.exists(), "nothing of it is written");
    let verified = run(&["verify"]);
    assert_eq!(verified.status.code(), Some(1));
    let said = String::from_utf8(verified.stderr).unwrap();
    let pulled = String::from_utf8(pulled.stderr).unwrap();
    assert!(pulled.starts_with(&said), "the same reasons: {pulled}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_delivered_as_something_else_is_named_and_not_written() {
    let site = TestWorkspace::start().await;
    let secrets = Secrets::of(&site.issue("production", "runner").await);
    let first = site.pull(&secrets).await.unwrap().report.variables[0]
        .name
        .clone();

    let renamed = refused(&site, &secrets, |it| {
        it["secrets"][0]["name"] = "LD_PRELOAD".into()
    })
    .await;
    assert!(
        renamed.contains("LD_PRELOAD") && renamed.contains(&first),
        "{renamed}"
    );

    let moved = refused(&site, &secrets, |it| it["secrets"][0]["env"] = "staging".into()).await;
    for word in [first.as_str(), "\"production\"", "\"staging\"", "tampering"] {
        assert!(moved.contains(word), "{word}: {moved}");
    }

    let twice = refused(&site, &secrets, |it| {
        let again = it["secrets"][0].clone();
        it["secrets"].as_array_mut().unwrap().push(again);
    });
    let twice = twice.await;
    assert!(
        twice.contains(&format!("{first}: the server gives two of that name")),
        "{twice}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_renamed_environment_has_under_its_former_name_is_accepted_after_a_yes() {
    let site = TestWorkspace::start().await;
    let secrets = Secrets::of(&site.issue("staging", "runner").await);
    let staging = site.environment_id("staging").await;
    let path = site.project(&format!("/environments/{staging}"));
    let body = r#"{"name":"preview"}"#.to_owned();
    let (status, _) = site
        .send(reqwest::Method::PATCH, &path, Some(site.user_token()), Some(body))
        .await;
    assert_eq!(status, 200);
    let seed = secrets.seed.to_base64();
    // Exposed because it is what a runner is configured with.
    let variables = [
        ("GHOSTABLE_CI_TOKEN", secrets.ci_token.expose()),
        ("GHOSTABLE_DEPLOY_SEED", seed.expose()),
    ];
    let run = |arguments: &[&str]| site.run_at(&site.running.api_url(), arguments, "", &variables);
    let asked = run(&["verify"]);
    assert_eq!(asked.status.code(), Some(1));
    let said = String::from_utf8(asked.stderr).unwrap();
    assert!(
        said.contains("\"staging\"") && said.contains("--was-called NAME"),
        "{said}"
    );
    assert_eq!(
        run(&["verify", "--was-called", "production"]).status.code(),
        Some(1)
    );
    assert_eq!(run(&["verify", "--was-called", "staging"]).status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_beyond_a_day_is_said_as_such() {
    let site = TestWorkspace::start().await;
    let tokens = Endpoint {
        method: "GET",
        ending: "/deploy-tokens",
        from: 1,
    };
    for (asked, says) in [
        ("9223372036854775807", "more than a day"),
        ("86401", "more than a day"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "more than a day"),
        ("86400", "Try again in 86,400 seconds."),
    ] {
        let headers: &'static str = Box::leak(format!("retry-after: {asked}\r\n").into_boxed_str());
        let proxy = FaultProxy::at(site.running.address(), tokens, Fault::Status(429, headers, ""));
        let output = site.run_at(&proxy.url, &["list", "--env", "production"], "", &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(says), "{asked}: {said}");
    }
}
