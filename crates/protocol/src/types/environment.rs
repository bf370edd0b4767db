//! The directory: user, organisations, projects, environments (docs/protocol.md 3).

use super::{EnvironmentId, EnvironmentName, Moment, OrganizationId, ProjectId};

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: String,
    /// Name, where known.
    pub name: Option<String>,
    /// E-mail address, where known.
    pub email: Option<String>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// A project of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The organisation it belongs to.
    pub organization_id: OrganizationId,
}

/// An environment of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its id, which deploy tokens refer to.
    pub id: EnvironmentId,
    /// Its name, which paths refer to.
    pub name: EnvironmentName,
    /// Its type: `production`, `staging`, `local` and so on.
    pub kind: String,
    /// When it was made.
    pub created_at: Option<Moment>,
}

impl Environment {
    /// Whether dangerous actions here ask for the token's name: production by type or by name.
    pub fn is_production(&self) -> bool {
        self.kind.eq_ignore_ascii_case("production") || is_called_production(self.name.as_str())
    }
}

/// Whether it is production by its name alone.
pub(super) fn is_called_production(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "production" || name == "prod"
}
