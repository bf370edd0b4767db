//! Plain types: what the protocol talks about, without I/O or cryptography.

pub mod device;
pub mod envelope;
pub mod environment;
pub mod ids;
pub mod keys;
pub mod name;
pub mod reshare;
pub mod token;
pub mod variable;
pub mod when;

pub use device::{Device, DeviceState, DeviceStatus, RemoteStatus};
pub use envelope::{KeyScope, Recipient, RecipientKind, SealedEnvironmentKey, SealedRecipient};
pub use environment::{Environment, Organization, Project, User};
pub use ids::{
    DeployTokenId, DeviceId, EnvironmentId, EnvironmentName, OrganizationId, ProjectId, RequestId,
};
pub use keys::{Fingerprint, PublicKey, SigningPublicKey};
pub use name::{NameError, TokenName};
pub use reshare::{KeyRequest, RequestFilter, RequestPage, RequestRole, RequestStatus, Requests};
pub use token::{DeployToken, TokenEntry, TokenKey, TokenStatus};
pub use when::Moment;
