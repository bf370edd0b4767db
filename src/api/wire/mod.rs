//! Request and response models, and their conversion to domain types (docs/protocol.md 1.4).
//!
//! Answers are read leniently in shape (wrapped or bare, attributes or flat) and strictly in content: what is missing
//! is named. Nothing here panics, whatever the server sends.

use serde_json::Value;

use crate::domain::Moment;

pub mod devices;
pub mod directory;
pub mod error;
pub mod tokens;

/// Why an answer cannot be read. Names the member, never its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Not JSON.
    #[error("it is not JSON")]
    NotJson,
    /// A required member is missing or empty.
    #[error("“{what}” is missing")]
    Missing {
        /// The member.
        what: &'static str,
    },
    /// A member has a wrong type or content.
    #[error("“{what}” is not as expected")]
    Wrong {
        /// The member.
        what: &'static str,
    },
}

impl WireError {
    /// The member that is missing or wrong.
    pub fn what(self) -> &'static str {
        match self {
            Self::NotJson => "JSON",
            Self::Missing { what } | Self::Wrong { what } => what,
        }
    }
}

fn json(body: &[u8]) -> Result<Value, WireError> {
    serde_json::from_slice(body).map_err(|_| WireError::NotJson)
}

/// The value inside `data`, or the value itself where it is not wrapped.
fn data(answer: &Value) -> &Value {
    answer.get("data").unwrap_or(answer)
}

/// The list inside `data`; absent or null is an empty list.
fn list(answer: &Value) -> Result<&[Value], WireError> {
    match answer.get("data") {
        None | Some(Value::Null) if answer.is_object() => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        _ => Err(WireError::Wrong { what: "data" }),
    }
}

/// The `attributes` of a resource, or the flat object itself.
fn attributes(resource: &Value) -> &Value {
    resource.get("attributes").unwrap_or(resource)
}

/// A text that has characters; ids may arrive as numbers.
fn optional_text(object: &Value, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn text(object: &Value, name: &'static str) -> Result<String, WireError> {
    optional_text(object, name).ok_or(WireError::Missing { what: name })
}

fn moment(object: &Value, name: &str) -> Option<Moment> {
    Moment::parse(object.get(name)?.as_str()?)
}
