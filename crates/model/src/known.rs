//! A server that was open on this machine before.

/// Where it is, and who is signed in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownServer {
    /// The address of its API.
    pub address: String,
    /// Whose session is kept, as the server called that person; `None` where none is, or that was never told.
    pub person: Option<String>,
}
