//! Who the user is in an organisation, and whom to ask there.

use protocol::Role;

/// The user's place in an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// How the user is called: by name, or else by e-mail address.
    pub person: Option<String>,
    /// The user's role; `None` where the server does not tell it.
    pub role: Option<Role>,
    /// The other admins, as they are called.
    pub admins: Vec<String>,
}

impl Membership {
    /// Whether deploy tokens are not for the user, as far as is known.
    pub fn is_without_tokens(&self) -> bool {
        self.role.as_ref().and_then(Role::sees_tokens) == Some(false)
    }

    /// Whether sharing keys is not for the user, as far as is known.
    pub fn is_without_sharing(&self) -> bool {
        self.role.as_ref().and_then(Role::shares_keys) == Some(false)
    }
}
