//! What the user reads when something goes wrong: what happened, and what to do next.

/// A pair of sentences. Neither ever carries a secret, a response body or an address with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What happened, in the user's terms.
    pub what: String,
    /// What to do next.
    pub next: String,
}

impl Message {
    /// Joins the two halves.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: next.into(),
        }
    }
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.what, self.next)
    }
}
