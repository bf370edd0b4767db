//! The protocol of Ghostable deploy tokens: its types, its cryptography and its wire model, without any I/O.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

pub mod crypto;
pub mod secret;
pub mod types;
pub mod wire;

pub use types::*;
