//! How a server reads requests: into the same types that clients write.
//!
//! The body is parsed first and fitted into its type second, because a signature is over the text as it was received and
//! the device that it names has to be known before the rest is looked at (docs/protocol.md 5.7).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The most characters of an explanation: a value of the wrong type is quoted in it.
const LONGEST_EXPLANATION: usize = 200;

/// Why a request cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is not JSON at all.
    #[error("the body is not JSON")]
    NotJson,
    /// The body is JSON, and not of the form that the endpoint takes. Carries what is wrong, at most 200 characters of it; it
    /// may quote a value, which in this protocol is a ciphertext or a name, but never a secret in clear.
    #[error("the request does not fit: {0}")]
    Unfit(String),
    /// A required text is absent, empty, too long or not a text.
    #[error("{what} is required, as a text")]
    Required {
        /// The member.
        what: &'static str,
    },
}

/// A body as JSON, its members in received order. An empty body is `{}`.
///
/// # Errors
/// [`RequestError::NotJson`].
pub fn parse(body: &[u8]) -> Result<Value, RequestError> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body).map_err(|_| RequestError::NotJson)
}

/// A parsed body as the request that it should be. Members that the type does not know are ignored.
///
/// # Errors
/// [`RequestError::Unfit`].
pub fn fit<T: DeserializeOwned>(body: Value) -> Result<T, RequestError> {
    serde_json::from_value(body)
        .map_err(|error| RequestError::Unfit(error.to_string().chars().take(LONGEST_EXPLANATION).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tokens::{CreateTokenRequest, RotateTokenRequest};
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_said_and_cut_short() {
        assert_eq!(parse(b""), Ok(json!({})));
        assert_eq!(parse(b"{"), Err(RequestError::NotJson));
        let unfit = |body| fit::<CreateTokenRequest>(body).unwrap_err();
        assert_eq!(
            unfit(json!({})),
            RequestError::Unfit("missing field `name`".to_owned())
        );
        let RequestError::Unfit(text) = unfit(json!({"name": ["A".repeat(1000)]})) else {
            panic!()
        };
        assert!(text.chars().count() <= LONGEST_EXPLANATION, "{text}");
        let known = fit::<RotateTokenRequest>(json!({"public_key": "A", "of a later time": 1})).unwrap();
        assert_eq!((known.public_key.as_deref(), known.recipient), (Some("A"), None));
    }
}
