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
pub mod adopt;
pub mod checkpoint;
mod create;
mod delete;
pub mod devices;
mod fulfil;
mod issue;
pub mod journal;
mod list;
pub mod manifest;
mod place;
mod preflight;
mod publish;
mod replace;
mod reshare;
mod resume;
pub mod revocation;
mod rotate;
pub mod sign_in;
pub mod verify;

pub use create::create;
pub use delete::delete;

pub use fulfil::{Fulfilled, fulfil, fulfil_all, fulfillable, select, waiting};
pub use issue::Issued;
pub use list::{list, list_project};
pub use place::{
    Context, Directory, LinkedDevice, Place, directory, environments, find_environment, find_project,
};
pub use preflight::{KeyAccess, key_access};
pub use replace::{
    Replaced, finish_replacement, forget_replacement, note_own_use, readable_replacements, replace,
    replacements,
};
pub use reshare::{MissingKey, reshare};
pub use resume::{Finished, Interrupted, discard, finish, interrupted, take_back};
pub use revocation::{EndedToken, Revocations, Revoked, revoke, revoke_all};
pub use rotate::rotate;

use model::Step;

/// Told at each step; called from the task that runs the use case.
pub type Progress<'a> = &'a (dyn Fn(Step) + Send + Sync);
