//! The real window under Xvfb, on a real workspace, found by accessible role and name.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failing unwrap is how a test reports, and times are printed"
)]

mod about;
mod activity;
mod adoption;
mod budget;
mod clipboard;
mod displays;
mod driver;
mod emergency;
mod fresh;
mod guard;
mod inspector;
mod interrupted;
mod keyboard;
mod keys;
mod lifecycle;
mod look;
mod many;
mod memory;
mod own_devices;
mod pictures;
mod policy;
mod renewal;
mod replace;
mod roles;
mod second_start;
mod sending;
mod server;
mod settings;
mod sign_in;
mod states;
mod trouble;
mod verified;
mod way_out;

use testkit::window::{
    confirm, copy_block, create, data, done, fill, open, open_with, pull, row, sheet, verify, verify_at,
};
use testkit::{program, said};
