//! Acting as the runner of the open sheet, so that the user leaves knowing that it works.

use dioxus::prelude::*;

use super::{Actions, beside};
use crate::state::Verification;
use model::{CiTokenOutcome, News};
use service::verify::{self, Checked};

impl Actions {
    /// Checks what the sheet shows. The sheet is there meanwhile; a check of a sheet that is gone is not told.
    pub(super) fn verify_issued(&self) {
        let mut sheet = self.state.sheet;
        if *sheet.verification.peek() == Verification::Running {
            return;
        }
        if !*self.state.place.checks.peek() {
            return sheet.verification.set(Verification::TurnedOff);
        }
        let pair = sheet.issuance.peek().as_ref().and_then(|issuance| {
            // What is not shared cannot work yet; the sheet says so.
            let shared = issuance.share.is_ok();
            let pair = || (issuance.ci_token.clone(), issuance.seed.clone());
            shared.then(|| (issuance.token.id.clone(), pair()))
        });
        let (token, ci_token, seed) = match pair {
            Some((token, (CiTokenOutcome::Issued(ci_token), seed))) => (token, ci_token, seed),
            Some((_, (CiTokenOutcome::Kept, _))) => return sheet.verification.set(Verification::NotHere),
            Some((_, (CiTokenOutcome::Missing, _))) | None => return,
        };
        let (actions, Some(context)) = (self.clone(), self.context()) else {
            return;
        };
        let showing = sheet.verifying();
        spawn(async move {
            let check = async move { verify::check(&context, &token, &ci_token, &seed).await };
            let checked = beside(check).await;
            let outcome = match checked {
                Ok(checked) => outcome(&checked),
                Err(error) => Verification::Failed(error),
            };
            sheet.verified(showing, outcome);
            // The server has noted a use, which is not CI's.
            actions.refresh();
        });
    }

    /// Turns checking on or off for the server that is open.
    pub(super) fn check_issued(&self, on: bool) {
        let mut checks = self.state.place.checks;
        checks.set(on);
        let (actions, noted) = (self.clone(), self.platform.note_checks(&self.server(), on));
        spawn(async move {
            if let Err(problem) = noted.await {
                actions.tell(News::Trouble(problem));
            }
        });
    }
}

fn outcome(checked: &Checked) -> Verification {
    if checked.is_complete() {
        return Verification::Verified {
            decrypted: checked.decrypted,
            total: checked.total,
        };
    }
    Verification::Failed(checked.shortfall())
}
