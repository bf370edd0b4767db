//! The head of the table: each column that sorts is a button, and tells its order.

use dioxus::prelude::*;

use crate::state::{AppState, Sort, SortColumn};
use crate::ui::elements::{Glyph, Icon};

#[component]
pub(super) fn TableHead() -> Element {
    rsx! {
        thead { role: "rowgroup",
            tr { role: "row", "aria-rowindex": "1",
                HeadCell { column: SortColumn::Name, class: "col-name", label: "Name" }
                HeadCell { column: SortColumn::Status, class: "col-status", label: "Status" }
                HeadCell { column: SortColumn::LastUsed, class: "col-used", label: "Last used" }
                HeadCell { column: SortColumn::Created, class: "col-created", label: "Created" }
                HeadCell { column: SortColumn::Expires, class: "col-expires", label: "Expires" }
                th { class: "col-print", role: "columnheader", scope: "col", "Fingerprint" }
                th { class: "col-actions", role: "columnheader", scope: "col",
                    span { class: "spoken", "Actions" }
                }
            }
        }
    }
}

#[component]
fn HeadCell(column: SortColumn, class: &'static str, label: &'static str) -> Element {
    let mut sort = use_context::<AppState>().tokens.sort;
    let current = *sort.read();
    let order = (current.column == column).then_some(current.descending);
    rsx! {
        th {
            class,
            role: "columnheader",
            scope: "col",
            "aria-sort": match order {
                None => "none",
                Some(true) => "descending",
                Some(false) => "ascending",
            },
            button {
                r#type: "button",
                class: "sorter",
                onclick: move |_| sort.set(next(current, column)),
                "{label}"
                if let Some(descending) = order {
                    Glyph { icon: if descending { Icon::ArrowDown } else { Icon::ArrowUp }, size: 12 }
                }
            }
        }
    }
}

/// The other direction of the same column; for another one, what is looked for first: names from A, the latest use and
/// creation, the earliest end.
fn next(current: Sort, column: SortColumn) -> Sort {
    let descending = if current.column == column {
        !current.descending
    } else {
        matches!(column, SortColumn::LastUsed | SortColumn::Created)
    };
    Sort { column, descending }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_press_turns_the_order_round() {
        let start = Sort {
            column: SortColumn::LastUsed,
            descending: true,
        };
        assert!(!next(start, SortColumn::LastUsed).descending);
        assert!(!next(start, SortColumn::Name).descending);
        assert!(next(start, SortColumn::Created).descending);
    }
}
