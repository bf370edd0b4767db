//! Plain types: what the protocol talks about, without I/O or cryptography.

mod activity;
mod device;
pub mod envelope;
mod environment;
mod ids;
pub mod keys;
mod lifetime;
mod listed;
mod member;
mod name;
mod occurrence;
pub mod reshare;
pub mod shape;
pub mod token;
pub mod unseen;
pub mod variable;
mod when;

pub use activity::{ActivityAuthor, ActivityEntry, ActivityKind, ActivityPage, ActivitySubject};
pub use device::{Device, DeviceState, DeviceStatus, RemoteStatus, UserDevice};
pub use envelope::{KeyScope, Recipient, RecipientKind, SealedEnvironmentKey, SealedRecipient};
pub use environment::{Environment, Organization, Project, User};
pub use ids::{
    DeployTokenId, DeviceId, EnvironmentId, EnvironmentName, OrganizationId, ProjectId, RequestId,
};
pub use keys::{Fingerprint, PublicKey, SigningPublicKey};
pub use lifetime::{Lifetime, LifetimeError};
pub use listed::{Listed, UnreadEntry};
pub use member::{Member, Role};
pub use name::{MAX_NAME_CHARACTERS, NameError, TokenName, checked_name};
pub use occurrence::{NotKnown, Occurrence};
pub use reshare::{
    KeyRequest, RequestFilter, RequestPage, RequestReason, RequestRole, RequestStatus, Requests,
};
pub use token::{DeployToken, TokenEntry, TokenKey, TokenStatus};
pub use when::Moment;
