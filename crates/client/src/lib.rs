//! The client of the Ghostable API v2: transport and calls (docs/protocol.md). What is sent and answered is
//! `protocol::wire`, what can go wrong `model::CallError`.
//!
//! It knows nothing of cryptography: signed bodies arrive here as finished text.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

mod access;
mod activity;
mod address;
mod client;
mod gate;
mod lost;
mod server_clock;
mod sign_in;
mod transport;
mod variables;

pub use address::{ApiAddress, HOSTED};
pub use client::{Client, NewDevice, Runner};

pub use protocol::wire::sign_in::{BrowserTicket, PasswordOutcome, PollOutcome};
pub use sign_in::SignIn;
pub use transport::Limits;
