//! What is remembered between starts: which server was open, where in it, and what was chosen for it. Nothing secret.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::actions::{LOCAL, Location};
use model::formats::{self, Format};
use model::{KnownServer, Preferences, SecretLimits, Theme};
use protocol::{DeployTokenId, Lifetime};
use service::settings::{RememberedPlace, Settings};

const FILE: &str = "settings.json";
/// Far above what it can grow to; a larger file is not ours.
const LARGEST: u64 = 1 << 20;

/// What is to be noted.
#[derive(Debug)]
enum Change {
    /// What is open: server and place; nothing when the user left.
    Open(Option<(String, Location)>),
    /// Whether what was issued at a server is checked as its runner.
    Checks(String, bool),
    /// For how long a CI token was asked to work.
    Lifetime(Lifetime),
    /// In which format a block was shown.
    Format(Format),
    /// What was chosen of the window.
    Preferences(Preferences),
    /// Whose session is kept at a server; nobody's any more.
    Person(String, Option<String>),
    /// So many days before it a token's end was told; not any more.
    ToldEnd(DeployTokenId, Option<u32>),
}

/// Changes what is remembered.
fn take(settings: &mut Settings, change: Change) {
    match change {
        Change::Open(open) => {
            settings.server = open.as_ref().map(|(server, _)| server.clone());
            if let Some((server, Location { project, environment })) = open {
                let place = RememberedPlace { project, environment };
                settings.places.insert(server, place);
            }
        }
        Change::Checks(server, true) => {
            settings.unchecked.remove(&server);
        }
        Change::Checks(server, false) => {
            settings.unchecked.insert(server);
        }
        Change::Format(format) => settings.format = Some(format.name.to_owned()),
        Change::Preferences(chosen) => {
            settings.theme = Some(chosen.theme.name().to_owned());
            settings.clipboard_seconds = Some(chosen.clipboard);
            settings.sheet_seconds = Some(chosen.idle);
            settings.refreshes = Some(chosen.refreshes);
            settings.notifies = Some(chosen.notifies);
        }
        Change::Person(server, Some(person)) => {
            settings.people.insert(server, person);
        }
        Change::Person(server, None) => {
            settings.people.remove(&server);
        }
        Change::ToldEnd(token, Some(days)) => {
            settings.told_ends.insert(token.to_string(), days);
        }
        Change::ToldEnd(token, None) => {
            settings.told_ends.remove(token.as_str());
        }
        Change::Lifetime(lifetime) => settings.lifetime_days = Some(i64::from(lifetime.days())),
    }
}

/// The settings in a data folder, for all who share this value. But for [`Remembered::note`] everything waits for the disk:
/// not for the window's thread.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    folder: PathBuf,
    /// What is noted and not yet written, in order.
    waiting: Arc<Mutex<Vec<Change>>>,
    /// One at a time reads, changes and writes the file.
    file: Arc<Mutex<()>>,
}

impl Remembered {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            waiting: Arc::default(),
            file: Arc::default(),
        }
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

    /// The servers that were open before, without the local workspace.
    pub(super) fn known(&self) -> Vec<KnownServer> {
        let mut settings = self.read();
        let places = std::mem::take(&mut settings.places).into_keys();
        let servers = places.filter(|it| it != LOCAL);
        servers
            .map(|address| KnownServer {
                person: settings.people.remove(&address),
                address,
            })
            .collect()
    }

    /// Notes whose session is kept at a server. It touches no file, as [`Remembered::note`].
    pub(super) fn note_person(&self, server: &str, person: Option<String>) {
        held(&self.waiting).push(Change::Person(server.to_owned(), person));
    }

    /// What was chosen of the window; what is usual where nothing was, or nothing that fits.
    pub(super) fn preferences(&self) -> Preferences {
        let (settings, usual) = (self.read(), Preferences::default());
        let seconds = |it: Option<u64>| it.filter(|it| *it <= SecretLimits::MOST_SECONDS);
        Preferences {
            theme: settings
                .theme
                .and_then(|it| Theme::named(&it))
                .unwrap_or_default(),
            clipboard: seconds(settings.clipboard_seconds).unwrap_or(usual.clipboard),
            idle: seconds(settings.sheet_seconds).unwrap_or(usual.idle),
            refreshes: settings.refreshes.unwrap_or(usual.refreshes),
            notifies: settings.notifies.unwrap_or(usual.notifies),
        }
    }

    /// Notes that. It touches no file, as [`Remembered::note`].
    pub(super) fn note_preferences(&self, chosen: Preferences) {
        held(&self.waiting).push(Change::Preferences(chosen));
    }

    /// The tokens of whose end was told, and so many days before it.
    pub(super) fn told_ends(&self) -> BTreeMap<DeployTokenId, u32> {
        let told = self.read().told_ends.into_iter();
        told.map(|(token, days)| (DeployTokenId::new(token), days))
            .collect()
    }

    /// Notes that. It touches no file, as [`Remembered::note`].
    pub(super) fn note_told_end(&self, token: DeployTokenId, days: Option<u32>) {
        held(&self.waiting).push(Change::ToldEnd(token, days));
    }

    /// Whether what was issued at a server is checked as its runner.
    pub(super) fn checks(&self, server: &str) -> bool {
        !self.read().unchecked.contains(server)
    }

    /// For how long the last CI token was asked to work; what the server has where none was, or no fitting one.
    pub(super) fn lifetime(&self) -> Lifetime {
        let days = self.read().lifetime_days;
        days.and_then(|days| Lifetime::of_days(days).ok())
            .unwrap_or_default()
    }

    /// Notes that. It touches no file, as [`Remembered::note`].
    pub(super) fn note_lifetime(&self, lifetime: Lifetime) {
        held(&self.waiting).push(Change::Lifetime(lifetime));
    }

    /// The format in which a block was shown last.
    pub(super) fn format(&self) -> Format {
        let name = self.read().format;
        name.and_then(|name| formats::named(&name)).unwrap_or_default()
    }

    /// Notes that. It touches no file, as [`Remembered::note`].
    pub(super) fn note_format(&self, format: Format) {
        held(&self.waiting).push(Change::Format(format));
    }

    /// Notes what is open; nothing when the user left. It touches no file: [`Remembered::write_noted`] does.
    pub(super) fn note(&self, open: Option<(&str, Location)>) {
        let open = open.map(|(server, spot)| (server.to_owned(), spot));
        held(&self.waiting).push(Change::Open(open));
    }

    /// Writes what was noted, if something was. That it cannot be written is no reason to stop.
    pub(crate) fn write_noted(&self) {
        let _one = held(&self.file);
        if held(&self.waiting).is_empty() {
            return;
        }
        if let Err(error) = self.write() {
            tracing::warn!(%error, "what is open cannot be remembered");
        }
    }

    /// Notes whether what was issued at a server is checked as its runner, and writes it.
    pub(super) fn note_checks(&self, server: &str, on: bool) -> io::Result<()> {
        let _one = held(&self.file);
        held(&self.waiting).push(Change::Checks(server.to_owned(), on));
        self.write()
    }

    /// A file that is not there or cannot be read remembers nothing but what is noted.
    fn read(&self) -> Settings {
        self.write_noted();
        let _one = held(&self.file);
        self.read_file()
    }

    fn read_file(&self) -> Settings {
        let text = private_file::read(&self.path(), LARGEST).ok().flatten();
        text.map_or_else(Settings::default, |text| Settings::read(&text))
    }

    fn write(&self) -> io::Result<()> {
        let mut settings = self.read_file();
        for change in held(&self.waiting).drain(..) {
            take(&mut settings, change);
        }
        private_file::make_folder(&self.folder)?;
        private_file::replace(&self.path(), &settings.write()?)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }
}

/// Whoever held it and panicked has left nothing half done.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use protocol::{EnvironmentId, ProjectId};

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
    fn what_is_noted_is_known_at_once_and_in_the_file_when_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::in_folder(folder.path().to_owned());
        let file = folder.path().join(FILE);
        remembered.note(Some(("local", spot("p", "e"))));
        remembered.note(Some(("https://one.example", spot("q", "f"))));
        assert!(!file.exists(), "noting touches no file");
        remembered.clone().write_noted();
        let written = fs::metadata(&file).unwrap().modified().unwrap();
        let again = Remembered::in_folder(folder.path().to_owned());
        assert_eq!(again.server().as_deref(), Some("https://one.example"));
        assert_eq!(again.spot("local"), spot("p", "e"));
        remembered.write_noted();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written);
        again.note(None);
        assert_eq!(again.server(), None);
    }

    #[test]
    fn what_was_chosen_is_remembered_and_what_does_not_fit_is_as_usual() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::in_folder(folder.path().to_owned());
        assert_eq!(remembered.preferences(), Preferences::default());
        let chosen = Preferences {
            theme: Theme::Contrast,
            clipboard: 0,
            idle: 900,
            refreshes: false,
            notifies: true,
        };
        remembered.note_preferences(chosen);
        assert_eq!(remembered.preferences(), chosen);
        let odd = r#"{"theme":"pink","clipboard_seconds":99999999,"sheet_seconds":60}"#;
        fs::write(folder.path().join(FILE), odd).unwrap();
        let usual = Preferences {
            idle: 60,
            ..Preferences::default()
        };
        assert_eq!(remembered.preferences(), usual);
    }

    #[test]
    fn who_is_signed_in_is_known_until_the_end_of_that() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::in_folder(folder.path().to_owned());
        remembered.note(Some(("local", spot("p", "e"))));
        remembered.note(Some(("https://one.example", spot("p", "e"))));
        remembered.note_person("https://one.example", Some("Mara Ortiz".to_owned()));
        let known = |person: Option<&str>| KnownServer {
            address: "https://one.example".to_owned(),
            person: person.map(str::to_owned),
        };
        assert_eq!(remembered.known(), [known(Some("Mara Ortiz"))]);
        remembered.note_person("https://one.example", None);
        assert_eq!(remembered.known(), [known(None)]);
        let token = DeployTokenId::new("t");
        remembered.note_told_end(token.clone(), Some(7));
        assert_eq!(remembered.told_ends().get(&token), Some(&7));
        remembered.note_told_end(token, None);
        assert!(remembered.told_ends().is_empty());
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
    fn the_last_lifetime_is_proposed_unless_the_server_would_not_take_it() {
        let folder = tempfile::tempdir().unwrap();
        let remembered = Remembered::in_folder(folder.path().to_owned());
        assert_eq!(remembered.lifetime(), Lifetime::default());
        let month = Lifetime::of_days(30).unwrap();
        remembered.note_lifetime(month);
        assert_eq!(remembered.lifetime(), month);
        for odd in [r#"{"lifetime_days":-5}"#, r#"{"lifetime_days":4000}"#] {
            fs::write(folder.path().join(FILE), odd).unwrap();
            assert_eq!(remembered.lifetime(), Lifetime::default(), "{odd}");
        }
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
