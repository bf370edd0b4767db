//! What the sheet is about, in a title and a sentence.

use dioxus::prelude::*;

use super::{CiToken, ID, SheetSummary};
use crate::state::{AppState, Verification};
use crate::ui::elements::{DialogHead, Icon, Tone};
use model::{Grace, IssuanceKind};

#[component]
pub(super) fn Head(outline: SheetSummary) -> Element {
    let SheetSummary {
        name,
        environment,
        kind,
        shared,
        ci_token,
    } = outline;
    let sheet = use_context::<AppState>().sheet;
    let verification = sheet.verification;
    let refuted = matches!(&*verification.read(), Verification::Failed(_));
    let working = shared && ci_token != CiToken::Missing && !refuted;
    let title = match (working, shared) {
        (false, true) if refuted => format!("{name} is issued, but the check of its values failed"),
        (true, _) => format!("{name} can read {environment}"),
        (false, true) => format!("{name} is issued without a CI token"),
        (false, false) => format!("{name} is issued, but this runner cannot decrypt yet"),
    };
    let rotated = kind == IssuanceKind::Rotate;
    let text = match (ci_token, rotated) {
        (CiToken::Issued, false) if kind == IssuanceKind::Replace => format!(
            "Put these two values into your CI now; soon nobody can show them again. {}",
            old_works_until(*sheet.grace.read())
        ),
        (CiToken::Issued, false) => {
            "Put these two values into your CI now; soon nobody can show them again.".to_owned()
        }
        (CiToken::Issued, true) => {
            "Both values have changed: put them into your CI now. The old ones no longer work, and soon nobody can show the new ones again.".to_owned()
        }
        (CiToken::Kept | CiToken::Missing, true) => {
            "Only the seed has changed: put it into your CI now. The old one no longer works, and soon nobody can show the new one again.".to_owned()
        }
        (CiToken::Kept | CiToken::Missing, false) => {
            "Put the seed into your CI now; soon nobody can show it again.".to_owned()
        }
    };
    rsx! {
        DialogHead {
            id: ID,
            icon: Icon::Key,
            tone: if working { Tone::Neutral } else { Tone::Warn },
            title,
            "{text}"
        }
    }
}

fn old_works_until(grace: Grace) -> String {
    let time = match grace {
        Grace::Asked => return "The old token works until you finish the replacement.".to_owned(),
        Grace::QuarterHour => "15 min",
        Grace::Hour => "1 h",
        Grace::Day => "1 day",
        Grace::Week => "1 week",
    };
    format!("The old token is revoked {time} after you close this, if the app still runs then.")
}
