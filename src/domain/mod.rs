//! Plain types: what the product talks about, without I/O, rendering or cryptography.
//!
//! One word for one thing: deploy token, device, environment key, envelope, recipient, seed, fingerprint.

mod about;
pub mod access;
pub mod device;
pub mod emergency;
pub mod envelope;
pub mod environment;
pub mod ids;
pub mod issuance;
pub mod keys;
pub mod limits;
pub mod message;
pub mod name;
mod pending;
pub mod replacement;
pub mod reshare;
pub mod sign_in;
pub mod token;
pub mod variable;
pub mod when;

pub use about::{Document, Passage};
pub use access::{Flaw, Holder, HolderKind, Standing};
pub use device::{Device, DeviceState, DeviceStatus, RemoteStatus};
pub use emergency::{Exposed, Fate, Incident, Proof, Reach, RevokeTarget, Tally};
pub use envelope::{KeyScope, Recipient, RecipientKind, SealedEnvironmentKey, SealedRecipient};
pub use environment::{Environment, Organization, Project, User};
pub use ids::{
    DeployTokenId, DeviceId, EnvironmentId, EnvironmentName, OrganizationId, ProjectId, RequestId,
};
pub use issuance::{CiTokenOutcome, Issuance, IssuanceKind, ShareState, Step};
pub use keys::{Fingerprint, PublicKey, SigningPublicKey};
pub use limits::SecretLimits;
pub use message::Message;
pub use name::{NameError, TokenName};
pub use pending::{Pending, Remedy};
pub use replacement::{Grace, Replacement};
pub use reshare::{KeyRequest, RequestFilter, RequestPage, RequestRole, RequestStatus, Requests};
pub use sign_in::{SignInEnd, Waiting};
pub use token::{DeployToken, TokenEntry, TokenKey, TokenStatus};
pub use when::Moment;
