//! How answers are read: leniently in shape, wrapped or bare, attributes or flat (docs/protocol.md 1.4).
//!
//! Two families. The strict one ([`text`], [`integer`], [`object`], [`list`] and their `optional_` twins) refuses a member of
//! another type and names it by its path. The lenient one ([`known_text`], [`needed_text`], [`known_moment`], [`occurrence`]) takes
//! what it cannot use as not there, because a record that lacks a detail is still a record.
//!
//! Ids, names and other texts are what [`crate::shape`] says, or they are not used. What an answer may cost is in [`super::cost`].

use serde_json::Value;

use super::WireError;
use super::cost::{self, MOST_OF_A_BUNDLE, MOST_VALUES};
use crate::types::shape::is_line;
use crate::types::{Listed, Moment, NotKnown, Occurrence, UnreadEntry};

/// A body as JSON.
pub(super) fn json(body: &[u8]) -> Result<Value, WireError> {
    cost::parse(body, MOST_VALUES)
}

/// A text whose root must be an object: a bundle or a key, which have as many parts as there are variables or recipients.
pub(super) fn parse_object(text: &str, what: &'static str) -> Result<Value, WireError> {
    match cost::parse(text.as_bytes(), MOST_OF_A_BUNDLE)? {
        object @ Value::Object(_) => Ok(object),
        _ => Err(WireError::Wrong { what }),
    }
}

/// The value inside `data`, or the value itself where it is not wrapped.
pub(super) fn data(answer: &Value) -> &Value {
    answer.get("data").unwrap_or(answer)
}

/// A list, entry by entry: one that cannot be read hides no other.
///
/// # Errors
/// [`WireError`] when the answer is not a list, or has too many entries.
pub(super) fn listed<T>(
    body: &[u8],
    entry: impl Fn(&Value) -> Result<T, WireError>,
) -> Result<Listed<T>, WireError> {
    listed_with_meta(body, entry).map(|(all, _)| all)
}

/// The same, with what `meta` says, or null.
///
/// # Errors
/// As [`listed`].
pub(super) fn listed_with_meta<T>(
    body: &[u8],
    entry: impl Fn(&Value) -> Result<T, WireError>,
) -> Result<(Listed<T>, Value), WireError> {
    let mut all = Listed::default();
    let meta = cost::entries(body, |position, value| match read(position, &value, &entry) {
        Ok(read) => all.list.push(read),
        Err(unread) => all.unreadable.push(unread),
    })?;
    Ok((all, meta))
}

/// One entry of a list, or what is told of one that cannot be read.
pub(super) fn read<T>(
    position: usize,
    value: &Result<Value, WireError>,
    entry: impl Fn(&Value) -> Result<T, WireError>,
) -> Result<T, UnreadEntry> {
    let unread = |name, error: WireError| UnreadEntry {
        position,
        name,
        missing: error.what(),
    };
    match value {
        Ok(value) => entry(value).map_err(|error| unread(known_text(attributes(value), "name"), error)),
        Err(error) => Err(unread(None, *error)),
    }
}

/// Whether a member says anything: absent, null and empty text are the same.
pub(super) fn is_told(object: &Value, name: &str) -> bool {
    match object.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(_) => true,
    }
}

/// The `attributes` of a resource, or the flat object itself.
pub(super) fn attributes(resource: &Value) -> &Value {
    resource.get("attributes").unwrap_or(resource)
}

/// A member that is neither absent nor null. The member's name is the last part of its path `what`.
fn present<'a>(object: &'a Value, what: &'static str) -> Option<&'a Value> {
    let name = what.rsplit('.').next().unwrap_or(what);
    object.get(name).filter(|value| !value.is_null())
}

/// An optional text; absent, null and empty are the same.
pub(super) fn optional_text<'a>(object: &'a Value, what: &'static str) -> Result<Option<&'a str>, WireError> {
    match present(object, what) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(WireError::Wrong { what }),
    }
}

/// A required text that is not empty.
pub(super) fn text<'a>(object: &'a Value, what: &'static str) -> Result<&'a str, WireError> {
    optional_text(object, what)?.ok_or(WireError::Missing { what })
}

/// An optional whole number.
pub(super) fn optional_integer(object: &Value, what: &'static str) -> Result<Option<u64>, WireError> {
    match present(object, what) {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(WireError::Wrong { what }),
    }
}

/// A required whole number.
pub(super) fn integer(object: &Value, what: &'static str) -> Result<u64, WireError> {
    optional_integer(object, what)?.ok_or(WireError::Missing { what })
}

/// An optional object.
pub(super) fn optional_object<'a>(
    object: &'a Value,
    what: &'static str,
) -> Result<Option<&'a Value>, WireError> {
    match present(object, what) {
        Some(inner) if !inner.is_object() => Err(WireError::Wrong { what }),
        inner => Ok(inner),
    }
}

/// A required object.
pub(super) fn object<'a>(object: &'a Value, what: &'static str) -> Result<&'a Value, WireError> {
    optional_object(object, what)?.ok_or(WireError::Missing { what })
}

/// An optional list; absent and null are empty.
pub(super) fn list<'a>(object: &'a Value, what: &'static str) -> Result<&'a [Value], WireError> {
    match present(object, what) {
        None => Ok(&[]),
        Some(Value::Array(entries)) => Ok(entries),
        Some(_) => Err(WireError::Wrong { what }),
    }
}

/// A text that is not blank, however long and on however many lines; ids may arrive as numbers.
pub(super) fn told_text(object: &Value, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text on one line that is not blank, if there is one.
pub(super) fn known_text(object: &Value, name: &str) -> Option<String> {
    told_text(object, name).filter(|text| is_line(text))
}

/// A text on one line that has to be there.
pub(super) fn needed_text(object: &Value, name: &'static str) -> Result<String, WireError> {
    needed(object, name, |text| Some(text).filter(|text| is_line(text)))
}

/// What is read of a text that has to be there, such as an id; what is not a text or a number counts as missing.
pub(super) fn needed<T>(
    object: &Value,
    name: &'static str,
    parse: impl Fn(String) -> Option<T>,
) -> Result<T, WireError> {
    let text = told_text(object, name).ok_or(WireError::Missing { what: name })?;
    parse(text).ok_or(WireError::Wrong { what: name })
}

/// What is read of a text, if there is one and it is that.
pub(super) fn known<T>(object: &Value, name: &str, parse: impl Fn(String) -> Option<T>) -> Option<T> {
    told_text(object, name).and_then(parse)
}

/// What is told of a moment: absent is *not told*, null is *never*, and what is no moment is unreadable.
pub(super) fn occurrence(object: &Value, name: &str) -> Occurrence {
    match object.get(name) {
        None => Occurrence::NotKnown(NotKnown::NotTold),
        Some(Value::Null) => Occurrence::Never,
        Some(value) => match value.as_str().and_then(Moment::parse) {
            Some(at) => Occurrence::At(at),
            None => Occurrence::NotKnown(NotKnown::Unreadable),
        },
    }
}

/// A moment, if there is one that can be read.
pub(super) fn known_moment(object: &Value, name: &str) -> Option<Moment> {
    Moment::parse(object.get(name)?.as_str()?)
}
