//! The protocol as somebody who uses this crate meets it: the vectors of other implementations, properties, refusals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test reports by panicking"
)]

mod environment_key;
mod properties;
mod twice;
mod vectors;
mod wire_tokens;
mod written;
