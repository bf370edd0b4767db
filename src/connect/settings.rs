//! What is remembered between starts: which server was open, where in it, and what was chosen for it. Nothing secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::actions::Location;
use protocol::{EnvironmentId, ProjectId};

const FILE: &str = "settings.json";
/// Far above what it can grow to; a larger file is not ours.
const LARGEST: u64 = 1 << 20;

/// The content of the file.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Settings {
    /// The server that was open: an address, or `local`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    /// The place that was open, by server.
    #[serde(default)]
    places: BTreeMap<String, Place>,
    /// The servers at which this program does not act as the runner of what it has issued.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    unchecked: BTreeSet<String>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
struct Place {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<ProjectId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentId>,
}

/// The settings in a data folder.
#[derive(Debug)]
pub(super) struct Remembered {
    folder: PathBuf,
}

impl Remembered {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The server that was open last.
    pub(super) fn server(&self) -> Option<String> {
        self.read().server
    }

    /// The place that was open last at a server.
    pub(super) fn spot(&self, server: &str) -> Location {
        let place = self.read().places.remove(server).unwrap_or_default();
        Location {
            project: place.project,
            environment: place.environment,
        }
    }

    /// Notes what is open; nothing when the user left. That it cannot be written is no reason to stop.
    pub(super) fn note(&self, open: Option<(&str, Location)>) {
        let mut settings = self.read();
        settings.server = open.as_ref().map(|(server, _)| (*server).to_owned());
        if let Some((server, spot)) = open {
            let place = Place {
                project: spot.project,
                environment: spot.environment,
            };
            settings.places.insert(server.to_owned(), place);
        }
        if let Err(error) = self.write(&settings) {
            tracing::warn!(%error, "what is open cannot be remembered");
        }
    }

    /// Whether what was issued at a server is checked as its runner.
    pub(super) fn checks(&self, server: &str) -> bool {
        !self.read().unchecked.contains(server)
    }

    /// Notes whether it is.
    pub(super) fn note_checks(&self, server: &str, on: bool) -> io::Result<()> {
        let mut settings = self.read();
        if on {
            settings.unchecked.remove(server);
        } else {
            settings.unchecked.insert(server.to_owned());
        }
        self.write(&settings)
    }

    /// A file that is not there or cannot be read remembers nothing.
    fn read(&self) -> Settings {
        let path = self.path();
        let fits = fs::metadata(&path).is_ok_and(|file| file.len() <= LARGEST);
        let text = fits.then(|| fs::read(&path).ok()).flatten();
        text.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    fn write(&self, settings: &Settings) -> io::Result<()> {
        private_file::make_folder(&self.folder)?;
        private_file::replace(&self.path(), &serde_json::to_vec_pretty(settings)?)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(project: &str, environment: &str) -> Location {
        Location {
            project: Some(ProjectId::new(project)),
            environment: Some(EnvironmentId::new(environment)),
        }
    }

    #[test]
    fn each_server_has_its_place_and_leaving_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::in_folder(folder.path().join("not there yet"));
        assert_eq!(remembered.server(), None);
        remembered.note(Some(("local", spot("p", "e"))));
        remembered.note(Some(("https://one.example", spot("q", "f"))));
        assert_eq!(remembered.server().as_deref(), Some("https://one.example"));
        assert_eq!(remembered.spot("local"), spot("p", "e"));
        remembered.note(None);
        assert_eq!(remembered.server(), None);
        assert_eq!(remembered.spot("https://one.example"), spot("q", "f"));
        assert_eq!(remembered.spot("https://two.example"), Location::default());
    }

    #[test]
    fn checking_is_turned_off_by_server_and_survives_another_place() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::in_folder(folder.path().to_owned());
        assert!(remembered.checks("local"));
        remembered.note_checks("https://one.example", false).unwrap();
        remembered.note(Some(("https://one.example", spot("q", "f"))));
        assert!(!remembered.checks("https://one.example") && remembered.checks("local"));
        remembered.note_checks("https://one.example", true).unwrap();
        assert!(remembered.checks("https://one.example"));
    }

    #[test]
    fn a_damaged_file_remembers_nothing_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), b"{\"places\": 7").unwrap();
        let remembered = Remembered::in_folder(folder.path().to_owned());
        assert_eq!(remembered.server(), None);
        remembered.note(Some(("local", spot("p", "e"))));
        assert_eq!(remembered.server().as_deref(), Some("local"));
    }
}
