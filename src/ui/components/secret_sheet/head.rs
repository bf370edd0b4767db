//! What the sheet is about, in a title and a sentence.

use dioxus::prelude::*;

use super::{CiToken, ID, SheetSummary};
use crate::state::{AppState, Verification};
use crate::ui::elements::{DialogHead, Icon, Tone};
use model::IssuanceKind;

#[component]
pub(super) fn Head(outline: SheetSummary) -> Element {
    let SheetSummary {
        name,
        environment,
        kind,
        shared,
        ci_token,
    } = outline;
    let verification = use_context::<AppState>().sheet.verification;
    let refuted = matches!(&*verification.read(), Verification::Failed(_));
    let working = shared && ci_token != CiToken::Missing && !refuted;
    let title = match (working, shared) {
        (false, true) if refuted => format!("{name} is issued, but the check of its values failed"),
        (true, _) => format!("{name} can deploy {environment}"),
        (false, true) => format!("{name} is issued without a CI token"),
        (false, false) => format!("{name} is issued, but this runner cannot decrypt yet"),
    };
    let rotated = kind == IssuanceKind::Rotate;
    let text = match (ci_token, rotated) {
        (CiToken::Issued, false) if kind == IssuanceKind::Replace => {
            "These two values are shown once. Put them into your CI now. The old token works until you finish the replacement."
        }
        (CiToken::Issued, false) => {
            "These two values are shown once. Put them into your CI now; they cannot be shown again."
        }
        (CiToken::Issued, true) => {
            "Both values have changed and are shown once. Put them into your CI now; the old ones no longer work."
        }
        (CiToken::Kept | CiToken::Missing, true) => {
            "Only the seed has changed. It is shown once: put it into your CI now; the old one no longer works."
        }
        (CiToken::Kept | CiToken::Missing, false) => {
            "The seed is shown once. Put it into your CI now; it cannot be shown again."
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
