//! Revoking: one token, some, or every one that the user can see, by the same run, and how it is known that it is done.
//!
//! What damages goes first: the server is told of all CI tokens, several at a time and the most dangerous first, before any
//! key is sealed again. In an emergency nothing that is missing (a device, a key, a lock, room for the journal) keeps a
//! token from being ended. A token counts as ended when the server says so, and not before.
//!
//! The journal has an entry an environment, written before the first request: so an interrupted revocation is known as one,
//! whoever asked for it.
//!
//! [`ending`] tells the server of one token; [`batch`] keeps what is one environment's; [`run`] keeps how far each token
//! is; [`settle`] proves and seals an environment; [`engine`] drives. Each knows only those before it.

mod batch;
mod ending;
mod engine;
mod find;
mod incident;
mod leak;
mod named;
mod proof;
mod replaced;
mod run;
mod settle;
mod survey;
mod unfinished;

pub use engine::revoke_targets;
pub use find::{Search, Sighting, find};
pub use incident::incident;
pub use leak::{Candidate, LONGEST_LEAK, Leak, LeakStream, Source};
pub use named::{EndedToken, Revocations, Revoked, revoke, revoke_all};
pub use proof::KnownCiTokens;
pub use replaced::{Replaced, finish_replacement};
pub use run::{RunOptions, StopWaiting};
pub use survey::{Survey, survey};
pub use unfinished::{TakenUp, take_up, unfinished};

pub(crate) use ending::in_list;
pub(crate) use named::work_off;
pub(crate) use replaced::conclude;

/// The most requests that are under way at once.
const AT_ONCE: usize = 8;
