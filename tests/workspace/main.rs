//! The local workspace over real HTTP, with a real database and real cryptography.
#![cfg(feature = "workspace")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failing unwrap is how a test reports, and tables are printed"
)]

#[path = "../common/workspace.rs"]
#[allow(dead_code, reason = "other tests use other parts of it")]
mod site;

mod access;
mod crash;
mod files;
mod gate;
mod lifecycle;
mod publication;
mod push;
mod reshare;
mod sample;
