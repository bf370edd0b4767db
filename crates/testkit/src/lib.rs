//! What the tests stand on: a workspace served over real HTTP, a proxy in which things go wrong, the program as a script
//! calls it, and a driver of its window. Never published, and no part of the program.
//!
//! It asserts that its own work succeeded, by panicking, and leaves the judgement of what was found to the tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failing unwrap is how a test reports"
)]

mod faults;
mod http;
mod program;
mod shell;
mod workspace;

#[cfg(target_os = "linux")]
pub mod driver;
#[cfg(target_os = "linux")]
pub mod memory;
#[cfg(target_os = "linux")]
pub mod power;
#[cfg(target_os = "linux")]
mod trace;
#[cfg(target_os = "linux")]
mod vault;
#[cfg(target_os = "linux")]
pub mod window;

pub use faults::{Budget, CANARY, Endpoint, Fault, FaultProxy, Faults};
pub use http::{Answer, Created, deployment, device};
pub use program::{
    CI_TOKEN_MARK, PROGRAM, Served, assert_code, attacks, built, commands, program, run_program, said,
    variables,
};
pub use shell::Shell;
#[cfg(target_os = "linux")]
pub use vault::Vault;
pub use workspace::{
    Runs, Secrets, TestWorkspace, address, any_port, assert_complete, http_client, options, silent,
};
