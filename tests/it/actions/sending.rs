//! The open sheet's values go to destinations: by a command of the user's own, which notes what it was given.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::Stage;
use deploy_tokens::actions::Choice;
use deploy_tokens::intent::{SheetIntent, TokenIntent};
use deploy_tokens::state::{AppState, Confirm, ConfirmKind, Dialog, Left, SendState, SheetPage};
use dioxus::prelude::*;
use model::{Destination, Problem, SendError};
use protocol::Lifetime;

/// A command, in a folder that it notes in.
pub(super) struct Tool(tempfile::TempDir);

impl Tool {
    pub(super) fn new(script: &str) -> Self {
        let tool = Self(tempfile::tempdir().unwrap());
        tool.change(script);
        tool
    }

    fn change(&self, script: &str) {
        let script = format!("#!/bin/sh\ncd '{}'\n{script}\n", self.0.path().display());
        std::fs::write(self.file("new"), script).unwrap();
        std::fs::set_permissions(self.file("new"), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(self.file("new"), self.file("tool")).unwrap();
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    pub(super) fn destination(&self) -> Destination {
        Destination::parse(&format!("command:docker {}", self.file("tool").display())).unwrap()
    }
}

fn state_of(state: AppState) -> Option<SendState> {
    state.sheet.lines.peek().first().map(|it| it.state.clone())
}

fn is_sent(state: AppState) -> bool {
    matches!(state_of(state), Some(SendState::Sent(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_sent_remembered_and_sent_again_after_rotating() {
    let mut stage = Stage::start().await;
    let tool = Tool::new("cat >> got");
    let token = stage.create("sent-ci").await;
    stage.send(SheetIntent::AskToSend);
    assert!(stage.look(|it| it.sheet.lines.peek().is_empty() && *it.sheet.page.peek() == SheetPage::Send));
    stage.send(SheetIntent::SendTo(tool.destination()));
    stage.until("it is sent", is_sent).await;
    assert_eq!(
        stage.look(|it| it.sheet.left()),
        Left::Nothing,
        "closing loses nothing"
    );
    let first = tool.read("got");
    assert!(
        first.contains("GHOSTABLE_CI_TOKEN=") && first.contains('|'),
        "{}",
        first.len()
    );
    stage.close_sheet().await;
    let known = |state: AppState| state.tokens.handed.peek().contains_key(&token.id);
    stage.until("it is known where it is", known).await;

    let listed = stage.token("sent-ci").unwrap();
    stage.look(|state| {
        state.dialog.show(Dialog::Confirm(Confirm {
            kind: ConfirmKind::Rotate,
            token: listed.clone(),
            type_name: false,
        }));
        let mut again = state.dialog.again;
        again.set(vec![tool.destination()]);
    });
    stage.send(TokenIntent::Rotate(listed, Lifetime::default()));
    stage
        .until("the new values are sent without another press", is_sent)
        .await;
    let both = tool.read("got");
    assert_eq!(both.lines().count(), 4);
    let (_, second) = both.split_at(first.len());
    assert!(!second.lines().any(|line| first.contains(line)), "they are new");
    stage.close_sheet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_kept_and_tried_again() {
    let mut stage = Stage::start().await;
    let tool = Tool::new("cat >&2; exit 1");
    stage.create("kept-ci").await;
    stage.send(SheetIntent::SendTo(tool.destination()));
    let failed = |state: AppState| match state_of(state) {
        Some(SendState::Failed(Problem::Send(SendError::Failed { said, .. }))) => said.contains("•••"),
        _ => false,
    };
    stage.until("it has failed", failed).await;
    assert_eq!(
        stage.look(|it| it.sheet.left()),
        Left::Both,
        "closing would lose them"
    );
    tool.change("cat > got");
    stage.send(SheetIntent::SendToAll);
    stage.until("it is sent", is_sent).await;
    assert!(tool.read("got").contains("GHOSTABLE_DEPLOY_SEED="));
    stage.close_sheet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_can_be_stopped_and_ends_with_the_sheet() {
    let mut stage = Stage::start().await;
    let tool = Tool::new("echo $$ > own; exec sleep 60");
    stage.create("stopped-ci").await;
    stage.send(SheetIntent::SendTo(tool.destination()));
    let begun = || !tool.read("own").is_empty();
    stage.until("it runs", |_| begun()).await;
    stage.send(SheetIntent::StopSending(tool.destination()));
    let stopped =
        |state: AppState| state_of(state) == Some(SendState::Failed(Problem::Send(SendError::Stopped)));
    stage.until("it is stopped", stopped).await;
    std::fs::remove_file(tool.file("own")).unwrap();
    stage.send(SheetIntent::SendTo(tool.destination()));
    stage.until("it runs again", |_| begun()).await;
    let process = tool.read("own").trim().to_owned();
    stage.close_sheet().await;
    let gone = |_: AppState| {
        let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        status.is_empty() || status.contains(") Z")
    };
    stage.until("it is ended with the sheet", gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_is_saved_and_its_format_remembered() {
    let mut stage = Stage::start().await;
    let folder = tempfile::tempdir().unwrap();
    stage.create("saved-ci").await;
    stage.send(SheetIntent::ChooseFormat("json"));
    let file = folder.path().join("block.json");
    // Who takes no file after all has saved nothing.
    stage.send(SheetIntent::Save);
    stage.until("a moment", |_| true).await;
    assert!(stage.look(|it| it.sheet.saved.peek().is_none() && it.sheet.left() == Left::Both));
    stage.machine.chosen.replace(Some(file.clone()));
    stage.send(SheetIntent::Save);
    let saved = |state: AppState| state.sheet.saved.peek().is_some();
    stage.until("it is saved", saved).await;
    assert_eq!(stage.look(|it| it.sheet.left()), Left::Nothing);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with('{') && text.contains("GHOSTABLE_CI_TOKEN"),
        "{}",
        text.len()
    );
    let nowhere = folder.path().join("no/folder");
    let asked = stage.machine.choices.borrow().last().cloned();
    let proposed = Choice::NewFile {
        title: "Save the secrets of saved-ci".to_owned(),
        folder: stage.machine.folder(),
        name: "saved-ci.json".to_owned(),
    };
    assert_eq!(asked, Some(proposed));
    stage.machine.chosen.replace(Some(nowhere));
    stage.send(SheetIntent::Save);
    let told = |state: AppState| state.sheet.copy_failed.peek().is_some();
    stage.until("it is told", told).await;
    stage.close_sheet().await;
    assert_eq!(stage.machine.format.get().name, "json");
    stage.create("next-ci").await;
    assert_eq!(stage.look(|it| it.sheet.format.peek().name), "json");
    stage.close_sheet().await;
}
