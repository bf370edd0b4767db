//! Columns as the types of the protocol.

use rusqlite::types::Type;
use rusqlite::{Error, Row};

/// A text as what it stands for; an error where it stands for nothing.
pub(super) fn parsed<T>(
    row: &Row<'_>,
    index: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    let wrong =
        || Error::FromSqlConversionFailure(index, Type::Text, "a text that this column cannot have".into());
    parse(&text).ok_or_else(wrong)
}

/// A text as an id or a name.
pub(super) fn named<T>(row: &Row<'_>, index: usize, make: impl FnOnce(String) -> T) -> rusqlite::Result<T> {
    row.get(index).map(make)
}
