//! Chips that narrow the list of tokens to what some of them have in common.

use dioxus::prelude::*;

use crate::state::{AppState, Load, StatusFilter, TokenChip};
use crate::ui::clock::use_clock;
use protocol::TokenEntry;
use text::grouped;

/// One for each that fits a token; nothing where none fits, or revoked ones are shown.
#[component]
pub fn Chips() -> Element {
    let tokens = use_context::<AppState>().tokens;
    let clock = use_clock();
    let mut chosen = tokens.chip;
    let counted = use_memo(move || {
        let now = *clock.now.read();
        let entries = tokens.entries.read();
        let entries = match &*entries {
            Load::Ready(entries) => entries.as_slice(),
            _ => &[],
        };
        let count = |chip: TokenChip| {
            let all = entries.iter().filter_map(TokenEntry::token);
            all.filter(|it| chip.fits(it, &tokens, now)).count()
        };
        let all = TokenChip::ALL.map(|chip| (chip, count(chip)));
        all.into_iter()
            .filter(|(_, count)| *count > 0)
            .collect::<Vec<_>>()
    });
    let is_of_revoked = *tokens.filter.read() == StatusFilter::Revoked;
    let current = *chosen.read();
    let offered: Vec<_> = counted.read().clone();
    // One that was chosen stays until it is given up, also when none fits it any more.
    let is_gone = current.filter(|it| !offered.iter().any(|(chip, _)| chip == it));
    if is_of_revoked || (offered.is_empty() && current.is_none()) {
        return rsx! {};
    }
    rsx! {
        div { class: "chips token-chips", role: "group", "aria-label": "Narrow to",
            for (chip , count) in offered.into_iter().chain(is_gone.map(|it| (it, 0))) {
                button {
                    key: "{chip:?}",
                    r#type: "button",
                    class: "chip",
                    "aria-pressed": current == Some(chip),
                    onclick: move |_| {
                        let is_chosen = *chosen.peek() == Some(chip);
                        chosen.set((!is_chosen).then_some(chip));
                    },
                    "{label(chip)}"
                    span { class: "count", " {grouped(count)}" }
                }
            }
        }
    }
}

fn label(chip: TokenChip) -> &'static str {
    match chip {
        TokenChip::EndsSoon => "Ends soon",
        TokenChip::Unused => "Unused for 90 days",
        TokenChip::NeverUsed => "Never used",
        TokenChip::NotShared => "Not shared",
        TokenChip::NotHandedOver => "Not handed over",
        TokenChip::BeingReplaced => "Being replaced",
    }
}
