//! What every new record gets: when, and which.

use protocol::Moment;

/// This moment, as the API writes it.
pub(super) fn now() -> String {
    Moment::now().to_wire()
}

/// A new id: time-ordered, unique.
pub(super) fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
