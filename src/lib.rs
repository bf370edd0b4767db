//! Deploy Tokens: issue, rotate, revoke and delete Ghostable deploy tokens.
//!
//! The layers and what each may import stand in `docs/architecture.md`; `tests/it/layering.rs` keeps them.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

#[cfg(feature = "gui")]
pub mod actions;
#[cfg(feature = "gui")]
pub mod app;
pub mod build_info;
#[cfg(feature = "headless")]
pub mod cli;
#[cfg(feature = "desktop")]
pub mod clipboard;
pub mod connect;
pub mod failure;
#[cfg(feature = "gui")]
pub mod state;
#[cfg(feature = "gui")]
pub mod ui;
