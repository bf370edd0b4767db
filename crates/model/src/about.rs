//! What the program says about itself.

use std::sync::Arc;

/// Something to read that is inside the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// What the program is for and how it is used.
    Readme,
    /// What is protected, how, and what is not.
    Security,
    /// Where session and keys are kept.
    Keychain,
    /// What to do when something does not work.
    Troubleshooting,
    /// What is inside, and under which licences.
    Licences,
}

impl Document {
    /// All, in the order in which they are offered; the licences are apart.
    pub const HELP: [Self; 4] = [
        Self::Readme,
        Self::Troubleshooting,
        Self::Security,
        Self::Keychain,
    ];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Readme => "How to use it",
            Self::Security => "Security",
            Self::Keychain => "Where keys are kept",
            Self::Troubleshooting => "When something does not work",
            Self::Licences => "Licences",
        }
    }
}

/// A part of a document: of the licences, one thing that is inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Its heading.
    pub title: String,
    /// Beside the heading: the licence.
    pub note: String,
    /// The text; many passages share one.
    pub text: Arc<str>,
}
