//! The names of an environment's variables (docs/protocol.md 9.3).

use serde::Serialize;
use serde_json::Value;

use super::WireError;
use super::read::{attributes, listed, needed_text};
use super::written::microseconds;
use crate::types::variable::VariableState;
use crate::types::{EnvironmentName, Listed, Moment, ProjectId};

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

/// The same, with when and by whom each was pushed last.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn variable_states(body: &[u8]) -> Result<Listed<VariableState>, WireError> {
    listed(body, |entry| {
        let entry = attributes(entry);
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        Ok(VariableState {
            name: needed_text(entry, "name")?,
            updated_at: text("updated_at").and_then(Moment::parse),
            updated_by: text("updated_by_email").map(str::to_owned),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_pushed_and_when_is_told_where_the_server_tells_it() {
        let body = br#"{"data": [{"name": "A", "updated_at": "2026-11-24T09:00:00.000000Z", "updated_by_email": "sam@northwind.example"}, {"name": "B", "updated_at": 7}]}"#;
        let read = variable_states(body).unwrap().list;
        assert_eq!(read[0].updated_at, Moment::parse("2026-11-24T09:00:00Z"));
        assert_eq!(read[0].updated_by.as_deref(), Some("sam@northwind.example"));
        assert_eq!((read[1].updated_at, read[1].updated_by.as_deref()), (None, None));
    }

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
