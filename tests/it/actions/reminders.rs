//! What was chosen of the window holds at once, and what is told by the system's notifications once they are allowed.

use std::time::{Duration, Instant};

use super::Stage;
use deploy_tokens::intent::{ProgramIntent, SessionIntent, TokenIntent};
use deploy_tokens::state::{AppState, Confirm, ConfirmKind, Dialog, Gate};
use dioxus::prelude::*;
use model::{MachineError, NewToken, News, Preferences, Theme};
use protocol::Lifetime;
use testkit::silent;

impl Stage {
    fn prefer(&self, change: impl FnOnce(&mut Preferences)) {
        let mut chosen = self.look(|it| *it.settings.chosen.peek());
        change(&mut chosen);
        self.send(ProgramIntent::Prefer(chosen));
    }

    async fn allow_notices(&mut self) {
        self.prefer(|it| it.notifies = true);
        self.until("they are on", |it| it.settings.chosen.peek().notifies)
            .await;
    }

    fn titles(&self) -> Vec<String> {
        let notices = self.machine.notices.borrow();
        notices.iter().flatten().map(|(title, _)| title.clone()).collect()
    }

    async fn until_titled(&mut self, title: &str) {
        let begun = Instant::now();
        while !self.titles().iter().any(|it| it == title) {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "never {title}: {:?}",
                self.titles()
            );
            self.until("a moment", |_| true).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A token that ends in so many days.
    async fn ending(&mut self, name: &str, days: i64) {
        self.confirm(
            Dialog::Create,
            TokenIntent::Create {
                name: name.to_owned(),
                lifetime: Lifetime::of_days(days).unwrap(),
            },
        );
        self.until("its sheet", |it| it.sheet.issuance.peek().is_some())
            .await;
        self.close_sheet().await;
        self.until_token(name, |it| it.is_some()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_chosen_holds_at_once_and_is_remembered() {
    let mut stage = Stage::start().await;
    stage.prefer(|it| {
        it.theme = Theme::Dark;
        it.clipboard = 15;
        it.idle = 0;
        it.refreshes = false;
    });
    let limits = stage.look(|it| it.settings.limits_now());
    assert_eq!(
        (limits.clipboard, limits.idle),
        (Some(Duration::from_secs(15)), None)
    );
    assert_eq!(stage.machine.preferences.get().theme, Theme::Dark);
    // What a start has set rules.
    stage.look(|it| {
        let mut given = it.settings.given;
        given.write().clipboard = Some(3);
    });
    let limits = stage.look(|it| it.settings.limits_now());
    assert_eq!(limits.clipboard, Some(Duration::from_secs(3)));
    // Nothing is asked for by itself any more.
    let place = stage.site.place("production").await;
    let new = NewToken {
        name: "unseen-ci".to_owned(),
        lifetime: Lifetime::default(),
    };
    service::create(&stage.site.context, &place, new, &silent)
        .await
        .unwrap();
    stage.with(|it| it.returned(Instant::now() + Duration::from_secs(90)));
    stage.until("a moment", |_| true).await;
    assert!(!stage.look(|it| *it.tokens.refreshing.peek()));
    stage.prefer(|it| it.refreshes = true);
    stage.with(|it| it.returned(Instant::now() + Duration::from_secs(90)));
    stage.until_token("unseen-ci", |it| it.is_some()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_told_once_and_again_when_it_is_nearer() {
    let mut stage = Stage::start().await;
    stage.ending("soon-ci", 10).await;
    assert!(stage.titles().is_empty(), "nothing before it is allowed");
    stage.allow_notices().await;
    stage.until_titled("soon-ci ends within 14 days").await;
    assert_eq!(stage.titles()[0], "Notifications are on");
    stage.ending("week-ci", 7).await;
    stage.until_titled("week-ci ends within 7 days").await;
    let told = |it: &Stage| it.titles().iter().filter(|it| it.starts_with("soon-ci")).count();
    assert_eq!(told(&stage), 1, "once");
    // The last that was told of it is long ago.
    let id = stage.token("week-ci").unwrap().id;
    assert_eq!(stage.machine.told_ends.borrow().get(&id), Some(&7));
    stage.machine.told_ends.borrow_mut().insert(id, 14);
    stage.ending("later-ci", 90).await;
    stage.until("a moment", |_| true).await;
    let begun = Instant::now();
    while stage
        .titles()
        .iter()
        .filter(|it| it.starts_with("week-ci"))
        .count()
        < 2
    {
        assert!(begun.elapsed() < Duration::from_secs(30));
        stage.until("a moment", |_| true).await;
    }
    assert!(!stage.titles().iter().any(|it| it.starts_with("later-ci")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_through_while_nobody_looks_is_told() {
    let mut stage = Stage::start().await;
    stage.allow_notices().await;
    for (name, is_watched) in [("seen-ci", true), ("left-ci", false)] {
        stage.create(name).await;
        stage.close_sheet().await;
        stage.until_token(name, |it| it.is_some()).await;
        let token = stage.token(name).unwrap();
        stage.with(|it| it.watched(is_watched));
        let asked = Dialog::Confirm(Confirm {
            kind: ConfirmKind::Revoke,
            token: token.clone(),
            type_name: false,
        });
        stage.confirm(asked, TokenIntent::Revoke(token));
        stage
            .told(
                "it is revoked",
                |it| matches!(it, News::Revoked { name: told } if told == name),
            )
            .await;
    }
    stage.until_titled("left-ci is revoked").await;
    assert!(!stage.titles().iter().any(|it| it.starts_with("seen-ci")));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_system_shows_none_they_stay_off() {
    let mut stage = Stage::start().await;
    stage.machine.notices.replace(None);
    stage.prefer(|it| it.notifies = true);
    let told = |it: &News| *it == News::Trouble(MachineError::NotNotified.into());
    stage.told("that there are none", told).await;
    assert!(!stage.look(|it| it.settings.chosen.peek().notifies));
    assert!(!stage.machine.preferences.get().notifies);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_is_known_and_the_way_back_opens_the_server() {
    let mut stage = Stage::start().await;
    let known = |it: AppState| it.session.known.peek().iter().any(|it| it.person.is_some());
    stage.until("who is signed in", known).await;
    let address = stage.look(|it| it.session.known.peek()[0].address.clone());
    stage.send(SessionIntent::SwitchTo(address));
    stage
        .until("it is open again", |it| {
            *it.session.gate.peek() == Gate::Inside && it.place.environment.peek().is_some()
        })
        .await;
    stage.listed().await;
    stage.send(SessionIntent::SignOut { anyway: false });
    stage
        .until("it is left", |it| *it.session.gate.peek() == Gate::Welcome)
        .await;
    assert_eq!(*stage.machine.person.borrow(), None);
}
