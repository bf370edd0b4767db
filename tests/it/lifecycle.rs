//! The life of a deploy token over real HTTP against the local workspace: what runners can and cannot do after each step.

use std::sync::Mutex;

use model::{CallError, IssuanceKind, Problem, Proof, Step, WrongState};
use protocol::token::FindError;
use protocol::{Lifetime, TokenEntry, TokenName};
use service::MissingKey;
use testkit::{Secrets, TestWorkspace, assert_complete, silent};

/// Variables of the sample production environment.
const PRODUCTION: usize = 12;

fn name(text: &str) -> TokenName {
    TokenName::parse(text).unwrap()
}

fn is_unauthorized<T>(result: Result<T, Problem>) -> bool {
    matches!(result, Err(Problem::Call(CallError::Unauthorized)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lives_and_dies_and_others_are_not_touched() {
    let world = TestWorkspace::start().await;
    let place = world.place("production").await;
    let colleague = world.another_device("colleague").await;
    let bystander = service::create(&world.context, &place, &name("bystander"), &silent)
        .await
        .unwrap();
    let bystander = Secrets::of(&bystander);
    let others_still_work = async |when: &str| {
        assert_complete(&world.pull(&bystander).await.unwrap(), PRODUCTION);
        service::key_access(&colleague, &place).await.expect(when);
    };

    let steps = Mutex::new(Vec::new());
    let note = |step: Step| steps.lock().unwrap().push(step);
    let created = service::create(&world.context, &place, &name("ci"), &note)
        .await
        .unwrap();
    let recipients = *created.issuance.share.as_ref().unwrap();
    assert_eq!(
        steps.into_inner().unwrap(),
        [
            Step::Check,
            Step::Mint,
            Step::Register,
            Step::ReadBack,
            Step::Done
        ]
    );
    assert_eq!(created.issuance.kind, IssuanceKind::Create);
    assert!(created.issuance.token.end.known().is_some() && created.issuance.token.ci_token_suffix.is_some());
    let first = Secrets::of(&created);
    assert_complete(&world.pull(&first).await.unwrap(), PRODUCTION);
    others_still_work("after create").await;

    let id = created.issuance.token.id.as_str();
    let rotated = service::rotate(&world.context, &place, id, Lifetime::default(), &silent)
        .await
        .unwrap();
    let second = Secrets::of(&rotated);
    assert_eq!(
        (&rotated.issuance.token.id, &rotated.issuance.token.name),
        (&created.issuance.token.id, &created.issuance.token.name)
    );
    assert!(!second.ci_token.ct_eq(&first.ci_token) && !second.seed.ct_eq(&first.seed));
    assert!(
        is_unauthorized(world.pull(&first).await),
        "the old pair is refused"
    );
    assert_complete(&world.pull(&second).await.unwrap(), PRODUCTION);
    let old_seed = Secrets {
        seed: first.seed.clone(),
        ..second.clone()
    };
    let pulled = world.pull(&old_seed).await.unwrap();
    assert_eq!(
        pulled.report.decrypted(),
        0,
        "the new CI token with the old seed opens nothing"
    );
    others_still_work("after rotate").await;

    let (listed, uses) = service::list_with_uses(&world.context, &place).await.unwrap();
    let used = listed
        .iter()
        .filter_map(TokenEntry::token)
        .find(|it| it.id == created.issuance.token.id)
        .unwrap();
    assert!(used.last_use.known().is_some(), "a runner's fetch counts as use");
    assert!(
        uses.of(&used.id).unwrap().are_all,
        "the activity has it from the beginning"
    );

    let refused = service::delete(&world.context, &place, id).await;
    assert!(matches!(
        refused,
        Err(Problem::WrongState(WrongState::StillActive))
    ));
    let revoked = service::revoke(&world.context, &place, id, &silent)
        .await
        .unwrap();
    assert_eq!(revoked.token.proof, Proof::Answered);
    assert_eq!(revoked.share.unwrap(), recipients - 1);
    assert!(is_unauthorized(world.pull(&second).await), "refused at once");
    others_still_work("after revoke").await;

    for again in [
        service::revoke(&world.context, &place, id, &silent).await.err(),
        service::rotate(&world.context, &place, id, Lifetime::default(), &silent)
            .await
            .err(),
    ] {
        assert!(matches!(
            again,
            Some(Problem::WrongState(WrongState::AlreadyRevoked))
        ));
    }

    service::delete(&world.context, &place, id).await.unwrap();
    let listed = service::list(&world.context, &place).await.unwrap();
    assert!(
        listed
            .iter()
            .filter_map(TokenEntry::token)
            .all(|it| it.id != created.issuance.token.id)
    );
    others_still_work("after delete").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_are_apart() {
    let world = TestWorkspace::start().await;
    let (production, staging) = (world.place("production").await, world.place("staging").await);
    let token = service::create(&world.context, &staging, &name("stage"), &silent)
        .await
        .unwrap();
    let pulled = world.pull(&Secrets::of(&token)).await.unwrap();
    assert_eq!(pulled.environment, "staging");
    let elsewhere = service::revoke(
        &world.context,
        &production,
        token.issuance.token.id.as_str(),
        &silent,
    )
    .await;
    assert!(matches!(elsewhere, Err(Problem::Find(FindError::Unknown(_)))));
    assert_complete(
        &world.pull(&Secrets::of(&token)).await.unwrap(),
        pulled.report.total,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_is_registered_until_one_is_made_on_purpose() {
    let world = TestWorkspace::start().await;
    let project = world.running.local().project_id.clone();
    let http = reqwest::Client::new();
    // Exposed to call the API by hand: the client has no call that makes environments.
    let made = http
        .post(format!(
            "{}/projects/{project}/environments",
            world.running.api_url()
        ))
        .bearer_auth(world.running.local().access_token.expose())
        .body(r#"{"name":"preview","type":"staging","base_id":null}"#)
        .header("content-type", "application/json")
        .send()
        .await
        .unwrap();
    assert!(made.status().is_success());
    let place = world.place("preview").await;
    let refused = service::create(&world.context, &place, &name("ci"), &silent).await;
    assert!(matches!(refused, Err(Problem::NoKey)));
    assert_eq!(
        service::list(&world.context, &place).await.unwrap(),
        [],
        "the check came before the write"
    );
    let refused = service::reshare(&world.context, &place, MissingKey::Refuse, &silent).await;
    assert!(matches!(refused, Err(Problem::NoKey)));
    assert!(
        service::reshare(&world.context, &place, MissingKey::Make, &silent)
            .await
            .unwrap()
            > 0
    );
    let created = service::create(&world.context, &place, &name("ci"), &silent)
        .await
        .unwrap();
    let pulled = world.pull(&Secrets::of(&created)).await.unwrap();
    assert_eq!((pulled.report.total, pulled.report.problems.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_without_access_can_list_and_revoke_but_not_create() {
    let world = TestWorkspace::start().await;
    let place = world.place("production").await;
    let created = service::create(&world.context, &place, &name("leaked"), &silent)
        .await
        .unwrap();
    let stranger = world.another_device("new laptop").await;
    let refused = service::create(&stranger, &place, &name("nope"), &silent).await;
    assert!(matches!(
        refused,
        Err(Problem::Call(CallError::ReshareRequired { .. }))
    ));
    let listed = service::list(&stranger, &place).await.unwrap();
    assert!(
        listed
            .iter()
            .filter_map(TokenEntry::token)
            .all(|it| it.name != "nope")
    );
    let revoked = service::revoke(&stranger, &place, created.issuance.token.id.as_str(), &silent)
        .await
        .unwrap();
    assert!(
        revoked.share.is_err(),
        "it cannot seal for the others, and says so"
    );
    assert!(is_unauthorized(world.pull(&Secrets::of(&created)).await));
    // Somebody with access shares again; then the new device opens the key, too.
    service::reshare(&world.context, &place, MissingKey::Refuse, &silent)
        .await
        .unwrap();
    service::key_access(&stranger, &place).await.unwrap();
}
