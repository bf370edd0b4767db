//! What is shown is kept up to date by itself.

use std::time::{Duration, Instant};

use deploy_tokens::intent::AccessIntent;
use deploy_tokens::state::{AppState, Connection, KeyState, Load, TokenHealth};
use dioxus::prelude::ReadableExt as _;
use model::{NewToken, Uses};
use protocol::crypto::{make_deploy_key, system_rng};
use protocol::{Lifetime, Moment, TokenEntry};
use serde_json::json;
use testkit::{Endpoint, Fault, FaultProxy, TestWorkspace, silent};

use super::Stage;

/// So much later that anything is due that ever is.
fn later() -> Instant {
    Instant::now() + Duration::from_secs(90)
}

fn is_stale(state: AppState) -> bool {
    state.tokens.stale.peek().is_some()
}

fn lists(proxy: &FaultProxy) -> usize {
    let is_list = |it: &&String| it.starts_with("GET ") && it.contains("/deploy-tokens");
    proxy.seen().iter().filter(is_list).count()
}

impl Stage {
    /// Answers what is still under way, so that nothing of it is taken for something that comes by itself.
    async fn settled(&mut self) {
        let settled = |it: AppState| *it.tokens.uses.peek() != Uses::default();
        self.until("last uses are there", settled).await;
    }

    async fn shows(&mut self, name: &str) {
        self.until_token(name, |it| it.is_some()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_done_is_shown_after_a_minute_or_to_who_comes_back() {
    let mut stage = Stage::start().await;
    stage.settled().await;
    let ahead = stage.look(|it| *it.tokens.clock_ahead.peek());
    assert!(ahead.is_some_and(|it| it.abs() < 5), "the same clock: {ahead:?}");
    stage.site.issue("production", "first-ci").await;
    stage.with(|it| it.keep_fresh(Instant::now()));
    stage.with(|it| it.returned(Instant::now()));
    assert!(stage.token("first-ci").is_none());
    stage.with(|it| it.keep_fresh(later()));
    stage.shows("first-ci").await;
    let busy = |it: AppState| *it.tokens.refreshing.peek();
    assert!(!stage.look(busy), "nobody has asked for it");
    stage.settled().await;
    stage.site.issue("production", "second-ci").await;
    stage.with(|it| it.returned(Instant::now() + Duration::from_secs(5)));
    stage.shows("second-ci").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_list_at_a_time_is_asked_for() {
    let (mut stage, proxy) = Stage::behind("POST", "/nothing", 1, Fault::LostBefore).await;
    stage.settled().await;
    let before = lists(&proxy);
    for _ in 0..5 {
        stage.with(|it| it.keep_fresh(later()));
    }
    let at = |it: AppState| *it.tokens.listed_at.peek();
    let known = stage.look(at);
    stage
        .until("it was listed again", |it| *it.tokens.listed_at.peek() != known)
        .await;
    assert_eq!(lists(&proxy), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_went_away_is_noticed_when_it_is_back() {
    let (mut stage, proxy) = Stage::behind("POST", "/nothing", 1, Fault::LostBefore).await;
    stage.settled().await;
    proxy.down(true);
    stage.with(|it| it.keep_fresh(later()));
    stage.until("the list is stale", is_stale).await;
    let key_is_known = |it: AppState| matches!(&*it.place.key.peek(), KeyState::Held { .. });
    assert!(stage.look(key_is_known), "no answer says nothing about the key");
    // The pauses grow: nothing is asked within the first.
    stage.with(|it| it.keep_fresh(Instant::now()));
    assert!(stage.look(is_stale));
    proxy.down(false);
    stage.with(|it| it.keep_fresh(later()));
    stage.until("it is up to date", |it| !is_stale(it)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_not_there_at_the_start_is_opened_when_it_is() {
    let site = TestWorkspace::start().await;
    let endpoint = Endpoint {
        method: "POST",
        ending: "/nothing",
        from: 1,
    };
    let proxy = FaultProxy::at(site.running.address(), endpoint, Fault::LostBefore);
    proxy.down(true);
    let mut stage = Stage::closed(site, proxy.url.clone(), true).await;
    stage.with(|it| it.open());
    let failed = |it: AppState| matches!(&*it.place.connection.peek(), Connection::Failed(_));
    stage.until("it cannot be opened", failed).await;
    proxy.down(false);
    stage.with(|it| it.keep_fresh(later()));
    assert!(
        stage.look(failed),
        "what could not be opened is shown until it is open"
    );
    stage.listed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_of_this_machine_has_done_is_shown_at_once() {
    let mut stage = Stage::closed_at_the_local_workspace().await;
    stage.open().await;
    stage.settled().await;
    // A command works with the same journal.
    let context = stage.machine.local();
    let place = stage.site.place("production").await;
    let new = NewToken {
        name: "beside-ci".to_owned(),
        lifetime: Lifetime::default(),
    };
    let issuing = service::create(&context, &place, new, &silent);
    drop(issuing.await.unwrap());
    let listed = |it: AppState| matches!(&*it.tokens.entries.peek(), Load::Ready(_));
    assert!(stage.look(listed) && stage.token("beside-ci").is_none());
    stage.with(|it| it.keep_fresh(Instant::now()));
    stage.shows("beside-ci").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_lacks_the_key_shows_it_until_the_key_is_shared() {
    let mut stage = Stage::start().await;
    stage.settled().await;
    // Another client made it, and did not come to sharing.
    let (_, key) = make_deploy_key(&mut system_rng());
    let place = stage.site.place("production").await;
    let path = format!("/projects/{}/deploy-tokens", place.project);
    let body = json!({"name": "left-ci", "environment_id": place.environment.id.as_str(),
        "public_key": key.to_base64()});
    let (status, answer) = stage.site.post(&path, &body).await;
    assert_eq!(status, 201, "{answer}");
    stage.with(|it| it.keep_fresh(later()));
    let health = |it: AppState| match &*it.tokens.entries.peek() {
        Load::Ready(entries) => {
            let mut tokens = entries.iter().filter_map(TokenEntry::token);
            let found = tokens.find(|it| it.name == "left-ci");
            found.map(|token| it.tokens.health_of(token, Moment::now()))
        }
        _ => None,
    };
    stage
        .until("it is not shared", |it| {
            health(it) == Some(TokenHealth::NotShared)
        })
        .await;
    stage.send(AccessIntent::Reshare);
    stage
        .until("it is shared", |it| health(it) == Some(TokenHealth::Active))
        .await;
    assert!(stage.look(|it| it.tokens.lacking_key().is_empty()));
}
