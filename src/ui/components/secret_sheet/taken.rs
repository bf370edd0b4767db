//! What was taken of the sheet, and for how long the clipboard has it: a line that is always there and always as high, so that
//! nothing moves under the pointer when something is copied.

use dioxus::prelude::*;

use crate::state::{AppState, Copied, Left};
use crate::ui::components::Countdown;
use crate::ui::elements::{Glyph, Icon};

#[component]
pub(super) fn TakenLine(only_seed: bool) -> Element {
    let AppState { sheet, clipboard, .. } = use_context::<AppState>();
    let left = sheet.left();
    let copied = *sheet.copied.read();
    let is_counting = clipboard.seconds_left.read().is_some();
    let says = match (copied, sheet.saved.read().as_ref()) {
        (Some(Copied::Block), _) if only_seed => "Copied the block.".to_owned(),
        (Some(copied), _) => says(copied, left),
        (None, Some(path)) => format!("Saved to {}, readable by you alone.", path.display()),
        (None, None) => untouched(left).to_owned(),
    };
    // The copy of another sheet may still be in it.
    let before = match copied {
        Some(_) => "Clipboard is cleared in",
        None => "An earlier copy is cleared in",
    };
    rsx! {
        div { class: "taken-line",
            p { class: "cut", role: "status", title: "{says}",
                if left == Left::Nothing {
                    Glyph { icon: Icon::ClipboardCheck }
                }
                "{says}"
            }
            if is_counting {
                Countdown { before }
            }
        }
    }
}

/// What was copied last, and what is left.
fn says(copied: Copied, left: Left) -> String {
    let what = match (copied, left) {
        (Copied::Block, _) => return "Copied the block with both values.".to_owned(),
        (Copied::Cleared, _) => "The clipboard is cleared",
        (Copied::CiToken, _) => "Copied the CI token",
        (Copied::Seed, _) => "Copied the seed",
    };
    let rest = match left {
        Left::Nothing => ".",
        Left::CiToken => "; the CI token is left.",
        Left::Seed | Left::OnlySeed => "; the seed is left.",
        Left::Both => "; both values are left.",
    };
    format!("{what}{rest}")
}

/// The same while nothing was copied since the sheet was opened.
fn untouched(left: Left) -> &'static str {
    match left {
        Left::Nothing => "You have taken it all.",
        Left::CiToken => "You have the seed; the CI token is left.",
        Left::Seed => "You have the CI token; the seed is left.",
        Left::OnlySeed => "The seed is not copied yet.",
        Left::Both => "Nothing is copied yet.",
    }
}
