//! Use cases, one a file: what a person or a script asks for, from the checks before it to the proof after it.
//!
//! Nothing here renders, and nothing here words an error for people: errors keep their cause, the crate `text` words them.
//! Secrets leave only inside [`Issued`] and [`verify::Pulled`].
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

pub mod access;
pub mod account;
mod add_devices;
pub mod adopt;
pub mod checkpoint;
pub mod devices;
mod fulfil;
pub mod journal;
mod make_key;
pub mod manifest;
mod place;
mod preflight;
mod publish;
mod reshare;
mod resume;
pub mod revocation;
pub mod sign_in;
mod tokens;

pub use fulfil::{Asked, Fulfilled, fulfil, fulfil_all, fulfillable, select, waiting};
pub use place::{Context, Directory, LinkedDevice, Place, directory, environments, find_environment};
pub use preflight::{KeyAccess, key_access};
pub use reshare::{MissingKey, reshare, reshare_accepting};
pub use resume::{Finished, Interrupted, discard, finish, interrupted, take_back};
pub use revocation::{EndedToken, Replaced, Revocations, Revoked, finish_replacement, revoke, revoke_all};
pub use tokens::{
    Issued, create, delete, forget_replacement, list, list_project, note_own_use, readable_replacements,
    replace, replacements, rotate, verify,
};

use model::Step;

/// Told at each step; called from the task that runs the use case.
pub type Progress<'a> = &'a (dyn Fn(Step) + Send + Sync);
