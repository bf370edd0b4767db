//! The head of the table: each column that sorts is a button, and tells its order.

use dioxus::prelude::*;

use super::columns::{Look, columns};
use super::pick::PickAll;
use crate::state::{AppState, Sort};
use crate::ui::elements::{Glyph, Icon};
use model::TokenColumn;

#[component]
pub(super) fn TableHead() -> Element {
    rsx! {
        thead { role: "rowgroup",
            tr { role: "row", "aria-rowindex": "1",
                th { class: "col-pick", role: "columnheader", scope: "col", PickAll {} }
                for (column , look) in columns() {
                    HeadCell { key: "{look.class}", column, look }
                }
                th { class: "col-actions", role: "columnheader", scope: "col",
                    span { class: "spoken", "Actions" }
                }
            }
        }
    }
}

#[component]
fn HeadCell(column: TokenColumn, look: Look) -> Element {
    let sort = *use_context::<AppState>().tokens.sort.read();
    let order = (sort.column == column).then_some(sort.descending);
    let told = match order {
        _ if !column.sorts() => None,
        None => Some("none"),
        Some(true) => Some("descending"),
        Some(false) => Some("ascending"),
    };
    rsx! {
        th {
            class: look.class,
            role: "columnheader",
            scope: "col",
            "data-yields": look.yields,
            "aria-sort": told,
            if column.sorts() {
                Sorter { column, order }
            } else {
                {text::column(column)}
            }
        }
    }
}

#[component]
fn Sorter(column: TokenColumn, order: Option<bool>) -> Element {
    let mut sort = use_context::<AppState>().tokens.sort;
    rsx! {
        button {
            r#type: "button",
            class: "sorter",
            onclick: move |_| {
                let current = *sort.peek();
                sort.set(next(current, column));
            },
            {text::column(column)}
            if let Some(descending) = order {
                Glyph { icon: if descending { Icon::ArrowDown } else { Icon::ArrowUp }, size: 12 }
            }
        }
    }
}

/// The other direction of the same column; for another one, what is looked for first: names from A, the latest use and
/// creation, the earliest end.
fn next(current: Sort, column: TokenColumn) -> Sort {
    let descending = if current.column == column {
        !current.descending
    } else {
        column.starts_descending()
    };
    Sort { column, descending }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_press_turns_the_order_round() {
        let start = Sort {
            column: TokenColumn::LastUsed,
            descending: true,
        };
        assert!(!next(start, TokenColumn::LastUsed).descending);
        assert!(!next(start, TokenColumn::Name).descending);
        assert!(next(start, TokenColumn::Created).descending);
    }
}
