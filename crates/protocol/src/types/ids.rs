//! Identifiers. They are opaque texts (docs/protocol.md 1.4); each kind has its own type so that they cannot be mixed up. What
//! a server says is read with `parse`, which keeps out what would be something else in a path or a header.

use serde::{Deserialize, Serialize};

use super::shape::{is_id, is_path_name};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $fits:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads a text that came from outside; `None` if it cannot be one (see [`shape`](crate::shape)).
            pub fn parse(text: impl Into<String>) -> Option<Self> {
                let text = text.into();
                $fits(&text).then_some(Self(text))
            }

            /// Takes a text that was read before, or that is only compared.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as the API gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Id of an organisation.
    OrganizationId,
    is_id
);
id!(
    /// Id of a project.
    ProjectId,
    is_id
);
id!(
    /// Id of an environment; deploy tokens refer to it (docs/protocol.md 1.1).
    EnvironmentId,
    is_id
);
id!(
    /// Name of an environment; paths refer to it (docs/protocol.md 1.1).
    EnvironmentName,
    is_path_name
);
id!(
    /// Id of a device.
    DeviceId,
    is_id
);
id!(
    /// Id of a deploy token.
    DeployTokenId,
    is_id
);
id!(
    /// Id of a key re-share request (docs/protocol.md 10).
    RequestId,
    is_id
);
