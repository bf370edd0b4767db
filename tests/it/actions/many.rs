//! Intents about several tokens at once.

use deploy_tokens::actions::Choice;
use deploy_tokens::intent::{Intent, TokenIntent};
use deploy_tokens::state::{AppState, BulkKind, BulkLine, BulkState, Dialog, Load};
use dioxus::prelude::{ReadableExt as _, WritableExt as _};
use model::{ExportForm, Handed, News, Problem, RevocationStatus};
use protocol::{DeployToken, Lifetime, Moment, TokenStatus};
use testkit::{Fault, Secrets};

use super::Stage;
#[cfg(unix)]
use super::sending::Tool;

fn lines(state: AppState) -> Vec<BulkLine> {
    let run = state.chosen.run.peek();
    run.as_ref().map_or_else(Vec::new, |it| it.lines.clone())
}

fn is_over(state: AppState) -> bool {
    state.chosen.run.peek().as_ref().is_some_and(|it| it.over) && !state.dialog.operation.peek().is_running()
}

impl Stage {
    /// Makes tokens in the open environment, and waits until they are listed.
    async fn make(&mut self, names: &[&str]) -> Vec<DeployToken> {
        let mut made = Vec::new();
        for name in names {
            let issued = self.site.issue("production", name).await;
            made.push(issued.issuance.token);
        }
        self.insist(deploy_tokens::intent::PlaceIntent::Refresh, |state| {
            let entries = state.tokens.entries.peek();
            matches!(&*entries, Load::Ready(all) if made.iter().all(|it| {
                all.iter().filter_map(|it| it.token()).any(|listed| listed.id == it.id)
            }))
        })
        .await;
        made
    }

    fn choose_all(&self, tokens: &[DeployToken]) {
        self.look(|it| it.chosen.choose(tokens.iter().map(|it| it.id.clone()), true));
    }

    /// Confirms it in its dialog, and waits until it is over.
    async fn in_bulk(&mut self, kind: BulkKind) -> Vec<BulkLine> {
        self.look(|state| {
            let mut run = state.chosen.run;
            run.set(None);
            state.dialog.show(Dialog::Bulk(kind));
        });
        self.send(TokenIntent::InBulk(kind, Lifetime::default()));
        self.until("it is over", is_over).await;
        self.look(lines)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_tokens_are_revoked_as_in_an_emergency_and_then_deleted() {
    let mut stage = Stage::start().await;
    let first = stage.site.issue("production", "first").await;
    let runner = Secrets::of(&first);
    let made = stage.make(&["one", "two"]).await;
    let all = [vec![first.issuance.token], made].concat();
    stage.choose_all(&all);
    let done = stage.in_bulk(BulkKind::Revoke).await;
    assert_eq!(done.len(), 3);
    for line in &done {
        assert!(
            matches!(
                &line.state,
                BulkState::Revoking(RevocationStatus::Reshared { .. })
            ),
            "{line:?}"
        );
    }
    assert!(stage.site.pull(&runner).await.is_err(), "the server refuses it");
    assert!(
        stage.look(|it| it.chosen.tokens.peek().is_empty()),
        "what is done is not chosen any more"
    );
    stage
        .until_token("one", |it| it.is_some_and(|it| !it.may_be_active()))
        .await;

    stage.choose_all(&all[1..]);
    let done = stage.in_bulk(BulkKind::Delete).await;
    assert!(done.iter().all(|it| it.state == BulkState::Deleted), "{done:?}");
    stage.until_token("one", |it| it.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_that_was_not_asked_in_its_dialog() {
    let mut stage = Stage::start().await;
    let made = stage.make(&["one"]).await;
    stage.choose_all(&made);
    stage.send(TokenIntent::InBulk(BulkKind::Revoke, Lifetime::default()));
    stage.look(|it| it.dialog.show(Dialog::Bulk(BulkKind::Delete)));
    // A token that is active is none of those whose record is deleted.
    stage.send(TokenIntent::InBulk(BulkKind::Delete, Lifetime::default()));
    stage.send(TokenIntent::InBulk(BulkKind::Revoke, Lifetime::default()));
    assert!(stage.look(|it| it.chosen.run.peek().is_none()));
    assert!(!Intent::from(TokenIntent::InBulk(BulkKind::Revoke, Lifetime::default())).can_be_repeated());
    let active = stage.site.active().await;
    assert!(active.iter().any(|it| it.token.id == made[0].id));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_stops_no_other_and_stays_chosen() {
    let (mut stage, proxy) = Stage::behind("DELETE", "/nothing", 1, Fault::LostBefore).await;
    let made = stage.make(&["one", "two"]).await;
    for token in &made {
        stage.site.revoke_alone(token.id.as_str()).await;
    }
    let is_revoked = |state: AppState| {
        let entries = state.tokens.entries.peek();
        let Load::Ready(all) = &*entries else { return false };
        let revoked = all.iter().filter_map(|it| it.token());
        revoked
            .filter(|it| matches!(it.status, TokenStatus::Revoked { .. }))
            .count()
            >= 2
            && made.iter().all(|made| {
                all.iter()
                    .filter_map(|it| it.token())
                    .any(|it| it.id == made.id && !it.may_be_active())
            })
    };
    stage
        .insist(deploy_tokens::intent::PlaceIntent::Refresh, is_revoked)
        .await;
    // One of them is deleted by somebody else meanwhile.
    let output = stage
        .site
        .run(&["delete", "--env", "production", made[0].id.as_str()], "");
    assert!(output.status.success());
    stage.choose_all(&made);
    let done = stage.in_bulk(BulkKind::Delete).await;
    let of = |name: &str| done.iter().find(|it| it.name == name).unwrap().state.clone();
    assert!(
        matches!(of("one"), BulkState::Failed(Problem::Find(_))),
        "{:?}",
        of("one")
    );
    assert_eq!(of("two"), BulkState::Deleted);
    drop(proxy);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn new_values_go_to_where_the_former_ones_are_and_are_shown_nowhere() {
    let mut stage = Stage::start().await;
    let (good, bad) = (Tool::new("cat >> got"), Tool::new("cat > /dev/null; exit 1"));
    let made = stage.make(&["sent", "not-sent", "nowhere"]).await;
    let handed = |tool: &Tool| {
        vec![Handed {
            destination: tool.destination(),
            at: Moment::now(),
        }]
    };
    stage.look(|state| {
        let mut all = state.tokens.handed;
        all.write().insert(made[0].id.clone(), handed(&good));
        all.write().insert(made[1].id.clone(), handed(&bad));
    });
    stage.choose_all(&made);
    let done = stage.in_bulk(BulkKind::Rotate).await;
    let of = |name: &str| done.iter().find(|it| it.name == name).unwrap().state.clone();
    assert!(
        matches!(of("sent"), BulkState::Renewed { sent, failed, unshared: None } if sent.len() == 1 && failed.is_empty())
    );
    assert!(
        matches!(of("not-sent"), BulkState::Renewed { sent, failed, .. } if sent.is_empty() && failed.len() == 1)
    );
    assert_eq!(of("nowhere"), BulkState::NotSentAnywhere);
    assert_eq!(good.read("got").matches("GHOSTABLE_DEPLOY_SEED=").count(), 1);
    assert!(
        stage.look(|it| it.sheet.issuance.peek().is_none()),
        "no sheet shows them"
    );
    // What is done is given up; the others stay chosen, and what was not sent can be had again.
    let chosen = stage.look(|it| it.chosen.tokens.peek().clone());
    assert!(!chosen.contains(&made[0].id) && chosen.contains(&made[1].id) && chosen.contains(&made[2].id));
    let is_kept = |state: AppState| {
        let all = state.place.interrupted.peek();
        let names: Vec<_> = all
            .iter()
            .filter_map(|it| Some(&it.about.as_ref()?.name))
            .collect();
        names == ["not-sent"]
    };
    stage.until("it can be had again", is_kept).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_successor_is_sent_and_the_old_one_works_on() {
    let mut stage = Stage::start().await;
    let tool = Tool::new("cat >> got");
    let issued = stage.site.issue("production", "worn").await;
    let old = Secrets::of(&issued);
    let made = [issued.issuance.token];
    stage.make(&["other"]).await;
    stage.look(|state| {
        let mut all = state.tokens.handed;
        let (destination, at) = (tool.destination(), Moment::now());
        all.write()
            .insert(made[0].id.clone(), vec![Handed { destination, at }]);
    });
    stage.choose_all(&made);
    let done = stage.in_bulk(BulkKind::Replace).await;
    assert!(done[0].state.is_done(), "{done:?}");
    assert_eq!(tool.read("got").matches("GHOSTABLE_DEPLOY_SEED=").count(), 1);
    assert!(stage.site.pull(&old).await.is_ok(), "no runner stops");
    let waits = |state: AppState| {
        let all = state.tokens.replacements.peek();
        all.iter().any(|it| it.old == made[0].id && it.handed_over)
    };
    stage.until("it waits to be finished", waits).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_tool_is_found_before_anything_is_changed() {
    let mut stage = Stage::start().await;
    let made = stage.make(&["kept"]).await;
    let gone = Tool::new("true");
    let destination = gone.destination();
    std::fs::remove_file(gone.file("tool")).unwrap();
    stage.look(|state| {
        let mut all = state.tokens.handed;
        let at = Moment::now();
        all.write()
            .insert(made[0].id.clone(), vec![Handed { destination, at }]);
    });
    let key = |stage: &Stage| stage.token("kept").unwrap().key;
    let before = key(&stage);
    stage.choose_all(&made);
    let done = stage.in_bulk(BulkKind::Rotate).await;
    assert!(
        matches!(&done[0].state, BulkState::Failed(Problem::Send(_))),
        "{done:?}"
    );
    stage.listed().await;
    assert_eq!(key(&stage), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_exported_in_its_order_without_a_secret() {
    let mut stage = Stage::start().await;
    let made = stage.make(&["b-ci", "a-ci"]).await;
    let ids: Vec<_> = made.iter().map(|it| it.id.clone()).collect();
    for name in ["b-ci", "a-ci"] {
        let is_told = |it: Option<protocol::DeployToken>| it.is_some_and(|it| it.last_use.is_known());
        stage.until_token(name, is_told).await;
    }
    let csv = stage.machine.folder().join("list.csv");
    stage.machine.chosen.replace(Some(csv.clone()));
    stage.send(TokenIntent::Export(ExportForm::Csv, ids.clone()));
    stage
        .told("it is written", |it| {
            matches!(it, News::Exported { lines: 2, .. })
        })
        .await;
    let path = stage.look(|state| {
        let shown = state.toasts.shown.peek();
        let mut paths = shown.iter().filter_map(|it| match &it.news {
            News::Exported { path, .. } => Some(path.clone()),
            _ => None,
        });
        paths.next_back().unwrap()
    });
    assert_eq!(path, csv);
    let proposed = stage.machine.choices.borrow().last().cloned();
    assert!(
        matches!(&proposed, Some(Choice::NewFile { name, .. }) if name.ends_with(".csv")),
        "{proposed:?}"
    );
    let csv = std::fs::read_to_string(&path).unwrap();
    let names: Vec<&str> = csv
        .lines()
        .skip(1)
        .map(|it| it.split(',').nth(1).unwrap())
        .collect();
    assert!(csv.starts_with("id,name,project,environment,status,"));
    assert_eq!(names, ["b-ci", "a-ci"]);
    assert!(csv.contains("Storefront,production,active,"), "{csv}");

    let json = stage.machine.folder();
    stage.machine.chosen.replace(Some(json.join("list.json")));
    stage.send(TokenIntent::Export(ExportForm::Json, ids));
    stage
        .until("it is written, too", |_| {
            let mut files = std::fs::read_dir(&json).unwrap().flatten();
            files.any(|it| it.path().extension().is_some_and(|it| it == "json"))
        })
        .await;
    let file = std::fs::read_dir(&json).unwrap().flatten();
    let file = file
        .map(|it| it.path())
        .find(|it| it.extension().is_some_and(|it| it == "json"));
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(file.unwrap()).unwrap()).unwrap();
    assert_eq!(read[1]["name"], "a-ci");
    assert_eq!(read[1]["last_used_why"], "never");
}
