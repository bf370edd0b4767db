//! How a component sends what the user wants.

use dioxus::prelude::*;

pub use crate::intent::{
    AccessIntent, ActivityIntent, AuditIntent, ChecklistIntent, EmergencyIntent, Intent, PlaceIntent,
    ProgramIntent, SessionIntent, SheetIntent, TokenIntent,
};

/// Where intents go; put it into the context of the root.
#[derive(Clone, Copy, PartialEq)]
pub struct Send(pub Callback<Intent>);

/// The way to send an intent.
pub fn use_send() -> Callback<Intent> {
    use_context::<Send>().0
}
