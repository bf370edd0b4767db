//! Emergency: see every active token, end many of them at once, and prove it.
//!
//! What damages goes first: the server is told of all CI tokens, several at a time and the most dangerous first, before any
//! key is sealed again. Nothing that is missing here (a device, a key, a lock, room for the journal) keeps a token from being
//! ended. A token counts as ended when the server says so, and not before.
//!
//! The journal has an entry an environment, written before the first request: so `pending` and `resume` know it as the
//! interrupted revocation that it is.

mod batch;
mod engine;
mod find;
mod gather;
mod leak;
mod proof;
mod report;
mod unfinished;

pub use engine::{RunOptions, StopWaiting, revoke};
pub use find::{Search, find, still_works};
pub use gather::{Overview, gather};
pub use leak::Leak;
pub use proof::KnownCiTokens;
pub use report::{incident, save};
pub use unfinished::{TakenUp, take_up, unfinished};

/// The most requests that are under way at once.
const AT_ONCE: usize = 8;
