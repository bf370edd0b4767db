//! The members of an organisation, and what their roles may do (docs/protocol.md 3, 16).

use serde::Serialize;

use super::written::seconds_if_any;

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
