//! The values that runners of leaked tokens may have read, and whether each was changed since.
//!
//! What is compared is opened in memory, and compared by claims under a key that is made for it and forgotten. Kept are names,
//! versions and the claims that the server has, sealed like the journal's entries.

mod begin;
mod kept;
mod look;
mod values;

pub use begin::begin;
pub use look::{checklists, close, look, settle};

pub(crate) use look::after_renewal;
pub(crate) use values::Mark;
