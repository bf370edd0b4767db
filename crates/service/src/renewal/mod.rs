//! A new environment key, so that whoever held the old one opens nothing that comes after it (docs/protocol.md 6.5, 9).
//!
//! Everything under the old key is read and opened, then the new key is published for everybody who should have it, and all
//! variables are uploaded under it. Between the two requests runners cannot decrypt, so all that can be is prepared before
//! the first of them. What comes after is one way, the same after an interruption: whatever is not under the key of now, and
//! is under one that the journal has, is put under the key of now ([`settle`](mod@settle)).
//!
//! The server gives the newest key alone, so from the publication on the old one may be in the journal and nowhere else.

mod keys;
mod proof;
mod renew;
mod settle;
mod variables;
mod wanted;

pub use proof::prove_as_runner;
pub use renew::renew_key;
pub use wanted::{WantedRenewal, want_renewals, wanted_renewals};

pub(crate) use settle::{Left, conclude, left};
