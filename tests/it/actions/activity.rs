//! Intents about the activity.

use deploy_tokens::intent::{ActivityIntent, PlaceIntent, TokenIntent};
use deploy_tokens::state::{AppState, Dialog, Entries, Load, Operation, Section};
use dioxus::prelude::{ReadableExt as _, WritableExt as _};
use model::{HolderKind, Problem, Standing, author_of};
use protocol::{ActivityAuthor, ActivityKind};
use testkit::{Fault, Secrets};

use super::Stage;

fn fetched(state: AppState) -> Option<Entries> {
    match &*state.activity.entries.peek() {
        Load::Ready(entries) => Some(entries.clone()),
        _ => None,
    }
}

fn failed(state: AppState) -> Option<Problem> {
    match &*state.activity.entries.peek() {
        Load::Failed(problem) => Some(problem.clone()),
        _ => None,
    }
}

impl Stage {
    async fn show_activity(&mut self) -> Entries {
        self.send(PlaceIntent::Show(Section::Activity));
        self.until("it is fetched", |state| fetched(state).is_some())
            .await;
        self.look(fetched).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_fetched_when_it_is_shown_and_new_entries_when_asked() {
    let mut stage = Stage::start().await;
    let first = stage.show_activity().await;
    let by_a_token = |it: &protocol::ActivityEntry| matches!(it.author, ActivityAuthor::Token { .. });
    assert!(
        first.list.iter().any(by_a_token),
        "the sample's runners have fetched"
    );
    stage.send(PlaceIntent::Show(Section::Tokens));
    stage.create("new-ci").await;
    stage.send(ActivityIntent::Refresh);
    let created = |state: AppState| {
        let entries = fetched(state).unwrap_or_default();
        let is_it = |it: &protocol::ActivityEntry| {
            it.kind == ActivityKind::Created && it.description.contains("\"new-ci\"")
        };
        entries.list.iter().any(is_it)
    };
    stage.until("it is there", created).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_comes_after_and_nothing_twice() {
    let mut stage = Stage::start().await;
    let runner = Secrets::of(&stage.site.issue("staging", "busy").await);
    for _ in 0..130 {
        stage.site.pull(&runner).await.unwrap();
    }
    let first = stage.show_activity().await;
    assert!(first.has_more && first.pages == 1 && first.list.len() == 100);
    // Meanwhile the last entries of the first page move to the second.
    stage.site.pull(&runner).await.unwrap();
    stage.send(ActivityIntent::Older);
    stage.send(ActivityIntent::Older);
    stage
        .until("the second page is there", |state| {
            fetched(state).is_some_and(|it| it.pages == 2)
        })
        .await;
    let both = stage.look(fetched).unwrap();
    assert!(both.list.len() > 130);
    let mut ids: Vec<_> = both.list.iter().map(|it| it.id.clone()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), both.list.len());
    let at = |number: usize| both.list[number].at.known();
    assert!((1..both.list.len()).all(|number| at(number - 1) >= at(number)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_had_is_said_and_what_is_there_stays() {
    let (mut stage, proxy) = Stage::behind("GET", "/activity", 1, Fault::Status(403, "", "{}")).await;
    stage.send(PlaceIntent::Show(Section::Activity));
    stage
        .until("it is refused", |state| {
            failed(state) == Some(Problem::ActivityNotShown)
        })
        .await;
    proxy.mend();
    stage.show_activity().await;

    let (mut stage, proxy) = Stage::behind("GET", "/activity", 3, Fault::Status(501, "", "{}")).await;
    // The first call is for the last uses.
    stage
        .until_token("production-ci", |it| it.is_some_and(|it| it.last_use.is_known()))
        .await;
    let runner = Secrets::of(&stage.site.issue("staging", "busy").await);
    for _ in 0..130 {
        stage.site.pull(&runner).await.unwrap();
    }
    stage.show_activity().await;
    stage.send(ActivityIntent::Older);
    let is_told = |state: AppState| matches!(&*state.activity.older.peek(), Operation::Failed(_));
    stage.until("it is told", is_told).await;
    assert!(stage.look(fetched).is_some(), "what is there stays");
    proxy.mend();
    stage.send(ActivityIntent::Older);
    stage
        .until("it goes on", |state| {
            fetched(state).is_some_and(|it| it.pages == 2)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_environment_keeps_the_kind_and_forgets_the_token() {
    let mut stage = Stage::start().await;
    stage.show_activity().await;
    let token = stage.token("production-ci").unwrap();
    stage.look(|state| {
        let (mut kind, mut about) = (state.activity.kind, state.activity.token);
        kind.set(Some(ActivityKind::Fetched));
        about.set(token.id.to_string());
    });
    let shown = |state: AppState| {
        let environment = state.place.environment.peek().as_ref().map(|it| it.id.clone());
        let entries = fetched(state).unwrap_or_default();
        state.activity.shown(&entries.list, environment).len()
    };
    assert_eq!(stage.look(shown), 5, "the fetches of that token");
    let staging = stage.look(|state| {
        let all = state.place.environments.peek();
        all.iter()
            .find(|it| it.name.as_str() == "staging")
            .unwrap()
            .id
            .clone()
    });
    stage.send(PlaceIntent::OpenEnvironment(staging));
    stage
        .until("it is fetched again", |state| fetched(state).is_some())
        .await;
    assert!(stage.look(|state| state.activity.token.peek().is_empty()));
    assert_eq!(stage.look(shown), 10, "of both of its tokens");
}

#[tokio::test(flavor = "multi_thread")]
async fn details_bring_what_was_done_with_a_token_and_whether_it_holds_the_key() {
    let mut stage = Stage::start().await;
    let token = stage.create("seen-ci").await;
    stage.close_sheet().await;
    stage.send(TokenIntent::ShowDetails(token.id.clone()));
    assert_eq!(
        stage.look(|state| state.dialog.open.peek().clone()),
        Dialog::Details(token.id.clone())
    );
    let is_it = |kind: &HolderKind| matches!(kind, HolderKind::Token { id: Some(id) } if *id == token.id);
    let holds = |state: AppState| match &*state.access.holders.peek() {
        Load::Ready(holders) => {
            let found = holders.list.iter().find(|it| is_it(&it.kind));
            found.is_some_and(|it| it.standing == Standing::Holds)
        }
        _ => false,
    };
    stage.until("it is among the holders", holds).await;
    let made = |state: AppState| {
        let entries = fetched(state).unwrap_or_default();
        let at = token.created.known().unwrap();
        author_of(&entries.list, &token, ActivityKind::Created, at).cloned()
    };
    stage
        .until("its maker is told", |state| made(state).is_some())
        .await;
    let maker = stage.look(made).unwrap();
    assert!(
        matches!(maker, ActivityAuthor::Person { name: Some(_), .. }),
        "{maker:?}"
    );
}
