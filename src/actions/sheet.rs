//! The one-time sheet: copying, revealing, and repairing what was issued but not shared.

use dioxus::prelude::*;

use super::{Actions, Choice, Tell};
use crate::intent::SheetIntent;
use crate::state::{Copied, Taken};
use model::formats::{self, Format};
use model::{CiTokenOutcome, Issuance};
use protocol::secret::SecretText;
use service::MissingKey;

impl Actions {
    pub(super) fn on_sheet(&self, intent: SheetIntent) {
        match intent {
            SheetIntent::ChooseFormat(name) => self.choose_format(name),
            SheetIntent::AskToSend => self.ask_to_send(),
            SheetIntent::LookForProgram(destination) => self.look_for_program(&destination),
            SheetIntent::SendTo(destination) => self.send_to(destination),
            SheetIntent::SendToAll => self.send_to_all(),
            SheetIntent::StopSending(destination) => self.stop_sending(&destination),
            SheetIntent::Save => self.save_block(),
            SheetIntent::CopyBlock => self.copy_block(),
            SheetIntent::CopyCiToken => self.copy_ci_token(),
            SheetIntent::CopySeed => self.copy_seed(),
            SheetIntent::RevealCiToken(shown) => self.reveal_ci_token(shown),
            SheetIntent::RevealSeed(shown) => self.reveal_seed(shown),
            SheetIntent::ShareAgain => self.share_again(),
            SheetIntent::VerifyAgain => self.verify_issued(),
            SheetIntent::RevokeIssued => self.revoke_issued(),
        }
    }

    /// Copies the block with both values.
    fn copy_block(&self) {
        let format = *self.state.sheet.format.peek();
        self.copy(Copied::Block, |issuance| issuance.block(format));
    }

    /// From here on this format is shown first, also after a restart.
    fn choose_format(&self, name: &'static str) {
        let mut chosen = self.state.sheet.format;
        if let Some(format) = formats::named(name).filter(|it| *it != *chosen.peek()) {
            chosen.set(format);
            self.platform.remember_format(format);
        }
    }

    /// Saves the block to a new file where the user wants it. Nothing of it leaves the sheet before that is known.
    fn save_block(&self) {
        let mut sheet = self.state.sheet;
        let format = *sheet.format.peek();
        let Some(choice) = self.file_for_block(format) else {
            return;
        };
        let (platform, showing) = (self.platform.clone(), sheet.showing());
        let choosing = platform.choose(choice);
        spawn(async move {
            let Some(path) = choosing.await else { return };
            let block = sheet.issuance.peek().as_ref().map(|it| it.block(format));
            let (Some(block), true) = (block, sheet.still_shows(showing)) else {
                return;
            };
            let saved = platform.save(path.clone(), block).await;
            if !sheet.still_shows(showing) {
                return;
            }
            match saved {
                Ok(()) => {
                    sheet.copied.set(None);
                    sheet.copy_failed.set(None);
                    sheet.saved.set(Some(path));
                    sheet.take(Taken::BOTH);
                }
                Err(problem) => sheet.copy_failed.set(Some(problem)),
            }
        });
    }

    /// What is proposed for a file of the block.
    fn file_for_block(&self, format: Format) -> Option<Choice> {
        let issuance = self.state.sheet.issuance.peek();
        let issuance = issuance.as_ref()?;
        Some(Choice::NewFile {
            title: format!("Save the secrets of {}", issuance.token.name),
            folder: self.platform.report_folder()?,
            name: issuance.file_name(format),
        })
    }

    /// Copies the CI token alone.
    fn copy_ci_token(&self) {
        self.copy(Copied::CiToken, |issuance| match &issuance.ci_token {
            // Exposed to be copied into the clipboard: the user asked for it.
            CiTokenOutcome::Issued(token) => SecretText::new(token.expose().to_owned()),
            CiTokenOutcome::Kept | CiTokenOutcome::Missing => SecretText::new(String::new()),
        });
    }

    /// Copies the seed alone.
    fn copy_seed(&self) {
        self.copy(Copied::Seed, |issuance| issuance.seed.to_base64());
    }

    fn copy(&self, what: Copied, text: impl Fn(&Issuance) -> SecretText) {
        let mut sheet = self.state.sheet;
        let text = sheet.issuance.peek().as_ref().map(text);
        let Some(text) = text.filter(|text| !text.is_blank()) else {
            return;
        };
        let taken = match what {
            Copied::Block => Taken::BOTH,
            Copied::CiToken | Copied::Seed | Copied::Cleared => Taken {
                ci_token: what == Copied::CiToken,
                seed: what == Copied::Seed,
            },
        };
        let (actions, showing) = (self.clone(), sheet.showing());
        spawn(async move {
            match actions.copy_secret(text).await {
                // The sheet was closed meanwhile, or shows something else.
                _ if !sheet.still_shows(showing) => {}
                Ok(()) => {
                    sheet.copied.set(Some(what));
                    sheet.saved.set(None);
                    sheet.copy_failed.set(None);
                    sheet.take(taken);
                }
                Err(message) => {
                    sheet.copied.set(None);
                    sheet.copy_failed.set(Some(message));
                }
            }
        });
    }

    /// Shows or hides the CI token.
    fn reveal_ci_token(&self, shown: bool) {
        let mut sheet = self.state.sheet;
        sheet.ci_token_revealed.set(shown);
    }

    /// Shows or hides the seed.
    fn reveal_seed(&self, shown: bool) {
        let mut sheet = self.state.sheet;
        sheet.seed_revealed.set(shown);
    }

    /// Shares the key again, so that the runner of this sheet can decrypt.
    fn share_again(&self) {
        let actions = self.clone();
        let Some((context, place)) = self.issued_at() else {
            return;
        };
        if self.state.sheet.sharing.peek().is_running() {
            return;
        }
        let mut sheet = self.state.sheet;
        let showing = sheet.showing();
        spawn(async move {
            let work = move |tell: Tell| async move {
                service::reshare(&context, &place, MissingKey::Refuse, &tell).await
            };
            let shared = actions.operate(sheet.sharing, work).await;
            if let (true, Some(recipients)) = (sheet.still_shows(showing), shared) {
                if let Some(issuance) = &mut *sheet.issuance.write() {
                    issuance.share = Ok(recipients);
                }
                actions.verify_issued();
            }
            actions.refresh_all();
        });
    }

    /// Ends the token of this sheet and closes it: what was issued is not wanted any more.
    fn revoke_issued(&self) {
        let actions = self.clone();
        let id = self
            .state
            .sheet
            .issuance
            .peek()
            .as_ref()
            .map(|it| it.token.id.to_string());
        let (Some((context, place)), Some(id)) = (self.issued_at(), id) else {
            return;
        };
        if self.state.sheet.sharing.peek().is_running() {
            return;
        }
        let sheet = self.state.sheet;
        let showing = sheet.showing();
        spawn(async move {
            let at = place.clone();
            let work = move |tell: Tell| async move { service::revoke(&context, &place, &id, &tell).await };
            let revoked = actions.operate(sheet.sharing, work).await;
            let still = sheet.still_shows(showing);
            if let Some(revoked) = revoked {
                if still {
                    actions.not_wanted().await;
                    // Its end in the journal may have taken a while.
                    if sheet.still_shows(showing) {
                        sheet.drop_secrets();
                    }
                }
                actions.tell_revoked(&at, revoked);
            }
            actions.refresh();
        });
    }
}
