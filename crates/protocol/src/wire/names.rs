//! The names of an environment's variables (docs/protocol.md 9.3).

use super::WireError;
use super::shape::{attributes, json, list, text};

/// The names in the server's order.
///
/// # Errors
/// [`WireError`] when the answer is not a list, or an entry has no name.
pub fn variable_names(body: &[u8]) -> Result<Vec<String>, WireError> {
    let answer = json(body)?;
    list(&answer)?
        .iter()
        .map(|entry| text(attributes(entry), "name"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_an_entry_without_one_is_refused() {
        let body = br#"{"count": 2, "data": [{"name": "APP_KEY", "version": 3}, {"name": "DB_HOST"}]}"#;
        assert_eq!(variable_names(body).unwrap(), ["APP_KEY", "DB_HOST"]);
        assert_eq!(
            variable_names(br#"{"data": [{"version": 3}]}"#)
                .unwrap_err()
                .what(),
            "name"
        );
    }
}
