//! What the activity of a project tells (docs/protocol.md 17): who did what, and when runners last fetched. It is the only
//! place where the hosted server tells the last use of a token.

mod entries;
mod own_checks;
mod uses;

pub use entries::{Activity, activity, activity_page};
pub use own_checks::OwnChecks;
pub use uses::last_uses;

pub(crate) use uses::newest_uses;

/// The most entries that the server gives at once.
const PER_PAGE: u32 = 100;
