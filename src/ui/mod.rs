//! What the user sees: elements (buttons, dialogs, menus), components (table, dialogs, sheet) and views.
//!
//! Components read the signals of [`crate::state::AppState`] and send [`Intent`]s. They do no I/O, write no error
//! prose and take no secret as a property: the sheet's fields read the store, and only while they are revealed.

pub mod clock;
pub mod components;
pub mod elements;
mod head;
pub mod intent;
mod style;
pub mod viewport;
pub mod views;

pub use clock::Clock;
pub use head::head;
pub use intent::{Intent, Send};
