//! A server that takes so many calls in a time: everybody in this process is waited with, and nothing is told as failed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{ApiAddress, Client};
use model::{RetryPolicy, RevocationStatus, RevokeTarget, Tally};
use protocol::crypto;
use service::Context;
use service::journal::Journal;
use service::revocation::{self, KnownCiTokens, RunOptions, StopWaiting};
use testkit::{Budget, FaultProxy, Faults, TestWorkspace};

fn proxy(site: &TestWorkspace, calls: usize) -> FaultProxy {
    let budget = Budget {
        calls,
        window: Duration::from_secs(1),
    };
    let faults = Faults {
        budget: Some(budget),
        ..Faults::default()
    };
    FaultProxy::start(site.running.address(), faults)
}

fn through(site: &TestWorkspace, proxy: &FaultProxy) -> Context {
    let address = ApiAddress::parse(&proxy.url).unwrap();
    let client = Client::new(address, &site.local().access_token).unwrap();
    Context::new(client, site.context.device.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_of_more_tokens_than_calls_ends_all_of_them_and_says_that_it_waits() {
    const COUNT: usize = 12;
    let site = TestWorkspace::start().await;
    for number in 0..COUNT {
        site.issue("staging", &format!("leaked-{number}")).await;
    }
    let leaked = |it: &&model::PlacedToken| it.token.name.starts_with("leaked-");
    let active = site.active().await;
    let targets: Vec<RevokeTarget> = active.iter().filter(leaked).map(RevokeTarget::from).collect();
    assert_eq!(targets.len(), COUNT);
    let proxy = proxy(&site, 9);
    let folder = tempfile::tempdir().unwrap();
    let key = crypto::make_journal_key(&mut crypto::system_rng());
    let journal = Journal::open(folder.path().to_owned(), key, "test");
    let context = through(&site, &proxy).with_journal(Arc::new(journal));
    let mut waiting = context.waiting();
    let told = Mutex::new(Vec::new());
    let options = RunOptions {
        retry: RetryPolicy::REVOKE.tries(1),
        stop: StopWaiting::default(),
        known: KnownCiTokens::default(),
        tell: &|_, status: &RevocationStatus| told.lock().unwrap().push(status.clone()),
    };
    let run = revocation::revoke_targets(&context, &targets, &options);
    let waits = async { waiting.wait_for(Option::is_some).await.map(|until| *until) };
    let (statuses, until) = tokio::join!(run, waits);
    assert!(until.unwrap().is_some());
    assert_eq!(*context.waiting().borrow(), None, "nobody waits any more");
    assert_eq!(Tally::of(&statuses).gone, COUNT, "{statuses:?}");
    let failed = |it: &&RevocationStatus| {
        matches!(
            it,
            RevocationStatus::Retrying(_) | RevocationStatus::Unknown(_) | RevocationStatus::NotRevoked(_)
        )
    };
    assert_eq!(told.lock().unwrap().iter().filter(failed).count(), 0);
    assert!(proxy.throttled() > 0, "it was too much");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_around_waits_instead_of_leaving_gaps() {
    let site = TestWorkspace::start().await;
    let proxy = proxy(&site, 3);
    let survey = revocation::survey(&through(&site, &proxy)).await.unwrap();
    assert!(survey.unlisted.is_empty(), "{:?}", survey.unlisted);
    assert_eq!(survey.active.len(), site.active().await.len());
    assert!(proxy.throttled() > 0, "it was too much");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_contexts_of_a_session_share_one_budget() {
    let site = TestWorkspace::start().await;
    let place = site.place("staging").await;
    let proxy = proxy(&site, 4);
    let (one, other) = (through(&site, &proxy), through(&site, &proxy));
    service::list(&one, &place).await.unwrap();
    let lists = (0..10).map(|number| {
        let context = if number % 2 == 0 { &one } else { &other };
        service::list(context, &place)
    });
    for listed in futures_util::future::join_all(lists).await {
        listed.unwrap();
    }
    // Eleven calls are three times four: one is tried at the end of each time, and those under way when one ends.
    assert!(proxy.throttled() <= 4, "{} were sent too much", proxy.throttled());
}
