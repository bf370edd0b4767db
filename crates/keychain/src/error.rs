//! Damage in this program's own entries.

use model::{KeychainError, Owner, Part};

pub(super) fn damaged(part: Part, why: &'static str) -> KeychainError {
    KeychainError::Corrupt {
        part,
        owner: Owner::Own,
        why,
    }
}
