//! What the network does to it, and in which order requests go out.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{ApiAddress, Client};
use model::{Proof, RetryPolicy, RevocationStatus, RevokeTarget, Tally};
use protocol::TokenKey;
use protocol::crypto;
use protocol::secret::JournalKey;
use service::journal::Journal;
use service::revocation::{self, KnownCiTokens, RunOptions, StopWaiting};
use service::{Context, Issued};

use testkit::Secrets;
use testkit::{Endpoint, Fault, FaultProxy, Faults};
use testkit::{Runs, TestWorkspace, assert_code, said};

fn through(site: &TestWorkspace, url: &str, journal: &std::path::Path) -> Context {
    let key = crypto::make_journal_key(&mut crypto::system_rng());
    through_with(site, url, journal, key)
}

fn through_with(site: &TestWorkspace, url: &str, journal: &std::path::Path, key: JournalKey) -> Context {
    let local = site.running.local();
    let client = Client::new(ApiAddress::parse(url).unwrap(), &local.access_token).unwrap();
    let journal = Journal::open(journal.to_owned(), key, "test");
    Context::new(client, site.context.device.clone()).with_journal(Arc::new(journal))
}

fn orders(tell: &(dyn Fn(usize, &RevocationStatus) + Send + Sync), tries: usize) -> RunOptions<'_> {
    RunOptions {
        retry: RetryPolicy::REVOKE.tries(tries),
        stop: StopWaiting::default(),
        known: KnownCiTokens::default(),
        tell,
    }
}

/// The answer to a revocation.
fn says_revoked(issued: &Issued) -> &'static str {
    let TokenKey::Usable(key) = &issued.issuance.token.key else {
        panic!("{:?}", issued.issuance.token.key);
    };
    let answer = serde_json::json!({"data": {"id": issued.issuance.token.id, "attributes": {
        "name": issued.issuance.token.name, "status": "revoked", "public_key": key.to_base64(), "environment_id": "e",
        "environment_name": "staging", "created_at": "2026-01-01T00:00:00Z", "revoked_at": "2026-01-01T00:00:00Z",
    }}});
    Box::leak(answer.to_string().into_boxed_str())
}

async fn targets(site: &TestWorkspace) -> Vec<RevokeTarget> {
    site.active().await.iter().map(RevokeTarget::from).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_ci_tokens_end_before_anything_is_sealed_and_requests_are_bounded() {
    let site = TestWorkspace::start().await;
    for number in 0..20 {
        site.issue("staging", &format!("more-{number}")).await;
    }
    let road = FaultProxy::start(
        site.running.address(),
        Faults {
            gather: Some(("/revoke", 8)),
            ..Faults::default()
        },
    );
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &road.url, folder.path());
    let targets = targets(&site).await;
    let told = Mutex::new(vec![Vec::new(); targets.len()]);
    let tell = |index: usize, status: &RevocationStatus| told.lock().unwrap()[index].push(status.clone());
    let statuses = revocation::revoke_targets(&context, &targets, &orders(&tell, 3)).await;
    assert_eq!(Tally::of(&statuses).gone, targets.len());
    let seen = road.seen();
    let last_revoke = seen.iter().rposition(|it| it.ends_with("/revoke")).unwrap();
    let first_seal = seen.iter().position(|it| it.ends_with("/key/envelopes")).unwrap();
    assert!(last_revoke < first_seal, "{seen:?}");
    assert_eq!(
        seen.iter().filter(|it| it.ends_with("/key/envelopes")).count(),
        4,
        "once an environment"
    );
    let most = road.most_at_once();
    assert!((8..=12).contains(&most), "{most} at once");
    for statuses in told.lock().unwrap().iter() {
        let steps: Vec<_> = statuses.iter().map(std::mem::discriminant).collect();
        let at = |wanted: fn(&RevocationStatus) -> bool| statuses.iter().position(wanted).unwrap();
        assert!(
            at(|it| *it == RevocationStatus::Revoking) < at(RevocationStatus::is_refused),
            "{steps:?}"
        );
        assert!(at(RevocationStatus::is_refused) < at(|it| matches!(it, RevocationStatus::Reshared { .. })));
    }
    assert!(
        statuses
            .iter()
            .all(|it| it.proof().is_some_and(|(proof, _)| proof == Proof::Listed))
    );
    assert_eq!(revocation::unfinished(&context), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_third_request_lost_all_end_by_command() {
    let site = TestWorkspace::start().await;
    let leaked = site.issue("production", "leaked").await;
    let road = FaultProxy::start(
        site.running.address(),
        Faults {
            lose_every: 3,
            ..Faults::default()
        },
    );
    let output = site.run_at(&road.url, &["revoke", "--everywhere", "--all", "--yes"], "", &[]);
    assert_code(&output, 0);
    assert!(road.lost() > 5, "{}", road.lost());
    assert_eq!(site.runs(&leaked).await, Runs::Refused);
    assert_eq!(site.active().await.len(), 0);
    assert!(said(&output).contains("trying again"), "{}", said(&output));
}

/// The list of tokens tells an environment's id alone; a key is found by the name.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_the_network_kept_are_asked_for_again_before_keys_are_sealed() {
    let site = TestWorkspace::start().await;
    let names = Endpoint {
        method: "GET",
        ending: "/environments",
        from: 1,
    };
    let road = FaultProxy::at(site.running.address(), names, Fault::LostBefore);
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &road.url, folder.path());
    let survey = revocation::survey(&context).await.unwrap();
    assert!(!survey.active.is_empty());
    assert!(
        survey
            .active
            .iter()
            .all(|it| it.environment.name.as_str() == it.environment.id.as_str())
    );
    road.mend();
    let targets: Vec<RevokeTarget> = survey.active.iter().map(RevokeTarget::from).collect();
    let statuses = revocation::revoke_targets(&context, &targets, &orders(&|_, _| {}, 3)).await;
    assert_eq!(Tally::of(&statuses).gone, targets.len(), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_goes_leaves_the_queue_and_nothing_is_told_as_revoked() {
    let site = TestWorkspace::start().await;
    let leaked = site.issue("production", "leaked").await;
    let road = FaultProxy::start(site.running.address(), Faults::default());
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &road.url, folder.path());
    let targets = targets(&site).await;
    road.down(true);
    let refused_too_soon = Mutex::new(0);
    let tell = |_: usize, status: &RevocationStatus| {
        *refused_too_soon.lock().unwrap() += usize::from(status.is_refused())
    };
    let statuses = revocation::revoke_targets(&context, &targets, &orders(&tell, 2)).await;
    assert!(
        statuses
            .iter()
            .all(|it| matches!(it, RevocationStatus::Unknown(_))),
        "{statuses:?}"
    );
    assert_eq!(*refused_too_soon.lock().unwrap(), 0);
    assert_eq!(site.runs(&leaked).await, Runs::Decrypts);
    assert_eq!(revocation::unfinished(&context), (targets.len(), 4));

    road.down(false);
    let taken = revocation::take_up(&context).await;
    assert_eq!(taken.targets.len(), targets.len());
    assert!(taken.targets.iter().any(|it| it.project_name == "Billing"));
    let statuses = taken.go_on(&context, &orders(&|_, _| {}, 2)).await;
    assert_eq!(Tally::of(&statuses).gone, targets.len());
    assert_eq!(revocation::unfinished(&context), (0, 0));
    assert_eq!(
        (site.runs(&leaked).await, site.active().await.len()),
        (Runs::Refused, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_comes_back_is_waited_for() {
    let site = TestWorkspace::start().await;
    let road = FaultProxy::start(site.running.address(), Faults::default());
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &road.url, folder.path());
    let targets = targets(&site).await;
    road.down(true);
    let orders = RunOptions {
        retry: RetryPolicy::REVOKE,
        ..orders(&|_, _| {}, 1)
    };
    // Once each has been tried and could not be.
    let back = async {
        while road.turned_away() < targets.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        road.down(false);
    };
    let (statuses, ()) = tokio::join!(revocation::revoke_targets(&context, &targets, &orders), back);
    assert_eq!(Tally::of(&statuses).gone, targets.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_every_answer_is_lost_the_list_is_asked_after_the_third() {
    let site = TestWorkspace::start().await;
    let leaked = site.issue("staging", "leaked").await;
    let mut targets = targets(&site).await;
    targets.retain(|it| it.token == leaked.issuance.token.id);
    let endpoint = Endpoint {
        method: "POST",
        ending: "/revoke",
        from: 1,
    };
    let road = FaultProxy::at(site.running.address(), endpoint, Fault::LostAfter);
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &road.url, folder.path());
    let options = RunOptions {
        retry: RetryPolicy {
            first: Duration::from_millis(1),
            ..RetryPolicy::REVOKE
        },
        ..orders(&|_, _| {}, 1)
    };
    let run = revocation::revoke_targets(&context, &targets, &options);
    // It would go on for ever.
    let statuses = tokio::time::timeout(Duration::from_secs(30), run).await.unwrap();
    let listed = |status: &RevocationStatus| {
        matches!(
            status,
            RevocationStatus::Reshared {
                proof: Proof::Listed,
                ..
            }
        )
    };
    assert!(listed(&statuses[0]), "{statuses:?}");
    let told = road.seen().into_iter().filter(|it| it.ends_with("/revoke"));
    assert_eq!(told.count(), 3);
    assert_eq!(site.runs(&leaked).await, Runs::Refused);
    assert_eq!(revocation::unfinished(&context), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_stuck_tokens_keep_no_other_from_ending_and_no_other_key_from_being_sealed() {
    let site = TestWorkspace::start().await;
    let mut stuck = Vec::new();
    for number in 0..10 {
        stuck.push(
            site.issue("staging", &format!("stuck-{number}"))
                .await
                .issuance
                .token
                .id,
        );
    }
    let road = FaultProxy::start(site.running.address(), Faults::default());
    road.block(stuck.iter().map(|id| format!("{id}/revoke")).collect());
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &road.url, folder.path());
    let mut targets = targets(&site).await;
    targets.sort_by_key(|it| !stuck.contains(&it.token));
    let is_stuck =
        |it: &RevokeTarget| it.project_name == "Storefront" && it.environment.name.as_str() == "staging";
    let shown = Mutex::new(vec![RevocationStatus::Queued; targets.len()]);
    let tell = |index: usize, status: &RevocationStatus| shown.lock().unwrap()[index] = status.clone();
    let stop = StopWaiting::default();
    let orders = RunOptions {
        retry: RetryPolicy::REVOKE,
        stop: stop.clone(),
        ..orders(&tell, 1)
    };
    let others = async {
        for _ in 0..400 {
            let done = targets.iter().zip(&*shown.lock().unwrap()).all(|(it, status)| {
                stuck.contains(&it.token)
                    || matches!(status, RevocationStatus::Reshared { .. })
                    || (is_stuck(it) && status.is_refused())
            });
            if done {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let seen = shown.lock().unwrap().clone();
        stop.stop();
        seen
    };
    let run = tokio::time::timeout(
        Duration::from_secs(60),
        revocation::revoke_targets(&context, &targets, &orders),
    );
    let (statuses, meanwhile) = tokio::join!(run, others);
    let statuses = statuses.expect("it ends when nobody waits any more");
    for ((target, status), meanwhile) in targets.iter().zip(&statuses).zip(&meanwhile) {
        if stuck.contains(&target.token) {
            assert!(
                matches!(status, RevocationStatus::Unknown(_)),
                "{}: {status:?}",
                target.name
            );
        } else if is_stuck(target) {
            assert!(
                matches!(status, RevocationStatus::ReshareFailed { .. }),
                "{}: {status:?}",
                target.name
            );
        } else {
            assert!(
                matches!(meanwhile, RevocationStatus::Reshared { .. }),
                "{}: {meanwhile:?}",
                target.name
            );
        }
    }
    assert_eq!(revocation::unfinished(&context), (10, 1));

    road.block(Vec::new());
    let taken = revocation::take_up(&context).await;
    let statuses = taken.go_on(&context, &self::orders(&|_, _| {}, 2)).await;
    assert_eq!(Tally::of(&statuses).gone, statuses.len(), "{statuses:?}");
    assert_eq!(
        (site.active().await.len(), revocation::unfinished(&context)),
        (0, (0, 0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_not_sealed_again_is_owed_until_it_is() {
    let site = TestWorkspace::start().await;
    let first = site.issue("staging", "first").await;
    let second = site.issue("staging", "second").await;
    let only = async |issued: &Issued| {
        let mut targets = targets(&site).await;
        targets.retain(|it| it.token == issued.issuance.token.id);
        targets
    };
    let endpoint = Endpoint {
        method: "POST",
        ending: "/key/envelopes",
        from: 1,
    };
    let folder = tempfile::tempdir().unwrap();
    let key = crypto::make_journal_key(&mut crypto::system_rng());
    let open = |url: &str| through_with(&site, url, folder.path(), key.clone());
    // A session that ends while the key is sealed is renewed some time.
    let proxy = FaultProxy::at(site.running.address(), endpoint, Fault::Status(401, "", "{}"));
    let context = open(&proxy.url);
    let statuses = revocation::revoke_targets(&context, &only(&first).await, &orders(&|_, _| {}, 2)).await;
    assert!(
        matches!(statuses[0], RevocationStatus::ReshareFailed { .. }),
        "{statuses:?}"
    );
    assert_eq!(revocation::unfinished(&context), (0, 1));
    // A later revocation in the same environment that comes to nothing else does not forget that.
    let statuses = revocation::revoke_targets(&context, &only(&second).await, &orders(&|_, _| {}, 2)).await;
    assert!(
        matches!(statuses[0], RevocationStatus::ReshareFailed { .. }),
        "{statuses:?}"
    );
    assert_eq!(revocation::unfinished(&context), (0, 2));
    let context = open(&site.running.api_url());
    let taken = revocation::take_up(&context).await;
    let earlier = |status: &RevocationStatus| matches!(status.proof(), Some((_, None)));
    assert!(
        taken.statuses.iter().all(earlier),
        "they were not refused just now: {:?}",
        taken.statuses
    );
    let statuses = taken.go_on(&context, &orders(&|_, _| {}, 2)).await;
    assert_eq!(Tally::of(&statuses).gone, 2, "{statuses:?}");
    assert_eq!(revocation::unfinished(&context), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_one_stops_no_other_and_what_is_revoked_already_counts() {
    let site = TestWorkspace::start().await;
    for (status, kept) in [(403, true), (404, true), (409, true)] {
        let one = site.issue("staging", "one").await;
        let other = site.issue("staging", "other").await;
        let ending: &'static str = Box::leak(format!("{}/revoke", one.issuance.token.id).into_boxed_str());
        let endpoint = Endpoint {
            method: "POST",
            ending,
            from: 1,
        };
        let proxy = FaultProxy::at(site.running.address(), endpoint, Fault::Status(status, "", "{}"));
        let folder = tempfile::tempdir().unwrap();
        let context = through(&site, &proxy.url, folder.path());
        let mut targets = targets(&site).await;
        targets.retain(|it| it.token == one.issuance.token.id || it.token == other.issuance.token.id);
        let statuses = revocation::revoke_targets(&context, &targets, &orders(&|_, _| {}, 2)).await;
        let of = |issued: &Issued| {
            let at = targets
                .iter()
                .position(|it| it.token == issued.issuance.token.id)
                .unwrap();
            statuses[at].clone()
        };
        assert!(
            matches!(of(&one), RevocationStatus::NotRevoked(_)),
            "{status}: {:?}",
            of(&one)
        );
        assert!(
            matches!(of(&other), RevocationStatus::Reshared { .. }),
            "{status}: {:?}",
            of(&other)
        );
        assert_eq!(site.runs(&one).await == Runs::Decrypts, kept, "{status}");
        assert_eq!(revocation::unfinished(&context), (0, 0), "it was told");
        // The same refusals of what is revoked already: the list says so, and it counts as done.
        let statuses = revocation::revoke_targets(&site.context, &targets, &orders(&|_, _| {}, 2)).await;
        assert_eq!(Tally::of(&statuses).gone, 2, "{status}: {statuses:?}");
        if status != 403 {
            let statuses = revocation::revoke_targets(&context, &targets, &orders(&|_, _| {}, 2)).await;
            assert_eq!(Tally::of(&statuses).gone, 2, "{status}: {statuses:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_ci_token_is_the_proof_and_a_server_that_serves_it_on_is_not_believed() {
    let site = TestWorkspace::start().await;
    let issued = site.issue("staging", "pasted").await;
    let mut targets = targets(&site).await;
    targets.retain(|it| it.token == issued.issuance.token.id);
    let mut known = KnownCiTokens::default();
    known.insert(issued.issuance.token.id.clone(), Secrets::of(&issued).ci_token);

    // A server that answers "revoked" and does nothing.
    let ending: &'static str = Box::leak(format!("{}/revoke", issued.issuance.token.id).into_boxed_str());
    let lie = says_revoked(&issued);
    let endpoint = Endpoint {
        method: "POST",
        ending,
        from: 1,
    };
    let proxy = FaultProxy::at(site.running.address(), endpoint, Fault::Status(200, "", lie));
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &proxy.url, folder.path());
    let believed = revocation::revoke_targets(
        &context,
        &targets,
        &RunOptions {
            known: known.clone(),
            ..orders(&|_, _| {}, 2)
        },
    )
    .await;
    assert!(
        matches!(believed[0], RevocationStatus::NotRevoked(_)),
        "{believed:?}"
    );
    let listed = revocation::revoke_targets(&context, &targets, &orders(&|_, _| {}, 2)).await;
    assert!(
        matches!(listed[0], RevocationStatus::NotRevoked(_)),
        "the list has the last word: {listed:?}"
    );

    let statuses = revocation::revoke_targets(
        &site.context,
        &targets,
        &RunOptions {
            known,
            ..orders(&|_, _| {}, 2)
        },
    )
    .await;
    assert!(
        matches!(
            statuses[0],
            RevocationStatus::Reshared {
                proof: Proof::RunnerRefused,
                ..
            }
        ),
        "{statuses:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_takes_seconds_to_spread_is_proven_after_the_last_pause() {
    let site = TestWorkspace::start().await;
    let issued = site.issue("staging", "slow").await;
    let mut targets = targets(&site).await;
    targets.retain(|it| it.token == issued.issuance.token.id);
    let mut known = KnownCiTokens::default();
    known.insert(issued.issuance.token.id.clone(), Secrets::of(&issued).ci_token);
    // It answers that it revoked, and refuses the runner when it is asked for the fourth time.
    let endpoint = |method, ending, from| Endpoint { method, ending, from };
    let revoked = FaultProxy::at(
        site.running.address(),
        endpoint("POST", "/revoke", 1),
        Fault::Status(200, "", says_revoked(&issued)),
    );
    let address = revoked
        .url
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap();
    let refused = FaultProxy::at(
        address.parse().unwrap(),
        endpoint("GET", "/ci/deploy", 4),
        Fault::Status(401, "", "{}"),
    );
    let folder = tempfile::tempdir().unwrap();
    let context = through(&site, &refused.url, folder.path());
    let told = Mutex::new(Vec::new());
    let tell = |_: usize, status: &RevocationStatus| told.lock().unwrap().push(status.clone());
    let orders = RunOptions {
        known,
        ..orders(&tell, 2)
    };
    revocation::revoke_targets(&context, &targets, &orders).await;
    let told = told.lock().unwrap();
    let proven = |status: &RevocationStatus| {
        status
            .proof()
            .is_some_and(|(proof, _)| proof == Proof::RunnerRefused)
    };
    assert!(told.iter().any(proven), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_cannot_be_listed_is_told_and_stops_no_other() {
    let site = TestWorkspace::start().await;
    let billing = site
        .active()
        .await
        .into_iter()
        .find(|it| it.project_name == "Billing")
        .unwrap();
    let ending: &'static str = Box::leak(format!("{}/deploy-tokens", billing.project).into_boxed_str());
    let endpoint = Endpoint {
        method: "GET",
        ending,
        from: 1,
    };
    let proxy = FaultProxy::at(site.running.address(), endpoint, Fault::Status(403, "", "{}"));
    let output = site.run_at(&proxy.url, &["revoke", "--everywhere", "--all", "--yes"], "", &[]);
    assert_code(&output, 1);
    assert!(
        said(&output).contains("The tokens of Billing cannot be listed"),
        "{}",
        said(&output)
    );
    let left = site.active().await;
    assert!(!left.is_empty() && left.iter().all(|it| it.project_name == "Billing"));
}
