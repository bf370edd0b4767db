//! What several test crates share: `mod support;` in each of them.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test crate uses its own part of this"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test reports by panicking"
)]

#[cfg(all(feature = "desktop", target_os = "linux"))]
pub mod driver;
#[cfg(all(feature = "desktop", target_os = "linux"))]
pub mod memory;
#[cfg(all(feature = "desktop", target_os = "linux"))]
pub mod program;
