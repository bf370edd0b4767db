//! Everything that needs no window, in one program: services and commands on real servers, the local workspace itself, the
//! keychain, components, and what is true of the sources.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a failing unwrap is how a test reports, and tables are printed"
)]

#[cfg(feature = "headless")]
mod access;
#[cfg(all(feature = "gui", feature = "headless"))]
mod actions;
#[cfg(feature = "headless")]
mod audit;
#[cfg(feature = "gui")]
mod beyond_doubt;
#[cfg(feature = "headless")]
mod budget;
mod build_info;
#[cfg(feature = "headless")]
mod checklist;
#[cfg(feature = "gui")]
mod chosen;
mod closed;
#[cfg(feature = "headless")]
mod commands;
#[cfg(feature = "gui")]
mod components;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod cost;
#[cfg(all(feature = "headless", unix, debug_assertions))]
mod crash;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod dumps;
#[cfg(all(feature = "headless", unix))]
mod emergency;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod exit_codes;
#[cfg(feature = "headless")]
mod faults;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod find;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod formats;
#[cfg(feature = "workspace")]
mod fuzz_bounded;
#[cfg(feature = "headless")]
mod hosted;
#[cfg(all(feature = "headless", target_os = "linux", debug_assertions))]
mod json;
#[cfg(target_os = "linux")]
mod keychain;
mod layering;
#[cfg(feature = "headless")]
mod leaks;
#[cfg(feature = "headless")]
mod lifecycle;
#[cfg(all(feature = "headless", target_os = "linux", debug_assertions))]
mod memory;
#[cfg(feature = "gui")]
mod names;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod network;
#[cfg(feature = "headless")]
mod own_devices;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod power_loss;
#[cfg(all(feature = "desktop", debug_assertions))]
mod printed;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod pulled;
#[cfg(feature = "headless")]
mod reference;
#[cfg(feature = "headless")]
mod renewal;
#[cfg(feature = "headless")]
mod replace;
#[cfg(all(feature = "headless", unix))]
mod requests;
#[cfg(feature = "headless")]
mod roles;
#[cfg(feature = "headless")]
mod runner;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod sending;
#[cfg(feature = "headless")]
mod sign_in;
#[cfg(feature = "gui")]
mod table;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod terminal;
#[cfg(all(feature = "headless", target_os = "linux"))]
mod tls;
#[cfg(all(feature = "headless", unix))]
mod variables;
#[cfg(feature = "gui")]
mod ways_in;
mod workspace;
