//! Which page the window shows.

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// The deploy tokens of the open environment.
    #[default]
    Tokens,
    /// What somebody should look at, in every environment of every project.
    Everywhere,
    /// Every active token of everything, and their end.
    Emergency,
    /// Who holds the key of the open environment.
    Access,
    /// Who did what in the open environment or its project.
    Activity,
    /// This device, the session, and what can be set.
    Settings,
}
