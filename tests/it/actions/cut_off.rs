//! What a lost answer or a session that has ended cuts off: it is said as it is, and nothing is lost.

use deploy_tokens::intent::{AccessIntent, Intent, PlaceIntent, SessionIntent, SheetIntent, TokenIntent};
use deploy_tokens::state::{AppState, Confirm, ConfirmKind, Dialog, Gate, Operation, OwnDevice};
use dioxus::prelude::ReadableExt as _;
use model::{Grace, News, Remedy};
use protocol::{DeployToken, Lifetime};
use testkit::Fault;

use super::Stage;

fn confirm(kind: ConfirmKind, token: &DeployToken) -> Dialog {
    Dialog::Confirm(Confirm {
        kind,
        token: token.clone(),
        type_name: false,
    })
}

fn is_over(state: AppState) -> bool {
    *state.session.gate.peek() == Gate::Expired
}

impl Stage {
    /// Creates a token and a successor for it that has been handed over.
    async fn replacing(&mut self, name: &str) -> DeployToken {
        // A check would hold the entry after its sheet is closed. What hands over holds it a moment longer than it takes to
        // be seen in the list, so the intents that follow are insisted on.
        self.send(PlaceIntent::CheckIssued(false));
        let token = self.create(name).await;
        self.close_sheet().await;
        self.look(|it| it.dialog.show(confirm(ConfirmKind::Replace, &token)));
        self.send(TokenIntent::Replace(
            token.clone(),
            Lifetime::default(),
            Grace::Asked,
        ));
        self.until("the sheet is open", |it| it.sheet.issuance.peek().is_some())
            .await;
        self.close_sheet().await;
        let handed_over = |it: AppState| {
            let all = it.tokens.replacements.peek();
            all.len() == 1 && all[0].handed_over
        };
        self.until("it is being replaced", handed_over).await;
        token
    }

    /// Asks for something after the session has ended at the server, and signs in again.
    async fn cut_off(&mut self, dialog: Dialog, intent: impl Into<Intent>) {
        let database = self.site.database();
        let end = "UPDATE access_tokens SET revoked_at = created_at";
        database.execute(end, []).unwrap();
        self.look(|it| it.dialog.show(dialog));
        self.insist(intent, is_over).await;
        let restore = "UPDATE access_tokens SET revoked_at = NULL";
        database.execute(restore, []).unwrap();
        self.sign_in_by_password().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_replacement_whose_answer_is_lost_is_known_from_the_list() {
    let (mut stage, proxy) = Stage::behind("POST", "/revoke", 1, Fault::LostAfter).await;
    let token = stage.replacing("lost-ci").await;
    stage.look(|it| it.dialog.show(confirm(ConfirmKind::Finish, &token)));
    let finish = TokenIntent::FinishReplacement(token.clone());
    stage.insist(finish, |_| proxy.fired()).await;
    stage
        .told("it is replaced", |it| matches!(it, News::Replaced { .. }))
        .await;
    stage
        .until("nothing is being replaced", |it| {
            it.tokens.replacements.peek().is_empty()
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_that_never_reached_the_server_is_not_finished_and_can_be() {
    let (mut stage, proxy) = Stage::behind("POST", "/revoke", 1, Fault::LostBefore).await;
    let token = stage.replacing("lost-ci").await;
    stage.look(|it| it.dialog.show(confirm(ConfirmKind::Finish, &token)));
    let finish = TokenIntent::FinishReplacement(token.clone());
    stage.insist(finish.clone(), |_| proxy.fired()).await;
    stage
        .until("it is not finished", |it| {
            matches!(&*it.dialog.operation.peek(), Operation::Failed(_))
        })
        .await;
    let (told, replacing) = stage.look(|it| {
        (
            it.toasts.shown.peek().clone(),
            it.tokens.replacements.peek().clone(),
        )
    });
    assert!(!told.iter().any(|it| matches!(it.news, News::Replaced { .. })));
    assert!(replacing.len() == 1 && replacing[0].old == token.id);
    proxy.mend();
    let is_replaced = |it: AppState| {
        it.toasts
            .shown
            .peek()
            .iter()
            .any(|it| matches!(it.news, News::Replaced { .. }))
    };
    stage.insist(finish, is_replaced).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn finishing_a_replacement_is_done_after_signing_in_again() {
    let mut stage = Stage::start().await;
    let token = stage.replacing("worn-ci").await;
    let finish = TokenIntent::FinishReplacement(token.clone());
    stage.cut_off(confirm(ConfirmKind::Finish, &token), finish).await;
    stage
        .told("it is replaced", |it| matches!(it, News::Replaced { .. }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_done_after_signing_in_again() {
    let mut stage = Stage::start().await;
    let token = stage.create("old-ci").await;
    stage.close_sheet().await;
    stage.look(|it| it.dialog.show(confirm(ConfirmKind::Revoke, &token)));
    stage.send(TokenIntent::Revoke(token.clone()));
    stage
        .until_token("old-ci", |it| it.is_some_and(|it| !it.is_active()))
        .await;
    // The list may show it before the key is sealed again.
    stage
        .told("it is revoked", |it| matches!(it, News::Revoked { .. }))
        .await;
    let revoked = stage.token("old-ci").unwrap();
    let delete = TokenIntent::Delete(revoked.clone());
    stage
        .cut_off(confirm(ConfirmKind::Delete, &revoked), delete)
        .await;
    stage
        .told("it is deleted", |it| matches!(it, News::Deleted { .. }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wanted_of_keys_and_devices_is_done_after_signing_in_again() {
    let mut stage = Stage::start().await;
    stage.cut_off(Dialog::Closed, AccessIntent::Reshare).await;
    stage
        .told("it is sealed", |it| matches!(it, News::Reshared { .. }))
        .await;
    let mut stage = Stage::start().await;
    stage
        .cut_off(Dialog::UnlinkDevice, AccessIntent::UnlinkDevice)
        .await;
    stage.told("it is unlinked", |it| *it == News::Unlinked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_linked_after_signing_in_again() {
    let mut stage = Stage::start().await;
    stage.look(|it| it.dialog.show(Dialog::UnlinkDevice));
    stage.send(AccessIntent::UnlinkDevice);
    stage
        .until("it is unlinked", |it| *it.access.device.peek() == OwnDevice::None)
        .await;
    let link = AccessIntent::LinkDevice {
        name: "late laptop".to_owned(),
    };
    stage.send(AccessIntent::AskToLink);
    let asked = stage.look(|it| it.dialog.open.peek().clone());
    stage.cut_off(asked, link).await;
    stage.told("it is linked", |it| *it == News::Linked).await;
    let linked = |it: AppState| matches!(&*it.access.device.peek(), OwnDevice::Linked(device) if device.name.as_deref() == Some("late laptop"));
    stage.until("it is seen", linked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_key_gets_it_after_signing_in_again() {
    let mut stage = Stage::start().await;
    let waiting = stage.site.another_device("waiting laptop").await;
    let place = stage.site.place("production").await;
    let without = service::key_access(&waiting, &place).await;
    assert!(without.is_err(), "{without:?}");
    stage.send(PlaceIntent::Refresh);
    let somebody_waits = |it: AppState| !it.access.requests.peek().list.is_empty();
    stage.until("it is known who waits", somebody_waits).await;
    stage.send(AccessIntent::LookWhoAsks);
    let is_known = |it: AppState| !it.access.asking.peek().is_empty();
    stage.until("the device that waits is known", is_known).await;
    let asked = stage.look(|it| {
        let requests = it.access.requests.peek();
        requests.list.iter().map(|it| it.id.clone()).collect()
    });
    stage.cut_off(Dialog::Requests, AccessIntent::Fulfil(asked)).await;
    stage
        .told("it is answered", |it| matches!(it, News::RequestsAnswered(_)))
        .await;
    service::key_access(&waiting, &place).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_project_is_opened_after_signing_in_again() {
    let mut stage = Stage::start().await;
    let other = stage.look(|it| {
        let open = it.place.project.peek().clone();
        let all = it.place.projects.peek().clone();
        all.into_iter().find(|it| Some(it) != open.as_ref()).unwrap()
    });
    let open = PlaceIntent::OpenProject(other.id.clone());
    stage.cut_off(Dialog::Closed, open).await;
    stage
        .until("it is open", |it| {
            it.place.project.peek().as_ref() == Some(&other)
        })
        .await;
    stage.listed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_interrupted_is_revoked_after_signing_in_again() {
    let mut stage = Stage::start().await;
    let token = stage.create("left-ci").await;
    // The values were not taken: they are in the journal.
    stage.send(SessionIntent::Leave);
    stage.send(SessionIntent::SignIn);
    let id = stage.look_up_interrupted().await;
    let dialog = stage.look(|it| it.dialog.open.peek().clone());
    let remedy = Remedy::Revoke;
    stage.cut_off(dialog, TokenIntent::Resume { id, remedy }).await;
    stage
        .until("nothing is interrupted", |it| {
            it.place.interrupted.peek().is_empty()
        })
        .await;
    let active = stage.site.active().await;
    assert!(!active.iter().any(|it| it.token.id == token.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_sheet_survives_the_end_of_the_session() {
    let mut stage = Stage::start().await;
    let token = stage.create("unwanted-ci").await;
    stage.cut_off(Dialog::Closed, SheetIntent::RevokeIssued).await;
    stage
        .told("it is revoked", |it| matches!(it, News::Revoked { .. }))
        .await;
    stage
        .until_token("unwanted-ci", |it| {
            it.is_some_and(|it| it.id == token.id && !it.is_active())
        })
        .await;

    let mut stage = Stage::start().await;
    stage.create("wanted-ci").await;
    let database = stage.site.database();
    let end = "UPDATE access_tokens SET revoked_at = created_at";
    database.execute(end, []).unwrap();
    stage.send(SheetIntent::ShareAgain);
    stage.until("the session is over", is_over).await;
    stage.send(SessionIntent::StaySignedOut);
    let failed = |it: AppState| matches!(&*it.sheet.sharing.peek(), Operation::Failed(_));
    stage.until("it is not shared", failed).await;
    let there = |it: AppState| it.sheet.issuance.peek().is_some();
    assert!(stage.look(there), "the values are still there");
}
