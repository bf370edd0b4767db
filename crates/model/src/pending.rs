//! An interrupted operation as people meet it, and what they can do about it.

use protocol::Moment;

/// An interrupted operation, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its name in the journal.
    pub id: String,
    /// What it was: `Create ci in production`.
    pub title: String,
    /// When it was begun, if that is known.
    pub begun: Option<Moment>,
    /// What became of it.
    pub says: String,
    /// What can be done, the most sensible first.
    pub remedies: Vec<Remedy>,
}

/// What can be done about an interrupted operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Show the secrets; nothing is changed.
    Show,
    /// Do what is missing, and show the secrets if there are some.
    Finish,
    /// End the token.
    Revoke,
    /// Forget the operation.
    Discard,
}
