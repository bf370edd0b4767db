//! What an audit points out, and that a nightly job notices it.

use protocol::crypto::{make_deploy_key, system_rng};
use serde_json::Value;
use testkit::TestWorkspace;

const ENVIRONMENT: &str = "staging";

fn audit(world: &TestWorkspace, more: &[&str]) -> (Option<i32>, Value) {
    let output = world.run(&[&["audit", "--json"], more].concat(), "");
    let told = serde_json::from_slice(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), told.unwrap_or_else(|_| panic!("{said}")))
}

fn of_kind<'a>(told: &'a Value, kind: &str) -> Vec<&'a Value> {
    let all = told["findings"].as_array().unwrap().iter();
    all.filter(|it| it["kind"] == kind && it["environment"] == ENVIRONMENT && it["project"] == "Storefront")
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_order_is_pointed_out_with_the_command_that_mends_it() {
    let world = TestWorkspace::start().await;
    let (_, before) = audit(&world, &[]);
    for kind in ["not-shared", "still-sealed", "may-have-kept", "old-key"] {
        assert!(of_kind(&before, kind).is_empty(), "{kind}: {before:#}");
    }
    assert_eq!(before["keys"], true);
    // One whose runner has no key, and one that was revoked by a client that left what is sealed for it.
    let (_, public) = make_deploy_key(&mut system_rng());
    world.create_token("lonely", ENVIRONMENT, public).await;
    let leaked = world.issue(ENVIRONMENT, "leaked").await;
    world.revoke_alone(leaked.issuance.token.id.as_str()).await;
    let other = world.issue(ENVIRONMENT, "unused-yet").await;

    let (code, told) = audit(&world, &["--unused", "0", "--max-age", "100"]);
    assert_eq!(code, Some(1));
    let lonely = of_kind(&told, "not-shared");
    assert!(
        lonely.is_empty(),
        "creating the last one shared with it: {told:#}"
    );
    assert_eq!(of_kind(&told, "may-have-kept")[0]["holders"][0], "leaked");
    assert!(of_kind(&told, "old-key")[0]["days"].as_i64().unwrap() > 400);
    let unused = of_kind(&told, "unused");
    let id = other.issuance.token.id.as_str();
    assert!(unused.iter().any(|it| it["token_id"] == id), "{told:#}");
    let command = of_kind(&told, "old-key")[0]["command"].as_str().unwrap();
    assert!(command.contains("renew-key --env staging"), "{command}");

    let output = world.run(&["renew-key", "--env", ENVIRONMENT, "--no-runner-check"], "");
    assert!(output.status.success());
    let (_, told) = audit(&world, &["--max-age", "100"]);
    for kind in ["may-have-kept", "old-key", "still-sealed"] {
        assert!(of_kind(&told, kind).is_empty(), "{kind}: {told:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_key_and_who_still_has_it_is_told_by_name() {
    let world = TestWorkspace::start().await;
    let leaked = world.issue(ENVIRONMENT, "leaked").await;
    world.revoke_alone(leaked.issuance.token.id.as_str()).await;
    let (_, public) = make_deploy_key(&mut system_rng());
    world.create_token("lonely", ENVIRONMENT, public).await;
    let (code, told) = audit(&world, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(of_kind(&told, "not-shared")[0]["token"], "lonely");
    assert_eq!(told["findings"][0]["kind"], "not-shared", "it comes first");

    let output = world.run(&["audit", "--sarif"], "");
    assert_eq!(output.status.code(), Some(1));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), told["findings"].as_array().unwrap().len());
    assert_eq!(results[0]["ruleId"], "not-shared");
    let rule = usize::try_from(results[0]["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "not-shared");
    let place = &results[0]["locations"][0]["logicalLocations"][0];
    assert_eq!(place["fullyQualifiedName"], "Storefront/staging");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);

    let developer = world.session_of("developer");
    let url = world.running.api_url();
    let output = world.run_at(&url, &["audit"], "", &[("GHOSTABLE_TOKEN", &developer)]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "what was not looked at is no all-clear"
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("admin"), "{said}");
}
