//! Lists as they are read: entry by entry, so that one that cannot be read hides no other.

/// What a list has, and what in it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The entries that could be read, in the server's order.
    pub list: Vec<T>,
    /// The others, in the same order.
    pub unreadable: Vec<UnreadEntry>,
}

/// An entry of a list that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadEntry {
    /// The how-manieth of its list it is, from 1 on.
    pub position: usize,
    /// Its name, if at least that is there.
    pub name: Option<String>,
    /// What is missing or wrong.
    pub missing: &'static str,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}
