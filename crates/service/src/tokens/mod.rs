//! Deploy tokens: list, create, rotate, replace, delete, and what a runner can do with a pair. How a token ends is
//! [`crate::revocation`].
//!
//! Secrets are issued in one way ([`issue`](mod@issue)); create, rotate and replace are a [`plan`] each.

mod along;
mod create;
mod delete;
mod ends;
mod handed;
mod issue;
pub(crate) mod list;
mod plan;
mod registered;
pub(crate) mod replace;
mod rotate;
pub mod verify;

pub use create::create;
pub use delete::delete;
pub use ends::note_ends;
pub use handed::{handed, note_handed};
pub use issue::Issued;
pub use list::{list, list_project, list_with_uses};
pub use replace::{forget_replacement, readable_replacements, replace, replacements};
pub use rotate::rotate;

pub(crate) use issue::{hand_over, make_once};
pub(crate) use plan::Plan;
pub(crate) use registered::Registered;
