//! The real window under Xvfb, on a real workspace, found by accessible role and name.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failing unwrap is how a test reports, and times are printed"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../common/proxy.rs"]
mod proxy;
#[path = "../common/workspace.rs"]
#[allow(dead_code, reason = "shared with other tests, which use the rest")]
mod site;
#[path = "../common/vault.rs"]
#[allow(dead_code, reason = "shared with other tests, which use the rest")]
mod vault;

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/rough.rs"]
mod rough;

mod about;
mod adoption;
mod clipboard;
mod displays;
mod emergency;
mod guard;
mod inspector;
mod interrupted;
mod keyboard;
mod keys;
mod lifecycle;
mod memory;
mod pictures;
mod policy;
mod replace;
mod second_start;
mod server;
mod sign_in;
mod states;
mod trouble;
mod verified;

pub use support::program::{
    confirm, copy_block, create, data, done, fill, open, open_with, program, row, said, sheet, verify,
    verify_at,
};
