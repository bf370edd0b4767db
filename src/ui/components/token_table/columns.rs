//! How the columns stand in the window's table. What they are called, say and sort by is not the window's: model and text.

use dioxus::prelude::*;

use model::TokenColumn;

/// The look of a column. It is the same in the head, in a row, in one that cannot be read and before the data is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// By which the style sheet knows it.
    pub(super) class: &'static str,
    /// In CSS pixels; the one without takes what is left.
    pub(super) width: Option<u32>,
    /// Where the window is narrow, `first`, `second` and `third` make room in this order, and cards have none of them.
    pub(super) yields: Option<&'static str>,
    /// Width of what stands there before the data does, in CSS pixels.
    pub(super) bone: u32,
}

/// The look of each column that the table has, from left to right.
pub(super) fn columns() -> impl Iterator<Item = (TokenColumn, Look)> {
    TokenColumn::ALL
        .into_iter()
        .filter_map(|column| Some((column, look(column)?)))
}

fn look(column: TokenColumn) -> Option<Look> {
    let (class, width, yields, bone) = match column {
        TokenColumn::Name => ("col-name", None, None, 68),
        TokenColumn::Status => ("col-status", Some(160), None, 66),
        TokenColumn::LastUsed => ("col-used", Some(116), None, 72),
        TokenColumn::Created => ("col-created", Some(116), Some("second"), 78),
        TokenColumn::Expires => ("col-expires", Some(116), Some("third"), 70),
        TokenColumn::Fingerprint => ("col-print", Some(100), Some("first"), 64),
        // Below the name.
        TokenColumn::Id => return None,
    };
    Some(Look {
        class,
        width,
        yields,
        bone,
    })
}

/// A cell of a row: of the column that names it, or of another one.
pub(super) fn cell(column: TokenColumn, look: Look, content: Element) -> Element {
    let Look { class, yields, .. } = look;
    match column {
        TokenColumn::Name => rsx! {
            th { class, role: "rowheader", scope: "row", "data-yields": yields, {content} }
        },
        _ => rsx! {
            td { class, role: "cell", "data-yields": yields, {content} }
        },
    }
}
