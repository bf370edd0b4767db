//! The members of an organisation, and what their roles may do (docs/protocol.md 3, 16).

use serde::Serialize;
use serde_json::Value;

use super::read::{attributes, known_text};
use super::written::seconds_if_any;
use super::{WireError, cost};
use crate::types::{Member, Role};

/// One member.
#[derive(Clone, Debug, Serialize)]
pub struct MemberDocument<'a> {
    /// Id of the person.
    pub id: &'a str,
    /// The name.
    pub name: Option<&'a str>,
    /// The e-mail address.
    pub email: &'a str,
    /// `admin`, `developer`, `developer_read_only`, `auditor` or `billing_only`.
    pub role: Option<&'a str>,
    /// Since when.
    #[serde(serialize_with = "seconds_if_any")]
    pub joined_at: Option<&'a str>,
    /// Whether the organisation is theirs; an owner counts as admin.
    pub is_owner: bool,
}

/// `GET /organizations/{organization}/permission-matrix`.
#[derive(Clone, Debug, Serialize)]
pub struct MatrixDocument<'a> {
    /// The organisation.
    pub organization_id: &'a str,
    /// What each role may do.
    pub roles: Vec<RoleDocument>,
    /// What there is to be done.
    pub permissions: Vec<PermissionDocument>,
}

/// One role.
#[derive(Clone, Debug, Serialize)]
pub struct RoleDocument {
    /// As it is sent.
    pub key: &'static str,
    /// As it is shown.
    pub label: &'static str,
    /// In a sentence.
    pub description: &'static str,
    /// Names of its permissions.
    pub permissions: Vec<&'static str>,
}

/// One permission.
#[derive(Clone, Debug, Serialize)]
pub struct PermissionDocument {
    /// Its name.
    pub key: &'static str,
    /// As it is shown.
    pub label: &'static str,
    /// Under which heading.
    pub group: &'static str,
    /// Whether it can be given to single people in a project.
    pub project_override_allowed: bool,
    /// Whether it can be given to single people in an environment.
    pub environment_override_allowed: bool,
}

/// The members of an organisation. What an entry lacks is only not known of that member.
///
/// # Errors
/// [`WireError`] when the answer is not a list.
pub fn members(body: &[u8]) -> Result<Vec<Member>, WireError> {
    let mut members = Vec::new();
    cost::entries(body, |_, entry| {
        members.push(member_of(&entry.unwrap_or_default()))
    })?;
    Ok(members)
}

fn member_of(entry: &Value) -> Member {
    let attributes = attributes(entry);
    let role = known_text(attributes, "role").map(|text| Role::parse(&text));
    let is_owner = attributes.get("is_owner").and_then(Value::as_bool) == Some(true);
    Member {
        id: known_text(entry, "id"),
        name: known_text(attributes, "name"),
        email: known_text(attributes, "email"),
        role: if is_owner { Some(Role::Admin) } else { role },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_an_admin_and_what_is_missing_is_not_known() {
        let body = br#"{"data":[{"id":"u1","name":null,"email":"g@b.example","role":null,"joined_at":null,"is_owner":true},
            {"id":"u2","name":"Mara","email":"m@b.example","role":"developer_read_only","is_owner":false},
            {"id":3,"role":"gardener"},{"role":7},"x"],"meta":{"count":5}}"#;
        let read = members(body).unwrap();
        let roles: Vec<_> = read.iter().map(|it| it.role.clone()).collect();
        let gardener = Role::Other("gardener".to_owned());
        let number = Role::Other("7".to_owned());
        assert_eq!(
            roles,
            [
                Some(Role::Admin),
                Some(Role::ReadOnly),
                Some(gardener),
                Some(number),
                None
            ]
        );
        let labels: Vec<_> = read.iter().map(Member::label).collect();
        assert_eq!(labels, [Some("g@b.example"), Some("Mara"), None, None, None]);
        assert_eq!(read[2].id.as_deref(), Some("3"));
        assert!(members(b"[]").is_err());
    }
}
