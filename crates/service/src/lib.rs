//! Use cases, one a file: what a person or a script asks for, from the checks before it to the proof after it. Folders know
//! only those before them: `journal`, `activity`, `keys`, `checklist`, `tokens`, `revocation`, `renewal`, `resume`,
//! `machine`.
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

mod activity;
mod audit;
pub mod checklist;
pub mod checkpoint;
mod context;
mod directory;
pub mod journal;
mod keys;
mod machine;
mod membership;
mod off_thread;
mod place;
mod renewal;
mod resume;
pub mod revocation;
mod tokens;

pub use activity::{Activity, OwnChecks, activity, activity_page, last_uses};
pub use audit::audit;
pub use context::{Context, LinkedDevice, Server};
pub use directory::{Directory, directory, environments, find_environment};
pub use keys::{
    Asked, Fulfilled, KeyAccess, MissingKey, access, asking_devices, fulfil, fulfil_all, fulfillable,
    key_access, reshare, reshare_accepting, select, take_way_out, waiting,
};
pub use machine::{account, adopt, devices, manifest, settings, sign_in};
pub use membership::membership;
pub use place::Place;
pub use renewal::{WantedRenewal, prove_as_runner, renew_key, want_renewals, wanted_renewals};
pub use resume::{
    Finished, Interrupted, discard, find, finish, interrupted, rotate_unclaimed, take_back, tidy,
};
pub use revocation::{EndedToken, Replaced, Revocations, Revoked, finish_replacement, revoke, revoke_all};
pub use tokens::{
    Issued, create, delete, forget_replacement, handed, list, list_project, list_with_uses, note_ends,
    note_handed, readable_replacements, replace, replacements, rotate, verify,
};

use model::Step;

/// Told at each step; called from the task that runs the use case.
pub type Progress<'a> = &'a (dyn Fn(Step) + Send + Sync);
