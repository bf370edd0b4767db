//! What is remembered between starts, as a document: which server was open, where in it, and what was chosen for it. Nothing
//! secret. Where the file is and who changes it is the program's to know.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use protocol::{EnvironmentId, ProjectId};

/// The content of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Settings {
    /// The server that was open: an address, or `local`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The place that was open, by server.
    #[serde(default)]
    pub places: BTreeMap<String, RememberedPlace>,
    /// The servers at which this program does not act as the runner of what it has issued.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unchecked: BTreeSet<String>,
    /// For how many days the last CI token was asked to work; not checked here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_days: Option<i64>,
    /// The name of the format in which a block was shown last; not checked here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The name of the colours of the window; not checked here, as the rest of what was chosen of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// Seconds until the clipboard is cleared of a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clipboard_seconds: Option<u64>,
    /// Seconds without input until an open sheet hides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet_seconds: Option<u64>,
    /// Whether the window asks again by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshes: Option<bool>,
    /// Whether it shows notifications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifies: Option<bool>,
    /// Whose session is kept, by server, as the server called that person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<String, String>,
    /// The tokens of whose end was told, and so many days before it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told_ends: BTreeMap<String, u32>,
}

/// Where somebody was at a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct RememberedPlace {
    /// The project that was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// The environment that was open in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
}

impl Settings {
    /// What a file says; nothing where it is damaged.
    pub fn read(text: &[u8]) -> Self {
        serde_json::from_slice(text).unwrap_or_default()
    }

    /// What is to be in the file.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which nothing in it causes.
    pub fn write(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(self)
    }
}
