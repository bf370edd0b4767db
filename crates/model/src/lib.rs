//! What the product talks about beside the protocol: issuances, replacements, revocations, what is said of them.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

mod about;
pub mod access;
pub mod activity;
mod audit;
mod checklist;
mod column;
pub mod destinations;
pub mod emergency;
mod export;
pub mod formats;
mod health;
pub mod issuance;
mod known;
pub mod limits;
pub mod look_alike;
mod membership;
pub mod news;
mod pending;
mod preferences;
mod problem;
mod reminder;
mod renewal;
pub mod replacement;
mod retry;
pub mod sign_in;
mod uses;

pub use about::{Document, Passage};
pub use access::{Flaw, Holder, HolderKind, Standing, WayOut};
pub use activity::{ActivityFilter, author_of};
pub use audit::{Audit, AuditFact, AuditFinding, AuditLimits, AuditStep};
pub use checklist::{CheckedPlace, CheckedValue, Checklist, ValueState};
pub use column::TokenColumn;
pub use destinations::{Destination, DestinationError, Handed, Parcel, SendError};
pub use emergency::{
    Incident, LeakMatch, Leaked, ListOf, PlacedToken, Proof, Readable, RevocationStatus, RevokeTarget, Tally,
    Unlisted,
};
pub use export::{Export, ExportForm};
pub use health::{HealthLimits, TokenHealth, health};
pub use issuance::{
    CI_TOKEN_VARIABLE, CiTokenOutcome, Issuance, IssuanceKind, NewToken, Note, SEED_VARIABLE, Step,
};
pub use known::KnownServer;
pub use limits::SecretLimits;
pub use membership::Membership;
pub use news::{News, PublicText};
pub use pending::{
    About, ClosedSheet, Finding, NotActive, Pending, Remedy, Shown, Unfinished, Values, WorkKind,
};
pub use preferences::{GivenLimits, Preferences, Theme};
pub use problem::{
    AddressError, CallError, CertificateFlaw, EntryError, IoCause, JournalError, KeychainError, KeysIn,
    LeakError, LocalWorkspaceError, MachineError, ManifestError, ManifestFlaw, Owner, Part, Problem,
    ProxyFlaw, RequestError, ResumeError, Sent, WrongState,
};
pub use reminder::Reminder;
pub use renewal::{KeyStatus, KeyToRenew, Renewed, RunnerProof};
pub use replacement::{Grace, Replacement, ReplacementState};
pub use retry::{Pause, Pauses, RetryPolicy};
pub use sign_in::{SignInEnd, SignInWork, Waiting};
pub use uses::{TokenUse, Uses};
