//! Intents of the emergency page.

use deploy_tokens::actions::Choice;
use deploy_tokens::intent::{ChecklistIntent, EmergencyIntent, ProgramIntent, SessionIntent, SheetIntent};
use deploy_tokens::state::{AppState, Dialog, Gate, LeakSearch, Load};
use dioxus::prelude::{ReadableExt as _, WritableExt as _};
use model::{KeyStatus, News, PublicText, ValueState};
use protocol::{DeployTokenId, NotKnown, Occurrence};
use testkit::Fault;

use super::Stage;

fn is_over(state: AppState) -> bool {
    state.emergency.run.peek().as_ref().is_some_and(|run| run.over)
}

fn is_told(state: AppState) -> bool {
    let run = state.emergency.run.peek();
    run.as_ref().is_some_and(|run| run.incident.is_some())
}

impl Stage {
    async fn looked(&mut self) {
        self.send(EmergencyIntent::Look);
        self.until("everything was looked at", |it| {
            matches!(&*it.emergency.active.peek(), Load::Ready(_)) && !*it.emergency.refreshing.peek()
        })
        .await;
    }

    fn choose(&self, id: &DeployTokenId) {
        self.look(|it| it.emergency.choose([id.clone()], true));
        assert_eq!(self.look(|it| it.emergency.chosen().len()), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_use_that_the_page_of_tokens_knows_is_told_and_no_activity_is_asked_for() {
    let mut stage = Stage::start().await;
    let used = |it: Option<protocol::DeployToken>| it.is_some_and(|it| it.last_use.known().is_some());
    stage.until_token("production-ci", used).await;
    stage.looked().await;
    let last_use = |name: &str| {
        stage.look(|it| match &*it.emergency.active.peek() {
            Load::Ready(active) => {
                let found = active.iter().find(|it| it.token.name == name);
                found.map(|it| it.token.last_use)
            }
            _ => None,
        })
    };
    assert!(last_use("production-ci").unwrap().known().is_some());
    assert_eq!(
        last_use("staging-ci"),
        Some(Occurrence::NotKnown(NotKnown::NotTold)),
        "of another environment"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaked_is_found_revoked_and_reported() {
    let mut stage = Stage::start().await;
    let token = stage.create("leaked-ci").await;
    stage.send(SheetIntent::CopyBlock);
    stage
        .until("it is copied", |it| it.sheet.copied.peek().is_some())
        .await;
    stage.close_sheet().await;
    stage.looked().await;
    stage.send(EmergencyIntent::PasteLeak);
    stage
        .until("it is found", |it| {
            matches!(&*it.emergency.leak.peek(), LeakSearch::Found(found) if found[0].placed.token.id == token.id)
        })
        .await;
    assert!(stage.look(|it| it.emergency.leaked().is_some()));
    stage.send(EmergencyIntent::ForgetLeak);
    assert!(stage.look(|it| it.emergency.leaked().is_none()));
    stage.send(EmergencyIntent::PasteLeak);
    stage
        .until("it is found again", |it| {
            matches!(&*it.emergency.leak.peek(), LeakSearch::Found(_))
        })
        .await;
    stage.send(EmergencyIntent::Revoke);
    stage.until("it is over", is_told).await;
    assert!(stage.look(|it| {
        let run = it.emergency.run.peek().clone().unwrap();
        run.lines.len() == 1 && run.lines[0].1.is_refused()
    }));
    assert!(
        stage.look(|it| it.emergency.leaked().is_none()),
        "a secret that is refused is not kept"
    );
    stage.send(EmergencyIntent::CopyReport);
    stage
        .told("it is copied", |it| {
            *it == News::Copied(PublicText::IncidentReport)
        })
        .await;
    assert!(stage.paper.0.borrow().contains("leaked-ci"));
    let report = stage.machine.folder().join("reports.md");
    stage.machine.chosen.replace(Some(report.clone()));
    stage.send(EmergencyIntent::SaveReport);
    stage
        .told("it is saved", |it| *it == News::ReportSaved(report.clone()))
        .await;
    assert!(std::fs::read_to_string(&report).unwrap().contains("leaked-ci"));
    let asked = stage.machine.choices.borrow().last().cloned();
    assert!(
        matches!(&asked, Some(Choice::NewFile { name, .. }) if name.ends_with(".md")),
        "{asked:?}"
    );
    stage.send(ProgramIntent::OpenFolderOf(report));
    assert_eq!(*stage.machine.shown.borrow(), Some(stage.machine.folder()));
    stage.send(EmergencyIntent::Close);
    assert!(stage.look(|it| it.emergency.run.peek().is_none()));
}

/// The keys of a run that is over, and no more under way.
fn keys(state: AppState) -> Option<Vec<KeyStatus>> {
    let run = state.emergency.run.peek();
    let run = run.as_ref().filter(|run| run.over && !run.is_renewing())?;
    Some(run.keys.iter().map(|it| it.status.clone()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_seed_leaked_the_key_is_renewed_once_the_token_is_refused() {
    let mut stage = Stage::start().await;
    let before = stage.site.open_key("production").await;
    let token = stage.create("leaked-ci").await;
    stage.send(SheetIntent::CopyBlock);
    stage
        .until("it is copied", |it| it.sheet.copied.peek().is_some())
        .await;
    stage.close_sheet().await;
    stage.looked().await;
    assert!(!stage.look(|it| *it.emergency.renews.peek()));
    stage.send(EmergencyIntent::PasteLeak);
    stage
        .until("its seed is found", |it| *it.emergency.renews.peek())
        .await;
    stage.send(EmergencyIntent::Revoke);
    stage
        .until("the key is new", |it| {
            keys(it).is_some_and(|keys| matches!(keys[..], [KeyStatus::Renewed(_)]))
        })
        .await;
    stage.until("it is reported", is_told).await;
    stage.send(EmergencyIntent::CopyReport);
    stage
        .told("it is copied", |it| {
            *it == News::Copied(PublicText::IncidentReport)
        })
        .await;
    let report = stage.paper.0.borrow().clone();
    assert!(report.contains("production: a new key, version"), "{report}");
    assert!(!report.contains("Renew the key of each"), "{report}");
    let now = stage.site.open_key("production").await;
    assert!(!now.ct_eq(&before));

    // What its runner could read is to be changed.
    stage.send(ChecklistIntent::BeginOfRun);
    stage
        .until("the values are listed", |it| {
            matches!(&*it.dialog.open.peek(), Dialog::Checklist(Some(_)))
        })
        .await;
    let list = stage.look(|it| it.checklists.all.peek()[0].clone());
    assert_eq!(list.because, ["leaked-ci"]);
    let value = list.places[0].values[0].clone();
    assert_eq!(value.state, ValueState::AsItWas);
    stage.send(ChecklistIntent::Settle {
        id: list.id.clone(),
        environment: list.places[0].environment.id.clone(),
        name: value.name.clone(),
        settled: true,
    });
    stage
        .until("it is settled", |it| it.checklists.all.peek()[0].done().0 == 1)
        .await;
    stage.send(ChecklistIntent::Copy(list.id.clone()));
    stage
        .told("it is copied", |it| *it == News::Copied(PublicText::Checklist))
        .await;
    let copied = stage.paper.0.borrow().clone();
    assert!(
        copied.contains(&format!("- [x] `{}`: settled by hand", value.name)),
        "{copied}"
    );
    stage.send(EmergencyIntent::CopyReport);
    stage
        .told("the report is copied", |it| {
            *it == News::Copied(PublicText::IncidentReport)
        })
        .await;
    let report = stage.paper.0.borrow().clone();
    assert!(report.contains("# Values to change"), "{report}");
    // The same list, not another one.
    stage.send(ChecklistIntent::BeginOfRun);
    stage
        .until("it is looked at", |it| !*it.checklists.looking.peek())
        .await;
    assert_eq!(stage.look(|it| it.checklists.all.peek().len()), 1);
    stage.send(ChecklistIntent::Forget(list.id));
    stage
        .until("it is forgotten", |it| it.checklists.all.peek().is_empty())
        .await;
    let active = stage.site.active().await;
    assert!(active.iter().all(|it| it.token.id != token.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_renewed_is_told_and_tried_again() {
    let (mut stage, proxy) = Stage::behind("POST", "/push", 1, Fault::Status(403, "", "{}")).await;
    stage.looked().await;
    let id = stage.site.active().await[0].token.id.clone();
    stage.choose(&id);
    stage.look(|it| {
        let mut renews = it.emergency.renews;
        renews.set(true);
    });
    stage.send(EmergencyIntent::Revoke);
    let failed = |it: AppState| keys(it).is_some_and(|keys| matches!(keys[..], [KeyStatus::NotRenewed(_)]));
    stage.until("it is told", failed).await;
    assert!(stage.look(|it| it.emergency.run.peek().as_ref().unwrap().lines[0].1.is_refused()));
    proxy.mend();
    stage.send(EmergencyIntent::RenewKeys);
    stage
        .until("what was begun is finished", |it| {
            keys(it).is_some_and(|keys| matches!(keys[..], [KeyStatus::Renewed(_)]))
        })
        .await;
    stage
        .until("nothing is left to do", |it| {
            it.place.interrupted.peek().is_empty()
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_or_loses_is_never_told_as_done() {
    for fault in [Fault::Status(403, "", "{}"), Fault::LostAfter, Fault::LostBefore] {
        let (mut stage, proxy) = Stage::behind("POST", "/revoke", 1, fault).await;
        stage.looked().await;
        let id = stage.site.active().await[0].token.id.clone();
        stage.choose(&id);
        stage.send(EmergencyIntent::Revoke);
        while !proxy.fired() {
            stage.until("a moment", |_| true).await;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        match fault {
            Fault::LostBefore => {
                // It goes on until the user has waited enough.
                stage.send(SessionIntent::Leave);
                stage
                    .told("leaving has to wait", |it| *it == News::RunUnderWay)
                    .await;
                stage.send(EmergencyIntent::StopWaiting);
            }
            Fault::LostAfter => proxy.mend(),
            _ => {}
        }
        stage.until("it is over", is_over).await;
        let is_active = stage.site.active().await.iter().any(|it| it.token.id == id);
        let is_refused = stage.look(|it| it.emergency.run.peek().as_ref().unwrap().lines[0].1.is_refused());
        assert_eq!(is_refused, !is_active);
        if matches!(fault, Fault::LostBefore) {
            stage
                .until("it is left over", |it| it.emergency.unfinished.peek().0 == 1)
                .await;
            proxy.mend();
            stage
                .insist(EmergencyIntent::GoOn, |it| {
                    is_over(it) && it.emergency.run.peek().as_ref().unwrap().lines[0].1.is_refused()
                })
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_out_meanwhile_signs_in_again() {
    let mut stage = Stage::start().await;
    stage.looked().await;
    let end = "UPDATE access_tokens SET revoked_at = created_at";
    stage.site.database().execute(end, []).unwrap();
    stage.send(EmergencyIntent::Look);
    stage
        .until("the session is over", |it| {
            *it.session.gate.peek() == Gate::Expired
        })
        .await;
    assert!(
        stage.look(|it| matches!(&*it.emergency.active.peek(), Load::Ready(_))),
        "what is shown stays"
    );
}
