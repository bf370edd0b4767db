//! Members of an organisation, and what their roles let them do (docs/protocol.md 3, 16).

/// A role of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// May do everything; owners count as admins.
    Admin,
    /// Reads, pushes and shares keys; nothing with deploy tokens.
    Developer,
    /// Reads variables.
    ReadOnly,
    /// Reads the activity.
    Auditor,
    /// Sees the subscription alone.
    BillingOnly,
    /// A text that this program does not know.
    Other(String),
}

impl Role {
    /// Reads the text that the server has for it.
    pub fn parse(text: &str) -> Self {
        match text {
            "admin" => Self::Admin,
            "developer" => Self::Developer,
            "developer_read_only" => Self::ReadOnly,
            "auditor" => Self::Auditor,
            "billing_only" => Self::BillingOnly,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether it gives the right to deploy tokens; `None` where this program does not know the role.
    pub fn sees_tokens(&self) -> Option<bool> {
        match self {
            Self::Admin => Some(true),
            Self::Developer | Self::ReadOnly | Self::Auditor | Self::BillingOnly => Some(false),
            Self::Other(_) => None,
        }
    }

    /// Whether it gives the right to publish environment keys; `None` where this program does not know the role.
    pub fn shares_keys(&self) -> Option<bool> {
        match self {
            Self::Admin | Self::Developer => Some(true),
            Self::ReadOnly | Self::Auditor | Self::BillingOnly => Some(false),
            Self::Other(_) => None,
        }
    }
}

/// A member of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Id of the person; `None` where it cannot be read.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The role, where the server tells one; an owner's is always [`Role::Admin`].
    pub role: Option<Role>,
}

impl Member {
    /// How the person is called: by name, or else by e-mail address.
    pub fn label(&self) -> Option<&str> {
        self.name.as_deref().or(self.email.as_deref())
    }
}
