//! Intents about tokens, the sheet, keys and the place.

use deploy_tokens::intent::{AccessIntent, Intent, PlaceIntent, ProgramIntent, SheetIntent, TokenIntent};
use deploy_tokens::state::{
    AppState, Confirm, ConfirmKind, Copied, Dialog, Gate, Load, Operation, OwnDevice, Section, StatusFilter,
    Verification,
};
use dioxus::prelude::{ReadableExt as _, WritableExt as _};
use model::{CiTokenOutcome, Document, Grace, IssuanceKind, News, Problem, PublicText, Remedy, RunnerProof};
use protocol::{DeployToken, Lifetime, NotKnown, Occurrence};
use testkit::{Fault, Secrets};

use super::Stage;

fn sheet_is_open(state: AppState) -> bool {
    state.sheet.issuance.peek().is_some()
}

fn failed(state: AppState) -> Option<Problem> {
    match &*state.dialog.operation.peek() {
        Operation::Failed(problem) => Some(problem.clone()),
        _ => None,
    }
}

fn about(kind: ConfirmKind, token: &DeployToken) -> Dialog {
    Dialog::Confirm(Confirm {
        kind,
        token: token.clone(),
        type_name: false,
    })
}

impl Stage {
    /// Confirms something in its dialog.
    pub(super) fn confirm(&self, dialog: Dialog, intent: impl Into<Intent>) {
        self.look(|state| state.dialog.show(dialog));
        self.send(intent);
    }

    /// Creates a token, and leaves its sheet open.
    pub(super) async fn create(&mut self, name: &str) -> DeployToken {
        self.confirm(
            Dialog::Create,
            TokenIntent::Create {
                name: name.to_owned(),
                lifetime: Lifetime::default(),
            },
        );
        self.until("the sheet is open", sheet_is_open).await;
        self.look(|state| state.sheet.issuance.peek().as_ref().unwrap().token.clone())
    }

    /// Closes the sheet as somebody who has taken what is in it.
    pub(super) async fn close_sheet(&mut self) {
        self.look(|state| state.sheet.drop_secrets());
        let nothing = |state: AppState| state.place.interrupted.peek().is_empty();
        self.until("nothing is interrupted", nothing).await;
    }

    /// Runs the window until a token is listed and something is true of it.
    pub(super) async fn until_token(&mut self, name: &str, is: impl Fn(Option<DeployToken>) -> bool) {
        for _ in 0..2000 {
            if is(self.token(name)) {
                return;
            }
            self.until("a moment", |_| true).await;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{name} is {:?}", self.token(name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn last_use_is_filled_in_and_our_own_check_is_none() {
    let mut stage = Stage::start().await;
    stage.create("used-ci").await;
    let checked =
        |state: AppState| matches!(&*state.sheet.verification.peek(), Verification::Verified { .. });
    stage.until("it is checked", checked).await;
    let secrets = stage.look(|state| {
        let issuance = state.sheet.issuance.peek();
        let issuance = issuance.as_ref().unwrap();
        let CiTokenOutcome::Issued(ci_token) = &issuance.ci_token else {
            panic!("no CI token was issued")
        };
        Secrets {
            ci_token: ci_token.clone(),
            seed: issuance.seed.clone(),
        }
    });
    stage.close_sheet().await;
    let never = |it: Option<DeployToken>| it.is_some_and(|it| it.last_use == Occurrence::Never);
    stage.until_token("used-ci", never).await;
    stage.site.pull(&secrets).await.unwrap();
    stage.send(PlaceIntent::Refresh);
    let used = |it: Option<DeployToken>| it.is_some_and(|it| it.last_use.known().is_some());
    stage.until_token("used-ci", used).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_shown_before_the_activity_and_without_it() {
    let (mut stage, _proxy) = Stage::behind(
        "GET",
        "/activity",
        1,
        Fault::Status(403, "", r#"{"message":"This action is unauthorized."}"#),
    )
    .await;
    let not_allowed = Occurrence::NotKnown(NotKnown::NotAllowed);
    let told = |it: Option<DeployToken>| it.is_some_and(|it| it.last_use == not_allowed);
    stage.until_token("production-ci", told).await;
    assert!(
        stage.look(|state| state.tokens.stale.peek().is_none()),
        "that is no failure of the list"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_created_checked_copied_and_its_sheet_closed() {
    let mut stage = Stage::start().await;
    let token = stage.create("fast-ci").await;
    stage
        .until("it is checked", |state| {
            matches!(&*state.sheet.verification.peek(), Verification::Verified { .. })
        })
        .await;
    for (intent, copied, begins) in [
        (SheetIntent::CopyBlock, Copied::Block, "GHOSTABLE_CI_TOKEN="),
        (SheetIntent::CopyCiToken, Copied::CiToken, "|"),
        (SheetIntent::CopySeed, Copied::Seed, ""),
    ] {
        stage.send(intent);
        stage
            .until("it is copied", |state| *state.sheet.copied.peek() == Some(copied))
            .await;
        let text = stage.paper.0.borrow().clone();
        assert!(!text.is_empty() && text.contains(begins), "{copied:?}");
    }
    stage.send(SheetIntent::RevealCiToken(true));
    stage.send(SheetIntent::RevealSeed(true));
    assert!(stage.look(|it| *it.sheet.ci_token_revealed.peek() && *it.sheet.seed_revealed.peek()));
    stage.send(SheetIntent::VerifyAgain);
    assert!(stage.look(|it| *it.sheet.verification.peek() == Verification::Running));
    stage.send(ProgramIntent::ClearClipboard);
    stage
        .until("it is cleared", |state| {
            *state.sheet.copied.peek() == Some(Copied::Cleared)
        })
        .await;
    assert!(stage.paper.0.borrow().is_empty());
    stage.close_sheet().await;
    stage
        .until_token("fast-ci", |it| it.is_some_and(|it| it.id == token.id))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_rotated_revoked_and_deleted() {
    let mut stage = Stage::start().await;
    let token = stage.create("turned-ci").await;
    stage.close_sheet().await;
    stage.confirm(
        about(ConfirmKind::Rotate, &token),
        TokenIntent::Rotate(token.clone(), Lifetime::default()),
    );
    stage.until("the sheet is open", sheet_is_open).await;
    let kind = stage.look(|it| it.sheet.issuance.peek().as_ref().map(|it| it.kind));
    assert_eq!(kind, Some(IssuanceKind::Rotate));
    stage.close_sheet().await;

    stage.confirm(
        about(ConfirmKind::Revoke, &token),
        TokenIntent::Revoke(token.clone()),
    );
    stage
        .told("it is revoked", |it| matches!(it, News::Revoked { .. }))
        .await;
    stage
        .until_token("turned-ci", |it| it.is_some_and(|it| !it.is_active()))
        .await;
    let revoked = stage.token("turned-ci").unwrap();
    stage.confirm(about(ConfirmKind::Delete, &revoked), TokenIntent::Delete(revoked));
    stage
        .told("it is deleted", |it| matches!(it, News::Deleted { .. }))
        .await;
    stage.until_token("turned-ci", |it| it.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_replaced_and_its_replacement_finished_or_forgotten() {
    let mut stage = Stage::start().await;
    // A check would hold the entry for a moment after its sheet is closed.
    stage.send(PlaceIntent::CheckIssued(false));
    let token = stage.create("worn-ci").await;
    stage.close_sheet().await;
    let replace = |stage: &Stage, token: &DeployToken| {
        stage.confirm(
            about(ConfirmKind::Replace, token),
            TokenIntent::Replace(token.clone(), Lifetime::default(), Grace::Asked),
        );
    };
    replace(&stage, &token);
    stage.until("the sheet is open", sheet_is_open).await;
    stage.close_sheet().await;
    let one = |state: AppState| {
        let all = state.tokens.replacements.peek();
        all.len() == 1 && all[0].handed_over
    };
    stage.until("it is being replaced", one).await;
    stage.confirm(
        about(ConfirmKind::Finish, &token),
        TokenIntent::FinishReplacement(token.clone()),
    );
    stage
        .told("it is replaced", |it| matches!(it, News::Replaced { .. }))
        .await;
    let none = |state: AppState| state.tokens.replacements.peek().is_empty();
    stage.until("nothing is being replaced", none).await;

    let next = stage.token("worn-ci").unwrap();
    assert!(next.id != token.id && next.is_active());
    replace(&stage, &next);
    stage.until("the sheet is open", sheet_is_open).await;
    stage.close_sheet().await;
    stage.until("it is being replaced", one).await;
    stage
        .insist(TokenIntent::ForgetReplacement(next.id.clone()), none)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_stays_in_its_dialog() {
    let mut stage = Stage::start().await;
    stage.confirm(
        Dialog::Create,
        TokenIntent::Create {
            name: String::new(),
            lifetime: Lifetime::default(),
        },
    );
    assert!(stage.look(failed).is_some(), "a name is needed");
    stage.look(|it| it.dialog.close());

    let token = stage.create("once-ci").await;
    stage.close_sheet().await;
    stage.confirm(
        about(ConfirmKind::Delete, &token),
        TokenIntent::Delete(token.clone()),
    );
    stage
        .until("an active one stays", |it| failed(it).is_some())
        .await;
    // Somebody else has ended it.
    let place = stage.site.place("production").await;
    service::revoke(&stage.site.context, &place, token.id.as_str(), &testkit::silent)
        .await
        .unwrap();
    for (kind, intent) in [
        (
            ConfirmKind::Rotate,
            TokenIntent::Rotate(token.clone(), Lifetime::default()),
        ),
        (
            ConfirmKind::Replace,
            TokenIntent::Replace(token.clone(), Lifetime::default(), Grace::Asked),
        ),
        (ConfirmKind::Finish, TokenIntent::FinishReplacement(token.clone())),
    ] {
        stage.confirm(about(kind, &token), intent.clone());
        stage
            .until(&format!("{intent:?}"), |it| failed(it).is_some())
            .await;
        assert_eq!(stage.look(|it| *it.session.gate.peek()), Gate::Inside);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_a_creation_loses_no_secret() {
    let (mut stage, proxy) = Stage::behind("POST", "/deploy-tokens", 1, Fault::LostAfter).await;
    stage.confirm(
        Dialog::Create,
        TokenIntent::Create {
            name: "lost-ci".to_owned(),
            lifetime: Lifetime::default(),
        },
    );
    stage
        .until("either way it ends", |it| {
            sheet_is_open(it) || failed(it).is_some()
        })
        .await;
    assert!(proxy.fired());
    proxy.mend();
    if stage.look(sheet_is_open) {
        return stage.close_sheet().await;
    }
    let id = stage.look_up_interrupted().await;
    stage.send(TokenIntent::Resume {
        id,
        remedy: Remedy::Finish,
    });
    stage.until("the sheet is open", sheet_is_open).await;
    stage.close_sheet().await;
    assert!(stage.token("lost-ci").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_a_revocation_is_told_or_was_asked_for_again() {
    let (mut stage, _proxy) = Stage::behind("POST", "/revoke", 1, Fault::LostAfter).await;
    let token = stage.create("gone-ci").await;
    stage.close_sheet().await;
    stage.confirm(
        about(ConfirmKind::Revoke, &token),
        TokenIntent::Revoke(token.clone()),
    );
    let told = |it: AppState| {
        let is_revoked = |news: &News| matches!(news, News::Revoked { .. });
        it.toasts.shown.peek().iter().any(|it| is_revoked(&it.news))
    };
    stage
        .until("either way it ends", |it| told(it) || failed(it).is_some())
        .await;
    stage
        .until_token("gone-ci", |it| it.is_some_and(|it| !it.is_active()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_that_ended_cut_off_is_done_after_signing_in_again() {
    let mut stage = Stage::start().await;
    let token = stage.create("late-ci").await;
    stage.close_sheet().await;
    let database = stage.site.database();
    let end = "UPDATE access_tokens SET revoked_at = created_at";
    database.execute(end, []).unwrap();
    for intent in [
        TokenIntent::Create {
            name: "later-ci".to_owned(),
            lifetime: Lifetime::default(),
        },
        TokenIntent::Rotate(token.clone(), Lifetime::default()),
        TokenIntent::Replace(token.clone(), Lifetime::default(), Grace::Asked),
        TokenIntent::Revoke(token.clone()),
    ] {
        stage.confirm(Dialog::Create, intent.clone());
        stage
            .until(&format!("{intent:?}"), |it| {
                *it.session.gate.peek() == Gate::Expired && failed(it).is_some()
            })
            .await;
        stage.send(deploy_tokens::intent::SessionIntent::StaySignedOut);
    }
    stage.confirm(
        about(ConfirmKind::Revoke, &token),
        TokenIntent::Revoke(token.clone()),
    );
    stage
        .until("the session is over", |it| {
            *it.session.gate.peek() == Gate::Expired
        })
        .await;
    database
        .execute("UPDATE access_tokens SET revoked_at = NULL", [])
        .unwrap();
    stage.sign_in_by_password().await;
    stage
        .told("it is revoked", |it| matches!(it, News::Revoked { .. }))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_issued_is_shared_again_or_taken_back() {
    let mut stage = Stage::start().await;
    stage.create("unwanted-ci").await;
    stage.send(SheetIntent::ShareAgain);
    stage
        .until("it runs", |it| it.sheet.sharing.peek().is_running())
        .await;
    stage
        .until("it is shared", |it| *it.sheet.sharing.peek() == Operation::Idle)
        .await;
    stage.send(SheetIntent::RevokeIssued);
    stage
        .told("it is revoked", |it| matches!(it, News::Revoked { .. }))
        .await;
    assert!(!stage.look(sheet_is_open));
    assert_eq!(stage.look(|it| it.place.interrupted.peek().len()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shared_and_this_machine_is_unlinked_and_linked() {
    let mut stage = Stage::start().await;
    stage.send(AccessIntent::Reshare);
    stage
        .told("it is sealed", |it| matches!(it, News::Reshared { .. }))
        .await;
    stage.send(PlaceIntent::Show(Section::Access));
    stage
        .until("the holders are listed", |it| {
            matches!(&*it.access.holders.peek(), Load::Ready(_))
        })
        .await;
    stage.confirm(Dialog::RenewKey, AccessIntent::RenewKey);
    stage
        .told("the key is new", |it| matches!(it, News::KeyRenewed { .. }))
        .await;
    let shown = stage.look(|it| it.dialog.open.peek().clone());
    let Dialog::Renewed(renewed) = shown else {
        panic!("{shown:?}")
    };
    assert_eq!(renewed.proof, RunnerProof::Passed(renewed.done.variables.len()));
    stage.look(|it| it.dialog.close());
    stage.send(AccessIntent::Fulfil(Vec::new()));
    stage
        .until("nobody waits", |it| *it.access.sharing.peek() == Operation::Idle)
        .await;

    stage.confirm(Dialog::UnlinkDevice, AccessIntent::UnlinkDevice);
    stage.told("it is unlinked", |it| *it == News::Unlinked).await;
    stage
        .until("it is seen", |it| *it.access.device.peek() == OwnDevice::None)
        .await;
    stage.send(AccessIntent::AskToLink);
    assert!(stage.look(|it| matches!(&*it.dialog.open.peek(), Dialog::LinkDevice { .. })));
    stage.send(AccessIntent::LinkDevice {
        name: "another machine".to_owned(),
    });
    stage.told("it is linked", |it| *it == News::Linked).await;
    stage
        .until("it is seen", |it| {
            matches!(&*it.access.device.peek(), OwnDevice::Linked(_))
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_opened_and_what_is_shown_is_fetched_again() {
    let mut stage = Stage::start().await;
    let others = stage.look(|it| {
        let open = it.place.environment.peek().clone();
        let all = it.place.environments.peek().clone();
        all.into_iter()
            .filter(|it| open.as_ref() != Some(it))
            .collect::<Vec<_>>()
    });
    stage.look(|it| {
        let (mut filter, mut section) = (it.tokens.filter, it.section);
        filter.set(StatusFilter::Revoked);
        section.set(Section::Settings);
    });
    stage.send(PlaceIntent::OpenEnvironment(others[0].id.clone()));
    assert_eq!(
        stage.look(|it| (*it.section.peek(), *it.tokens.filter.peek())),
        (Section::Tokens, StatusFilter::Active),
        "its tokens, as on arriving anywhere"
    );
    assert_eq!(
        stage.look(|it| it.place.environment.peek().clone()),
        Some(others[0].clone())
    );
    stage.listed().await;
    let kept = stage.machine.remembered.borrow().clone().unwrap();
    assert_eq!(kept.environment, Some(others[0].id.clone()));
    stage.send(PlaceIntent::Refresh);
    stage
        .until("it is under way", |it| *it.tokens.refreshing.peek())
        .await;
    stage.send(PlaceIntent::Retry);
    stage
        .until("it is fetched", |it| !*it.tokens.refreshing.peek())
        .await;
    let project = stage.look(|it| it.place.project.peek().clone()).unwrap();
    stage.send(PlaceIntent::OpenProject(project.id.clone()));
    stage
        .until("its first environment is open", |it| {
            it.place
                .environment
                .peek()
                .as_ref()
                .is_some_and(|it| it.is_production())
        })
        .await;
    stage.look(|it| it.dialog.show(Dialog::Palette));
    stage.send(PlaceIntent::OpenFolder("/nowhere".to_owned()));
    stage
        .until("there is no manifest", |it| failed(it).is_some())
        .await;
    stage.send(PlaceIntent::CheckIssued(false));
    assert!(!stage.machine.checks.get());
    stage.create("unchecked-ci").await;
    assert!(stage.look(|it| *it.sheet.verification.peek() == Verification::TurnedOff));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_is_read_and_its_folder_shown() {
    let mut stage = Stage::start().await;
    stage.send(ProgramIntent::CopyText(PublicText::Id, "public".to_owned()));
    stage
        .told("it is copied", |it| *it == News::Copied(PublicText::Id))
        .await;
    assert_eq!(*stage.paper.0.borrow(), "public");
    stage.send(ProgramIntent::Read(Document::Licences));
    stage
        .until("it is read", |it| {
            matches!(&*it.about.passages.peek(), Load::Ready(_))
        })
        .await;
    stage.send(ProgramIntent::OpenDataFolder);
    assert_eq!(*stage.machine.shown.borrow(), Some(stage.machine.folder()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_a_rotation_or_a_replacement_leaves_its_secrets_within_reach() {
    for (kind, ending, from) in [
        (ConfirmKind::Rotate, "/rotate", 1),
        // The first one creates what is replaced.
        (ConfirmKind::Replace, "/deploy-tokens", 2),
    ] {
        let (mut stage, proxy) = Stage::behind("POST", ending, from, Fault::LostAfter).await;
        let token = stage.create("lost-ci").await;
        stage.close_sheet().await;
        let intent = match kind {
            ConfirmKind::Rotate => TokenIntent::Rotate(token.clone(), Lifetime::default()),
            _ => TokenIntent::Replace(token.clone(), Lifetime::default(), Grace::Asked),
        };
        stage.confirm(about(kind, &token), intent);
        stage
            .until(&format!("{kind:?} ends"), |it| {
                sheet_is_open(it) || failed(it).is_some()
            })
            .await;
        assert!(proxy.fired());
        if !stage.look(sheet_is_open) {
            stage
                .until("it is noted", |it| it.place.interrupted.peek().len() == 1)
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_an_end_or_a_deletion_is_no_news_of_success_unless_it_was_seen() {
    let (mut stage, proxy) = Stage::behind("DELETE", "", 1, Fault::LostBefore).await;
    let token = stage.create("kept-ci").await;
    stage.close_sheet().await;
    stage.confirm(
        about(ConfirmKind::Revoke, &token),
        TokenIntent::Revoke(token.clone()),
    );
    stage
        .told("it is revoked", |it| matches!(it, News::Revoked { .. }))
        .await;
    stage.confirm(
        about(ConfirmKind::Delete, &token),
        TokenIntent::Delete(token.clone()),
    );
    stage.until("it is not deleted", |it| failed(it).is_some()).await;
    assert!(proxy.fired());
    let news = stage.look(|it| it.toasts.shown.peek().clone());
    assert!(!news.iter().any(|it| matches!(it.news, News::Deleted { .. })));
    proxy.mend();
    stage.confirm(about(ConfirmKind::Delete, &token), TokenIntent::Delete(token));
    stage
        .told("it is deleted", |it| matches!(it, News::Deleted { .. }))
        .await;
}
