//! The client of the Ghostable API v2: transport, request and response models, errors (docs/protocol.md).
//!
//! It knows nothing of cryptography: signed bodies arrive here as finished text.

mod access;
mod address;
mod client;
mod error;
mod sign_in;
mod transport;
mod variables;
pub mod wire;

pub use address::{AddressError, ApiAddress, HOSTED};
pub use client::{Client, NewDevice, Runner};
pub use error::{ApiError, Sent};
pub use sign_in::SignIn;
pub use transport::Limits;
pub use wire::sign_in::{BrowserTicket, PasswordOutcome, PollOutcome};
