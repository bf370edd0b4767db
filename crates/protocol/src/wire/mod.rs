//! Requests and answers as JSON, and their conversion to and from domain types (docs/protocol.md).
//!
//! Reading is lenient where the protocol is (docs/protocol.md 1.4) and otherwise refuses, naming the member. Nothing here
//! decrypts, signs or judges; that is `crypto`'s work.

pub mod bundle;
pub mod devices;
pub mod directory;
pub mod environment_key;
pub mod error;
pub mod names;
pub mod reshare;
mod shape;
pub mod sign_in;
pub mod tokens;
pub mod variable;

use serde_json::{Map, Value};

/// A JSON text is not what it should be. Carries names of members, never their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Not JSON at all.
    #[error("not JSON")]
    NotJson,
    /// A required member is absent, null or empty.
    #[error("{what} is missing")]
    Missing {
        /// Path of the member.
        what: &'static str,
    },
    /// A member is not of its type, or its text is not of its form.
    #[error("{what} is not what it should be")]
    Wrong {
        /// Path of the member.
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

/// A JSON object with its members in received order.
pub(crate) type Object = Map<String, Value>;

/// Parses a text whose root must be an object.
pub(crate) fn parse_object(text: &str, what: &'static str) -> Result<Object, WireError> {
    match serde_json::from_str(text).map_err(|_| WireError::NotJson)? {
        Value::Object(object) => Ok(object),
        _ => Err(WireError::Wrong { what }),
    }
}

/// A member that is neither absent nor null. The member's name is the last part of its path `what`.
pub(crate) fn present<'a>(object: &'a Object, what: &'static str) -> Option<&'a Value> {
    let name = what.rsplit('.').next().unwrap_or(what);
    object.get(name).filter(|value| !value.is_null())
}

/// An optional text; absent, null and empty are the same.
pub(crate) fn optional_text<'a>(
    object: &'a Object,
    what: &'static str,
) -> Result<Option<&'a str>, WireError> {
    match present(object, what) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(WireError::Wrong { what }),
    }
}

/// A required text that is not empty.
pub(crate) fn text<'a>(object: &'a Object, what: &'static str) -> Result<&'a str, WireError> {
    optional_text(object, what)?.ok_or(WireError::Missing { what })
}

/// An optional whole number.
pub(crate) fn optional_integer(object: &Object, what: &'static str) -> Result<Option<u64>, WireError> {
    match present(object, what) {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or(WireError::Wrong { what }),
    }
}

/// A required whole number.
pub(crate) fn integer(object: &Object, what: &'static str) -> Result<u64, WireError> {
    optional_integer(object, what)?.ok_or(WireError::Missing { what })
}

/// An optional object.
pub(crate) fn optional_object<'a>(
    object: &'a Object,
    what: &'static str,
) -> Result<Option<&'a Object>, WireError> {
    match present(object, what) {
        None => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(_) => Err(WireError::Wrong { what }),
    }
}

/// A required object.
pub(crate) fn object<'a>(object: &'a Object, what: &'static str) -> Result<&'a Object, WireError> {
    optional_object(object, what)?.ok_or(WireError::Missing { what })
}

/// An optional list; absent and null are empty.
pub(crate) fn list<'a>(object: &'a Object, what: &'static str) -> Result<&'a [Value], WireError> {
    match present(object, what) {
        None => Ok(&[]),
        Some(Value::Array(entries)) => Ok(entries),
        Some(_) => Err(WireError::Wrong { what }),
    }
}
