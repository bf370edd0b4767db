#![doc = include_str!("../README.md")]
// For those who use it without this program.
#![warn(missing_docs)]
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
mod types;
pub mod wire;

pub use types::*;
