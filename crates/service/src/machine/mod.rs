//! This machine: its account at a server, signing in, its device, what the Ghostable command line keeps here, and the
//! manifest of a folder.

pub mod account;
pub mod adopt;
pub mod devices;
pub mod manifest;
pub mod settings;
pub mod sign_in;
