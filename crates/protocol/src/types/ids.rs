//! Identifiers. They are opaque texts (docs/protocol.md 1.4); each kind has its own type so that they cannot be mixed up.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as the API gave it.
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
    OrganizationId
);
id!(
    /// Id of a project.
    ProjectId
);
id!(
    /// Id of an environment; deploy tokens refer to it (docs/protocol.md 1.1).
    EnvironmentId
);
id!(
    /// Name of an environment; paths refer to it (docs/protocol.md 1.1).
    EnvironmentName
);
id!(
    /// Id of a device.
    DeviceId
);
id!(
    /// Id of a deploy token.
    DeployTokenId
);
id!(
    /// Id of a key re-share request (docs/protocol.md 10).
    RequestId
);
