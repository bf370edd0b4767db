//! Roles of an organisation's members, and what each may do (docs/protocol.md 16).

use protocol::wire::members::{PermissionDocument, RoleDocument};

/// The role of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Admin,
    BillingOnly,
    Developer,
    DeveloperReadOnly,
    Auditor,
}

/// Something that a role may give. A member may do whatever none of these is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    CreateProject,
    CreateEnvironment,
    DeleteEnvironment,
    /// Publish and re-share environment keys, answer requests, rename environments.
    ManageEnvironment,
    /// Read sealed variables, and the key as far as it is sealed for a device.
    ViewVariables,
    PushVariables,
    ViewAudit,
    /// Deploy tokens, the permission matrix, audit webhooks: no role but an admin's has it.
    Administer,
}

/// The permissions that have a name of their own, with the words of the matrix.
const NAMED: [(Permission, &str, &str, &str); 7] = [
    (
        Permission::CreateProject,
        "project:create",
        "Create projects",
        "Projects",
    ),
    (
        Permission::CreateEnvironment,
        "env:create",
        "Create environments",
        "Environments",
    ),
    (
        Permission::DeleteEnvironment,
        "env:delete",
        "Delete environments",
        "Environments",
    ),
    (
        Permission::ManageEnvironment,
        "env:manage-settings",
        "Manage environment settings",
        "Environments",
    ),
    (
        Permission::ViewVariables,
        "var:view",
        "View variables",
        "Variables",
    ),
    (
        Permission::PushVariables,
        "var:push",
        "Push variables",
        "Variables",
    ),
    (
        Permission::ViewAudit,
        "organization:view-audit-logs",
        "View audit logs",
        "Organization",
    ),
];

impl Role {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Admin,
        Self::BillingOnly,
        Self::Developer,
        Self::DeveloperReadOnly,
        Self::Auditor,
    ];

    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::BillingOnly => "billing_only",
            Self::Developer => "developer",
            Self::DeveloperReadOnly => "developer_read_only",
            Self::Auditor => "auditor",
        }
    }

    /// Reads the text exactly; `None` for every other one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether a member of this role may do something.
    pub(crate) fn may(self, what: Permission) -> bool {
        use Permission::{CreateEnvironment, CreateProject, DeleteEnvironment, ManageEnvironment};
        use Permission::{PushVariables, ViewAudit, ViewVariables};
        match self {
            Self::Admin => true,
            Self::BillingOnly => false,
            Self::Developer => matches!(
                what,
                CreateProject
                    | CreateEnvironment
                    | DeleteEnvironment
                    | ManageEnvironment
                    | ViewVariables
                    | PushVariables
            ),
            Self::DeveloperReadOnly => what == ViewVariables,
            Self::Auditor => what == ViewAudit,
        }
    }

    /// As the matrix shows it.
    pub(crate) fn document(self) -> RoleDocument {
        let (label, description) = match self {
            Self::Admin => ("Admin", "Everything, deploy tokens and members included."),
            Self::BillingOnly => ("Billing only", "The subscription alone."),
            Self::Developer => ("Developer", "Projects, environments, keys and variables."),
            Self::DeveloperReadOnly => ("Developer (read only)", "Reads variables."),
            Self::Auditor => ("Auditor", "Reads the audit log."),
        };
        let own = NAMED.iter().filter(|(permission, ..)| self.may(*permission));
        RoleDocument {
            key: self.as_str(),
            label,
            description,
            permissions: own.map(|(_, name, ..)| *name).collect(),
        }
    }
}

/// The permissions as the matrix shows them. Those of variables can be given to single people.
pub(crate) fn permissions() -> Vec<PermissionDocument> {
    let document = |(_, key, label, group): &(Permission, &'static str, &'static str, &'static str)| {
        let of_variables = key.starts_with("var:");
        PermissionDocument {
            key,
            label,
            group,
            project_override_allowed: of_variables,
            environment_override_allowed: of_variables,
        }
    };
    NAMED.iter().map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_admins_administer() {
        let may = |role: Role| {
            NAMED
                .iter()
                .filter(|(permission, ..)| role.may(*permission))
                .count()
        };
        assert_eq!(Role::ALL.map(may), [7, 0, 6, 1, 1]);
        for role in Role::ALL {
            assert_eq!(role.may(Permission::Administer), role == Role::Admin);
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Admin"), None);
    }
}
