//! A sheet that is closed: what is asked before, and the ways back to it.

use deploy_tokens::intent::{SheetIntent, TokenIntent};
use deploy_tokens::state::{AppState, Dialog, Left, Operation, Taken};
use dioxus::prelude::ReadableExt as _;
use model::{ClosedSheet, News, Problem, ResumeError};
use protocol::secret::DeploySeed;

use super::Stage;

fn is_open(state: AppState) -> bool {
    state.sheet.issuance.peek().is_some()
}

fn seed(state: AppState) -> DeploySeed {
    state.sheet.issuance.peek().as_ref().unwrap().seed.clone()
}

impl Stage {
    /// Closes the sheet, and gives what is told of it.
    async fn put_away(&mut self) -> ClosedSheet {
        self.look(|state| state.sheet.drop_secrets());
        self.told("it is closed", |it| matches!(it, News::SheetClosed(_)))
            .await;
        self.until("it is listed", |it| !it.tokens.closed.peek().is_empty())
            .await;
        self.look(|it| it.tokens.closed.peek()[0].clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_sheet_is_shown_again_with_what_was_taken_and_forgotten_when_it_is_told_to() {
    let mut stage = Stage::start().await;
    let token = stage.create("closed-ci").await;
    let values = stage.look(seed);
    stage.send(SheetIntent::CopyCiToken);
    let has_ci_token = |it: AppState| it.sheet.taken.peek().ci_token;
    stage.until("the CI token is taken", has_ci_token).await;
    stage.look(|it| it.sheet.ask_to_close());
    assert!(stage.look(|it| *it.sheet.asking_to_close.peek() && it.sheet.left() == Left::Seed));

    let sheet = stage.put_away().await;
    assert_eq!((&sheet.token, sheet.name.as_str()), (&token.id, "closed-ci"));
    assert!(stage.look(|it| it.place.interrupted.peek().is_empty()));
    let listed = stage.token("closed-ci").unwrap();
    let of_token = stage.look(|it| it.tokens.closed_sheet(&listed, protocol::Moment::now()));
    assert_eq!(of_token, Some(sheet.clone()));
    assert_eq!(
        stage.look(|it| it.tokens.closed_sheet(&listed, sheet.until)),
        None
    );

    stage.insist(TokenIntent::ShowAgain(sheet.clone()), is_open).await;
    assert!(stage.look(seed).ct_eq(&values));
    assert_eq!(
        stage.look(|it| it.sheet.left()),
        Left::Seed,
        "the CI token was taken before"
    );
    assert!(stage.look(|it| *it.dialog.open.peek() == Dialog::Closed));
    let sheet = stage.put_away().await;

    stage.send(TokenIntent::ForgetValues(sheet.clone()));
    let forgotten = |it: &News| matches!(it, News::ValuesForgotten { .. });
    stage.told("it is forgotten", forgotten).await;
    stage
        .until("it is not offered", |it| it.tokens.closed.peek().is_empty())
        .await;
    let offers = |it: AppState| {
        it.toasts
            .shown
            .peek()
            .iter()
            .any(|it| matches!(it.news, News::SheetClosed(_)))
    };
    assert!(!stage.look(offers));
    stage.send(TokenIntent::ShowAgain(sheet));
    let gone = Operation::Failed(Problem::NotResumable(ResumeError::ValuesGone));
    stage
        .until("it is gone", |it| *it.dialog.operation.peek() == gone)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_is_known_value_by_value() {
    let mut stage = Stage::start().await;
    stage.create("taken-ci").await;
    let left = |stage: &Stage| stage.look(|it| it.sheet.left());
    stage.send(SheetIntent::RevealSeed(true));
    stage.send(SheetIntent::RevealCiToken(true));
    assert_eq!(left(&stage), Left::Both, "looking is not taking");
    stage.send(SheetIntent::CopySeed);
    stage
        .until("the seed is taken", |it| it.sheet.taken.peek().seed)
        .await;
    assert_eq!(left(&stage), Left::CiToken);
    stage.send(SheetIntent::CopyBlock);
    stage
        .until("both are taken", |it| *it.sheet.taken.peek() == Taken::BOTH)
        .await;
    stage.look(|it| it.sheet.ask_to_close());
    assert!(!stage.look(is_open), "it closes without a question");
}
