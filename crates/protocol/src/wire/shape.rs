//! Reading resources leniently in shape: wrapped or bare, attributes or flat (docs/protocol.md 1.4).

use serde_json::Value;

use super::WireError;
use crate::types::Moment;

pub(super) fn json(body: &[u8]) -> Result<Value, WireError> {
    serde_json::from_slice(body).map_err(|_| WireError::NotJson)
}

/// The value inside `data`, or the value itself where it is not wrapped.
pub(super) fn data(answer: &Value) -> &Value {
    answer.get("data").unwrap_or(answer)
}

/// The list inside `data`; absent or null is an empty list.
pub(super) fn list(answer: &Value) -> Result<&[Value], WireError> {
    match answer.get("data") {
        None | Some(Value::Null) if answer.is_object() => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        _ => Err(WireError::Wrong { what: "data" }),
    }
}

/// The `attributes` of a resource, or the flat object itself.
pub(super) fn attributes(resource: &Value) -> &Value {
    resource.get("attributes").unwrap_or(resource)
}

/// A text that has characters; ids may arrive as numbers.
pub(super) fn optional_text(object: &Value, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn text(object: &Value, name: &'static str) -> Result<String, WireError> {
    optional_text(object, name).ok_or(WireError::Missing { what: name })
}

pub(super) fn moment(object: &Value, name: &str) -> Option<Moment> {
    Moment::parse(object.get(name)?.as_str()?)
}
