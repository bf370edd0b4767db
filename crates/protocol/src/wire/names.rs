//! The names of an environment's variables (docs/protocol.md 9.3).

use serde::Serialize;

use super::WireError;
use super::read::{attributes, listed, needed_text};
use super::written::microseconds;
use crate::types::{EnvironmentName, Listed, ProjectId};

/// The names of an environment's variables as a server lists them.
#[derive(Clone, Debug, Serialize)]
pub struct NamesDocument<'a> {
    /// The project.
    pub project_id: &'a ProjectId,
    /// The environment.
    pub environment: &'a EnvironmentName,
    /// How many there are.
    pub count: usize,
    /// By name.
    pub data: Vec<NameDocument<'a>>,
}

/// One variable of that list.
#[derive(Clone, Debug, Serialize)]
pub struct NameDocument<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version, where it was asked for.
    pub version: Option<i64>,
    /// When it was last pushed.
    #[serde(serialize_with = "microseconds")]
    pub updated_at: &'a str,
    /// Who pushed it.
    pub updated_by_email: Option<&'a str>,
    /// Whether its line is commented out.
    pub is_commented: bool,
}

/// The names in the server's order, entry by entry.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn variable_names(body: &[u8]) -> Result<Listed<String>, WireError> {
    listed(body, |entry| needed_text(attributes(entry), "name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_an_entry_without_one_hides_no_other() {
        let body = br#"{"count": 2, "data": [{"name": "APP_KEY", "version": 3}, {"name": "DB_HOST"}]}"#;
        assert_eq!(variable_names(body).unwrap().list, ["APP_KEY", "DB_HOST"]);
        let read = variable_names(br#"{"data": [{"version": 3}, {"name": "APP_KEY"}]}"#).unwrap();
        let lost = &read.unreadable[0];
        assert_eq!(
            (read.list, lost.position, lost.missing),
            (vec!["APP_KEY".to_owned()], 1, "name")
        );
    }
}
