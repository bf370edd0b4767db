//! This machine, as the window uses it: folders, keychain, browser, what was open last.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
#[cfg(feature = "desktop")]
use std::time::Duration;

use futures_util::future::{BoxFuture, LocalBoxFuture};

use super::settings::Remembered;
use super::{Connected, Target, chooser, keys, notices, server};
use crate::actions::{Choice, LOCAL, Location, Opened, Platform, Start};
use crate::state::SessionKind;
use client::HOSTED;
use keychain::Keychain;
use model::destinations::Sent;
use model::formats::Format;
use model::{Destination, Document, KnownServer, MachineError, Parcel, Passage, Preferences, Problem};
use private_file::NewFile;
use protocol::secret::{AccessToken, SecretText};
use protocol::{DeployTokenId, Lifetime, ProjectId};
use service::account::Account;

/// How long a file manager has to say that it cannot be opened.
#[cfg(feature = "desktop")]
const FILE_MANAGER: Duration = Duration::from_secs(5);

/// The machine that the window runs on.
pub struct Machine {
    target: Target,
    /// Asked for at the start; wins over what was open last.
    project: Option<ProjectId>,
    /// The key file, once it was opened.
    opened: Rc<RefCell<Option<Keychain>>>,
    remembered: Option<Remembered>,
}

impl Machine {
    /// For a window on this target, with the project that was asked for and what is remembered.
    pub(crate) fn new(target: Target, project: Option<ProjectId>, remembered: Option<Remembered>) -> Self {
        Self {
            target,
            project,
            opened: Rc::default(),
            remembered,
        }
    }

    fn keychain(&self) -> Keychain {
        self.opened.borrow().clone().unwrap_or_else(Keychain::system)
    }

    fn data(&self) -> Option<PathBuf> {
        self.target.data().map(PathBuf::from)
    }

    /// Notes something, and has it written on a thread that may wait for the disk: what the end of the program is faster than
    /// is written there.
    fn noted(&self, note: impl FnOnce(&Remembered)) {
        if let Some(remembered) = self.remembered.clone() {
            note(&remembered);
            drop(tokio::task::spawn_blocking(move || remembered.write_noted()));
        }
    }

    /// Asks what is remembered, on a thread that may wait for the disk; `None` where nothing can be.
    fn recall<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Remembered) -> T + Send + 'static,
    ) -> LocalBoxFuture<'static, Option<T>> {
        let remembered = self.remembered.clone();
        Box::pin(async move {
            let remembered = remembered?;
            let asked = tokio::task::spawn_blocking(move || ask(&remembered));
            asked.await.ok()
        })
    }
}

impl Platform for Machine {
    fn start(&self) -> LocalBoxFuture<'static, Start> {
        let start = match &self.target {
            #[cfg(feature = "workspace")]
            Target::Local(_) => Start::Local,
            Target::Api { address, .. } => {
                Start::Server(address.clone().unwrap_or_else(|| HOSTED.to_owned()))
            }
            Target::Remembered(_) => {
                let (server, has_local) = (self.recall(Remembered::server), self.has_local());
                return Box::pin(async move {
                    match server.await.flatten() {
                        Some(server) if server != LOCAL => Start::Server(server),
                        Some(_) if has_local => Start::Local,
                        _ => Start::Welcome,
                    }
                });
            }
        };
        Box::pin(async { start })
    }

    fn remark(&self) -> Option<Problem> {
        super::remark()
    }

    fn has_local(&self) -> bool {
        cfg!(feature = "workspace")
    }

    fn proposed_address(&self) -> String {
        match &self.target {
            Target::Api {
                address: Some(address),
                ..
            } => address.clone(),
            _ => HOSTED.to_owned(),
        }
    }

    #[cfg(feature = "workspace")]
    fn open_local(&self) -> LocalBoxFuture<'static, Result<Opened, Problem>> {
        let (data, wanted) = (self.data(), self.wanted(LOCAL));
        Box::pin(async move {
            let connected = super::local::connect(data.as_deref()).await?;
            let wanted = wanted.await;
            let first = connected.default_project().cloned();
            Ok(opened(
                connected,
                None,
                Location {
                    project: wanted.project.or(first),
                    ..wanted
                },
            ))
        })
    }

    #[cfg(not(feature = "workspace"))]
    fn open_local(&self) -> LocalBoxFuture<'static, Result<Opened, Problem>> {
        Box::pin(async { Err(MachineError::NoLocalWorkspace.into()) })
    }

    fn account(&self, address: &str) -> Result<Account, Problem> {
        let journals = keys::journals(self.target.data());
        let account = Account::at(address, self.keychain(), journals)?;
        Ok(account.with_journal_deadline(keys::deadline()))
    }

    fn given_token(&self, account: &Account) -> Option<AccessToken> {
        // It is for the address that this run was started with, and for no other one.
        match &self.target {
            Target::Api { address, .. } => {
                let started = address.as_deref().unwrap_or(HOSTED);
                let same = super::parse(started).is_ok_and(|it| it.as_str() == account.address());
                if !same {
                    return None;
                }
                // That it is text was seen at the start.
                server::given_token().ok().flatten()
            }
            _ => None,
        }
    }

    fn open_given(
        &self,
        account: Account,
        token: AccessToken,
    ) -> LocalBoxFuture<'static, Result<Opened, Problem>> {
        let (data, wanted) = (self.data(), self.wanted(account.address()));
        Box::pin(async move {
            let connected = server::with_given(&account, &token, data.as_deref()).await?;
            Ok(opened(connected, Some(account), wanted.await))
        })
    }

    fn wanted(&self, server: &str) -> LocalBoxFuture<'static, Location> {
        let (server, project) = (server.to_owned(), self.project.clone());
        let last = self.recall(move |it| it.spot(&server));
        Box::pin(async move {
            let last = last.await.unwrap_or_default();
            match project {
                Some(project) if last.project.as_ref() != Some(&project) => Location {
                    project: Some(project),
                    environment: None,
                },
                _ => last,
            }
        })
    }

    fn known(&self) -> LocalBoxFuture<'static, Vec<KnownServer>> {
        let known = self.recall(|it| it.known());
        Box::pin(async move { known.await.unwrap_or_default() })
    }

    fn remember_person(&self, server: &str, person: Option<String>) {
        self.noted(|it| it.note_person(server, person));
    }

    fn preferences(&self) -> LocalBoxFuture<'static, Preferences> {
        let chosen = self.recall(Remembered::preferences);
        Box::pin(async move { chosen.await.unwrap_or_default() })
    }

    fn remember_preferences(&self, chosen: Preferences) {
        self.noted(|it| it.note_preferences(chosen));
    }

    fn told_ends(&self) -> LocalBoxFuture<'static, BTreeMap<DeployTokenId, u32>> {
        let told = self.recall(Remembered::told_ends);
        Box::pin(async move { told.await.unwrap_or_default() })
    }

    fn remember_told_end(&self, token: DeployTokenId, days: Option<u32>) {
        self.noted(|it| it.note_told_end(token, days));
    }

    fn notify(&self, title: String, text: String) -> BoxFuture<'static, Result<(), Problem>> {
        notices::show(title, text)
    }

    fn can_notify(&self) -> bool {
        cfg!(feature = "desktop")
    }

    fn key_file_in_use(&self) -> Option<PathBuf> {
        let is_open = self.opened.borrow().is_some();
        keys::file(self.target.data()).filter(|_| is_open)
    }

    fn remember(&self, open: Option<(&str, Location)>) {
        self.noted(|it| it.note(open));
    }

    fn lifetime(&self) -> LocalBoxFuture<'static, Lifetime> {
        let lifetime = self.recall(Remembered::lifetime);
        Box::pin(async move { lifetime.await.unwrap_or_default() })
    }

    fn remember_lifetime(&self, lifetime: Lifetime) {
        self.noted(|it| it.note_lifetime(lifetime));
    }

    fn format(&self) -> LocalBoxFuture<'static, Format> {
        let format = self.recall(Remembered::format);
        Box::pin(async move { format.await.unwrap_or_default() })
    }

    fn remember_format(&self, format: Format) {
        self.noted(|it| it.note_format(format));
    }

    fn can_send(&self) -> bool {
        cfg!(feature = "headless")
    }

    #[cfg(feature = "headless")]
    fn program(&self, destination: &Destination) -> LocalBoxFuture<'static, Result<PathBuf, Problem>> {
        let destination = destination.clone();
        Box::pin(async move {
            let find = move || courier::Courier::default().program(&destination);
            let found = tokio::task::spawn_blocking(find).await;
            Ok(found.map_err(|_| Problem::Stopped)??)
        })
    }

    #[cfg(feature = "headless")]
    fn send(&self, destination: Destination, parcel: Parcel) -> BoxFuture<'static, Result<Sent, Problem>> {
        Box::pin(async move { Ok(courier::Courier::default().send(&destination, &parcel).await?) })
    }

    #[cfg(not(feature = "headless"))]
    fn program(&self, _: &Destination) -> LocalBoxFuture<'static, Result<PathBuf, Problem>> {
        Box::pin(async { Err(Problem::Stopped) })
    }

    #[cfg(not(feature = "headless"))]
    fn send(&self, _: Destination, _: Parcel) -> BoxFuture<'static, Result<Sent, Problem>> {
        Box::pin(async { Err(Problem::Stopped) })
    }

    fn save(&self, path: PathBuf, text: SecretText) -> LocalBoxFuture<'static, Result<(), Problem>> {
        Box::pin(async move {
            let there = path.clone();
            // Exposed because a file is what the user has asked for.
            let write = move || NewFile::make(&there)?.fill(text.expose().as_bytes());
            let written = tokio::task::spawn_blocking(write)
                .await
                .map_err(std::io::Error::from);
            let not_written = |cause: std::io::Error| MachineError::NotWritten {
                path,
                cause: cause.into(),
            };
            Ok(written.flatten().map_err(not_written)?)
        })
    }

    fn checks(&self, server: &str) -> LocalBoxFuture<'static, bool> {
        let server = server.to_owned();
        let checks = self.recall(move |it| it.checks(&server));
        Box::pin(async move { checks.await.unwrap_or(true) })
    }

    fn note_checks(&self, server: &str, on: bool) -> LocalBoxFuture<'static, Result<(), Problem>> {
        let server = server.to_owned();
        let noted = self.recall(move |it| it.note_checks(&server, on));
        Box::pin(async move {
            let cause = match noted.await {
                Some(Ok(())) => return Ok(()),
                Some(Err(error)) => Some(error.into()),
                None => None,
            };
            Err(MachineError::NotRemembered { cause }.into())
        })
    }

    fn key_file(&self) -> Option<bool> {
        Some(keychain::file_exists(&keys::file(self.target.data())?))
    }

    fn unlock(&self, passphrase: SecretText) -> LocalBoxFuture<'static, Result<(), Problem>> {
        let (path, opened) = (keys::file(self.target.data()), Rc::clone(&self.opened));
        Box::pin(async move {
            let Some(path) = path else {
                return Err(model::KeychainError::Absent { cause: None }.into());
            };
            let keychain = keys::unlock(&path, passphrase).await?;
            opened.replace(Some(keychain));
            Ok(())
        })
    }

    fn open_page(&self, address: &str) -> Result<(), Problem> {
        open_page(address)
    }

    #[cfg(feature = "workspace")]
    fn report_folder(&self) -> Option<PathBuf> {
        let folders = directories::UserDirs::new()?;
        let downloads = folders.download_dir().filter(|folder| folder.is_dir());
        Some(downloads.unwrap_or(folders.home_dir()).to_owned())
    }

    #[cfg(not(feature = "workspace"))]
    fn report_folder(&self) -> Option<PathBuf> {
        None
    }

    fn data_folder(&self) -> Option<PathBuf> {
        // A phone's folders are not for its user to look into.
        self.target.folder().filter(|_| cfg!(feature = "desktop"))
    }

    fn open_folder(&self, folder: Option<PathBuf>) -> LocalBoxFuture<'static, Result<(), Problem>> {
        Box::pin(open_folder(folder))
    }

    fn choose(&self, choice: Choice) -> LocalBoxFuture<'static, Option<PathBuf>> {
        chooser::choose(choice)
    }

    fn read_document(&self, document: Document) -> LocalBoxFuture<'static, Result<Vec<Passage>, Problem>> {
        Box::pin(async move {
            let reading = tokio::task::spawn_blocking(move || super::read_document(document));
            reading.await.unwrap_or_else(|_| Err(MachineError::NoText.into()))
        })
    }
}

fn opened(connected: Connected, account: Option<Account>, wanted: Location) -> Opened {
    Opened {
        kind: match account {
            Some(_) => SessionKind::Given,
            None => SessionKind::Local,
        },
        context: connected.context.clone(),
        origin: connected.origin.clone(),
        account,
        wanted,
        keep: Box::new(connected),
    }
}

#[cfg(feature = "desktop")]
async fn open_folder(folder: Option<PathBuf>) -> Result<(), Problem> {
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        return Err(MachineError::FolderMissing.into());
    };
    let shown = folder.clone();
    let opening = tokio::task::spawn_blocking(move || open::that(folder));
    match tokio::time::timeout(FILE_MANAGER, opening).await {
        // Some file managers go on in it until their window is closed.
        Err(_) | Ok(Ok(Ok(()))) => Ok(()),
        Ok(_) => Err(MachineError::NoFileManager { folder: shown }.into()),
    }
}

#[cfg(not(feature = "desktop"))]
async fn open_folder(_: Option<PathBuf>) -> Result<(), Problem> {
    Err(MachineError::NoFolders.into())
}

fn open_page(address: &str) -> Result<(), Problem> {
    // What the browser says is not for our terminal.
    let mut options = webbrowser::BrowserOptions::new();
    options.with_suppress_output(true);
    webbrowser::open_browser_with_options(webbrowser::Browser::Default, address, &options).map_err(|error| {
        tracing::info!(%error, "no browser could be opened");
        MachineError::NoBrowser.into()
    })
}
