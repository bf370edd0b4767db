//! The one-time sheet: both values of an issuance, masked until asked for, and a way to copy them.
//!
//! Security: the values are read from [`crate::state::SheetStore`] where they are rendered and nowhere else. While a
//! value is masked it is not in the document. Copying is an intent; the value does not pass through here.

mod away;
mod block;
mod field;
mod foot;
mod head;
mod send;
mod share;
mod taken;
mod verified;

use dioxus::prelude::*;

use crate::state::{AppState, SheetPage, SheetStore};
use crate::ui::clock::use_clock;
use crate::ui::components::{MessageText, seen};
use crate::ui::elements::{Dialog, DialogBody, DialogSize, Icon, Notice, Tone};
use model::{CiTokenOutcome, Issuance, IssuanceKind};
use protocol::Occurrence;

use away::Away;
use block::Block;
use field::{CiTokenField, SeedField};
use foot::Footer;
use head::Head;
use send::Send;
use share::NotShared;
use taken::TakenLine;
use verified::Verified;

const ID: &str = "sheet";

/// What of the issuance the parts of the sheet need: nothing secret.
#[derive(Clone, PartialEq)]
struct SheetSummary {
    name: String,
    environment: String,
    kind: IssuanceKind,
    shared: bool,
    ci_token: CiToken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CiToken {
    Issued,
    Kept,
    Missing,
}

impl SheetSummary {
    fn of(issuance: &Issuance) -> Self {
        Self {
            name: seen(&issuance.token.name),
            environment: issuance.token.environment_name.to_string(),
            kind: issuance.kind,
            shared: issuance.share.is_ok(),
            ci_token: match issuance.ci_token {
                CiTokenOutcome::Issued(_) => CiToken::Issued,
                CiTokenOutcome::Kept => CiToken::Kept,
                CiTokenOutcome::Missing => CiToken::Missing,
            },
        }
    }
}

/// Escape asks to close; asked already, it is the safe answer. While nobody is there it does nothing.
fn escape(sheet: SheetStore) {
    let mut asking = sheet.asking_to_close;
    if *sheet.away.peek() {
        return;
    }
    if *sheet.page.peek() != SheetPage::Values {
        sheet.turn_to(SheetPage::Values);
    } else if *asking.peek() {
        asking.set(false);
    } else {
        sheet.ask_to_close();
    }
}

/// Gives the keyboard to an element when this is shown: what had it may have gone with the page before.
fn use_focus(selector: &'static str) {
    use_effect(move || {
        let selector = serde_json::json!(selector);
        document::eval(&format!(
            "const at = document.activeElement; const field = document.querySelector({selector}); \
             if (field && (!at || at === document.body)) {{ field.focus(); field.select?.(); }}"
        ));
    });
}

/// The sheet, if an issuance is there.
#[component]
pub fn SecretSheet() -> Element {
    let sheet = use_context::<AppState>().sheet;
    let clock = use_clock();
    let issuance = sheet.issuance.read();
    let Some(issuance) = issuance.as_ref() else {
        return rsx! {};
    };
    let outline = SheetSummary::of(issuance);
    let expiry = match (outline.ci_token, issuance.token.end) {
        (CiToken::Issued, Occurrence::At(at)) => Some(format!(
            "The CI token ends on {}, {}.",
            at.date(&clock.zone),
            at.ahead(*clock.now.read())
        )),
        (CiToken::Issued, Occurrence::Never) => Some("The CI token never ends.".to_owned()),
        (CiToken::Issued, Occurrence::NotKnown(why)) => Some(format!(
            "It is not known when the CI token ends. {}",
            text::not_known(why)
        )),
        _ => None,
    };
    rsx! {
        Dialog { id: ID, size: DialogSize::Wide, on_cancel: move |()| escape(sheet),
            if *sheet.away.read() {
                Away { name: outline.name }
            } else if *sheet.page.read() == SheetPage::Send {
                Send { name: outline.name }
            } else {
                Head { outline: outline.clone() }
                DialogBody {
                    if let Err(problem) = &issuance.share {
                        NotShared { problem: problem.clone() }
                    }
                    Verified {}
                    for note in issuance.notes.iter().copied().map(text::note) {
                        Notice { key: "{note.what}", tone: Tone::Warn,
                            MessageText { message: note }
                        }
                    }
                    CiTokenField { outcome: outline.ci_token }
                    SeedField {}
                    Block {}
                    if let Some(expiry) = expiry {
                        p { class: "sheet-expiry", "{expiry}" }
                    }
                    if let Some(problem) = sheet.copy_failed.read().as_ref() {
                        Notice { tone: Tone::Danger, icon: Icon::Copy, assertive: true,
                            MessageText { message: text::explain(problem) }
                        }
                    }
                }
                TakenLine { only_seed: outline.ci_token != CiToken::Issued }
                Footer { outline }
            }
        }
    }
}
