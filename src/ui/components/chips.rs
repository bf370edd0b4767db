//! Chips that narrow the list of tokens to what some of them have in common.

use dioxus::prelude::*;

use crate::state::{AppState, Load, StatusFilter, TokenChip};
use crate::ui::clock::use_clock;
use protocol::TokenEntry;
use text::grouped;

/// Those that are always there.
const USUAL: [TokenChip; 4] = [
    TokenChip::EndsSoon,
    TokenChip::Unused,
    TokenChip::NeverUsed,
    TokenChip::NotShared,
];

/// One for each. The usual ones stand there from the beginning, so that nothing moves when it becomes known whom they fit; the
/// others where they fit a token. Nothing where there is no token, or revoked ones are shown.
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
        TokenChip::ALL.map(|chip| (chip, count(chip)))
    });
    let is_of_revoked = *tokens.filter.read() == StatusFilter::Revoked;
    let current = *chosen.read();
    let is_empty = match &*tokens.entries.read() {
        Load::Ready(entries) => entries.is_empty(),
        Load::Loading => false,
        Load::Failed(_) => true,
    };
    if is_of_revoked || is_empty {
        return rsx! {};
    }
    // One that was chosen stays until it is given up, also when none fits it any more.
    let is_offered =
        |(chip, count): &(TokenChip, usize)| USUAL.contains(chip) || *count > 0 || current == Some(*chip);
    let offered: Vec<_> = counted.read().into_iter().filter(is_offered).collect();
    rsx! {
        div { class: "chips token-chips", role: "group", "aria-label": "Narrow to",
            for (chip , count) in offered {
                button {
                    key: "{chip:?}",
                    r#type: "button",
                    class: "chip",
                    "aria-pressed": current == Some(chip),
                    disabled: count == 0 && current != Some(chip),
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
