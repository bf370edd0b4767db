//! The tokens of an environment: a real table, of which only the rows near the window are in the document.

mod columns;
mod head;
mod menu;
mod name;
mod pick;
mod row;
mod skeleton;
mod widths;

use std::ops::Range;

use dioxus::prelude::*;

use crate::state::{AppState, Load, TokensStore};
use crate::ui::viewport::use_viewport;
use protocol::{DeployToken, DeployTokenId, TokenEntry};

use head::TableHead;
pub use menu::RowMenu;
use row::{BrokenRow, TokenRow};
pub use skeleton::TokenTableSkeleton;

/// Height of a row, and of a card with the gap below it (the style sheet has the same numbers).
const ROW: f64 = 56.0;
const CARD: f64 = 78.0;
/// Rows kept ready beyond either edge of the window; it also covers what stands above the table.
const SPARE: usize = 12;
/// The rows that are rendered change by this many at a time, so that scrolling renders seldom.
const STRIDE: usize = 6;

/// Whether only the tokens worth a look are shown.
#[derive(Clone, Copy, PartialEq)]
pub struct Review(pub Signal<bool>);

/// The entries that are shown, by their place in the list.
#[derive(Clone, Copy, PartialEq)]
pub struct Shown(pub Memo<Vec<usize>>);

impl Shown {
    /// How many of them have an id.
    fn count(self, tokens: TokensStore) -> usize {
        let (entries, shown) = (tokens.entries.read(), self.0.read());
        match &*entries {
            Load::Ready(entries) => {
                let has_id = |at: &&usize| entries.get(**at).is_some_and(|it| it.token().is_some());
                shown.iter().filter(has_id).count()
            }
            _ => 0,
        }
    }

    /// The ids of those that have one, in the order in which they are shown.
    pub fn ids(self, tokens: TokensStore) -> Vec<DeployTokenId> {
        let (entries, shown) = (tokens.entries.read(), self.0.read());
        let Load::Ready(entries) = &*entries else {
            return Vec::new();
        };
        let shown = shown.iter().filter_map(|at| entries.get(*at)?.token());
        shown.map(|it| it.id.clone()).collect()
    }
}

/// The token whose menu is open.
#[derive(Clone, Copy, PartialEq)]
pub struct OpenMenu(pub(super) Signal<Option<DeployToken>>);

/// Puts the state of the row menu into the context; render [`RowMenu`] outside of what scrolls.
pub fn use_row_menu_provider() {
    use_context_provider(|| OpenMenu(Signal::new(None)));
}

/// The row that the Tab key reaches.
#[derive(Clone, Copy, PartialEq)]
struct TabStop(Signal<usize>);

/// The rows to render, out of `total`.
fn rendered(top: f64, height: f64, row: f64, total: usize) -> Range<usize> {
    let at = |pixels: f64| (pixels.max(0.0) / row) as usize;
    let start = at(top).saturating_sub(SPARE) / STRIDE * STRIDE;
    let end = (at(top + height) / STRIDE + 1) * STRIDE + SPARE;
    start.min(total)..end.min(total)
}

/// The table.
#[component]
pub fn TokenTable(label: String, shown: ReadSignal<Vec<usize>>) -> Element {
    let state = use_context::<AppState>();
    let viewport = use_viewport();
    let height = move || if *viewport.cards.read() { CARD } else { ROW };
    let range = use_memo(move || {
        rendered(
            *viewport.top.read(),
            *viewport.height.read(),
            height(),
            shown.read().len(),
        )
    });
    let tab_stop = use_context_provider(|| TabStop(Signal::new(0)));
    let (shown, entries) = (shown.read(), state.tokens.entries.read());
    let entries = match &*entries {
        Load::Ready(entries) => entries.as_slice(),
        _ => &[],
    };
    let choosing = !state.chosen.tokens.read().is_empty();
    // The memo may be one step behind when the list has just become shorter.
    let (start, end) = (
        range.read().start.min(shown.len()),
        range.read().end.min(shown.len()),
    );
    let stop = (*tab_stop.0.read()).clamp(start, end.saturating_sub(1).max(start));
    let above = start as f64 * height();
    let below = (shown.len() - end) as f64 * height();
    rsx! {
        table {
            class: "tokens",
            style: widths::widths(),
            role: "table",
            "aria-label": label,
            "aria-rowcount": "{shown.len() + 1}",
            "data-choosing": if choosing { "true" },
            TableHead {}
            tbody { role: "rowgroup",
                Spacer { height: above }
                for (index , entry) in (start..end).zip(&shown[start..end]).filter_map(|(index, at)| Some((index, entries.get(*at)?))) {
                    match entry {
                        TokenEntry::Token(token) => rsx! {
                            TokenRow {
                                // With the index, in case a server lists an id twice.
                                key: "{index}-{token.id}",
                                token: token.clone(),
                                index,
                                tab_stop: index == stop,
                            }
                        },
                        TokenEntry::Malformed(entry) => rsx! {
                            BrokenRow { key: "broken-{index}", entry: entry.clone(), index }
                        },
                    }
                }
                Spacer { height: below }
            }
        }
    }
}

#[component]
fn Spacer(height: f64) -> Element {
    if height < 1.0 {
        return rsx! {};
    }
    rsx! {
        tr { class: "spacer", role: "presentation", "aria-hidden": "true", style: "height: {height}px",
            td { role: "presentation" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rendered;

    #[test]
    fn only_rows_near_the_window_are_rendered() {
        assert_eq!(rendered(0.0, 900.0, 56.0, 5), 0..5);
        assert_eq!(rendered(0.0, 900.0, 56.0, 0), 0..0);
        let middle = rendered(56.0 * 5000.0, 900.0, 56.0, 10_000);
        assert!(middle.start <= 4988 && middle.end >= 5017 && middle.len() < 60);
        assert_eq!(rendered(1e9, 900.0, 56.0, 100), 100..100);
    }
}
