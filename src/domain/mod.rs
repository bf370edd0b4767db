//! Plain types: what the product talks about, without I/O, rendering or cryptography.
//!
//! One word for one thing: deploy token, device, environment key, envelope, recipient, seed, fingerprint.

pub mod device;
pub mod envelope;
pub mod environment;
pub mod ids;
pub mod issuance;
pub mod keys;
pub mod message;
pub mod name;
pub mod reshare;
pub mod token;
pub mod variable;
pub mod when;

pub use device::{Device, DeviceStatus};
pub use envelope::{KeyScope, Recipient, RecipientKind, SealedEnvironmentKey, SealedRecipient};
pub use environment::{Environment, Organization, Project, User};
pub use ids::{
    DeployTokenId, DeviceId, EnvironmentId, EnvironmentName, OrganizationId, ProjectId, RequestId,
};
pub use issuance::{CiTokenOutcome, Issuance, IssuanceKind, ShareState, Step};
pub use keys::{Fingerprint, PublicKey, SigningPublicKey};
pub use message::Message;
pub use name::{NameError, TokenName};
pub use reshare::{KeyRequest, RequestFilter, RequestPage, RequestRole, RequestStatus};
pub use token::{DeployToken, TokenEntry, TokenKey, TokenStatus};
pub use when::Moment;
