//! What the window needs of the machine that it runs on; the composition root gives it.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::{BoxFuture, LocalBoxFuture};

use crate::state::SessionKind;
use model::destinations::Sent;
use model::formats::Format;
use model::{Destination, Document, KnownServer, Parcel, Passage, Preferences, Problem};
use protocol::secret::{AccessToken, SecretText};
use protocol::{DeployTokenId, EnvironmentId, Lifetime, ProjectId};
use service::Context;
use service::account::Account;

/// How the local workspace is called in what is remembered.
pub const LOCAL: &str = "local";

/// What to open first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The local workspace.
    Local,
    /// The server at this address.
    Server(String),
    /// Ask.
    Welcome,
}

/// A connection to an API.
pub struct Opened {
    /// For the services.
    pub context: Context,
    /// "Local workspace", or the server's host.
    pub origin: String,
    /// By what it is open.
    pub kind: SessionKind,
    /// Where a session is kept; the local workspace has none.
    pub account: Option<Account>,
    /// The place to open, where there is a wish.
    pub wanted: Location,
    /// Kept as long as the connection is used.
    pub keep: Box<dyn Any>,
}

/// A place by its ids, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    pub project: Option<ProjectId>,
    pub environment: Option<EnvironmentId>,
}

/// What is to be chosen in the file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A file that is not there yet.
    NewFile {
        title: String,
        /// Where the user is first.
        folder: PathBuf,
        /// What it is called unless the user says otherwise.
        name: String,
    },
    /// A folder that is there.
    Folder { title: String },
}

/// The machine: folders, keychain, browser, what was open last.
pub trait Platform {
    /// What to open first.
    fn start(&self) -> LocalBoxFuture<'static, Start>;

    /// What was not as it should be at the start, and did not stop it.
    fn remark(&self) -> Option<Problem>;

    /// Whether this kind of machine has local workspaces.
    fn has_local(&self) -> bool;

    /// The address that the sign-in proposes.
    fn proposed_address(&self) -> String;

    /// Opens the local workspace.
    fn open_local(&self) -> LocalBoxFuture<'static, Result<Opened, Problem>>;

    /// The account at an address, in the keychain that is in use.
    ///
    /// # Errors
    /// When the address is not accepted.
    fn account(&self, address: &str) -> Result<Account, Problem>;

    /// A token that was given for this run and is kept nowhere.
    fn given_token(&self, account: &Account) -> Option<AccessToken>;

    /// The connection of a user with a given token: with whatever device and journal can be had without asking.
    fn open_given(
        &self,
        account: Account,
        token: AccessToken,
    ) -> LocalBoxFuture<'static, Result<Opened, Problem>>;

    /// The servers that were open here before.
    fn known(&self) -> LocalBoxFuture<'static, Vec<KnownServer>>;

    /// Notes whose session is kept at a server; nobody's any more. Failing is no reason to stop.
    fn remember_person(&self, server: &str, person: Option<String>);

    /// What was chosen of the window.
    fn preferences(&self) -> LocalBoxFuture<'static, Preferences>;

    /// Notes that, for the next start. Failing is no reason to stop.
    fn remember_preferences(&self, chosen: Preferences);

    /// The tokens of whose end was told, and so many days before it.
    fn told_ends(&self) -> LocalBoxFuture<'static, BTreeMap<DeployTokenId, u32>>;

    /// Notes that; `None` is not told any more. Failing is no reason to stop.
    fn remember_told_end(&self, token: DeployTokenId, days: Option<u32>);

    /// Shows a notification of the system: a title, and a text below it.
    fn notify(&self, title: String, text: String) -> BoxFuture<'static, Result<(), Problem>>;

    /// Whether the system of this machine shows notifications.
    fn can_notify(&self) -> bool;

    /// The key file, where that is the keychain in use.
    fn key_file_in_use(&self) -> Option<PathBuf>;

    /// The place to open at a server: what was asked for at the start, or else what was open last.
    fn wanted(&self, server: &str) -> LocalBoxFuture<'static, Location>;

    /// Notes what is open, for the next start; nothing when the user left. It waits for nothing, and failing is no reason to
    /// stop.
    fn remember(&self, open: Option<(&str, Location)>);

    /// For how long the last CI token was asked to work.
    fn lifetime(&self) -> LocalBoxFuture<'static, Lifetime>;

    /// Notes that, for the next start. Failing is no reason to stop.
    fn remember_lifetime(&self, lifetime: Lifetime);

    /// The format in which a block is shown first.
    fn format(&self) -> LocalBoxFuture<'static, Format>;

    /// Notes which format was chosen last.
    fn remember_format(&self, format: Format);

    /// Whether values can be sent from here by other programs.
    fn can_send(&self) -> bool;

    /// The program that would be run for a destination.
    fn program(&self, destination: &Destination) -> LocalBoxFuture<'static, Result<PathBuf, Problem>>;

    /// Sends values to a destination. Dropping it stops that.
    fn send(&self, destination: Destination, parcel: Parcel) -> BoxFuture<'static, Result<Sent, Problem>>;

    /// Writes a secret into a new file for its owner alone; what is there already is left as it is.
    fn save(&self, path: PathBuf, text: SecretText) -> LocalBoxFuture<'static, Result<(), Problem>>;

    /// Whether what was issued at a server is checked as its runner.
    fn checks(&self, server: &str) -> LocalBoxFuture<'static, bool>;

    /// Notes whether it is; an error says that it cannot be remembered.
    fn note_checks(&self, server: &str, on: bool) -> LocalBoxFuture<'static, Result<(), Problem>>;

    /// Whether there is a key file; `None` where none can be.
    fn key_file(&self) -> Option<bool>;

    /// Opens the key file, or makes it; from then on it is the keychain in use.
    fn unlock(&self, passphrase: SecretText) -> LocalBoxFuture<'static, Result<(), Problem>>;

    /// Opens a page in the system's browser.
    ///
    /// # Errors
    /// When there is none.
    fn open_page(&self, address: &str) -> Result<(), Problem>;

    /// Where people look for what they have saved; `None` on a phone, which has no folder that its user would look into.
    fn report_folder(&self) -> Option<PathBuf>;

    /// Where things are kept on this machine; `None` where there is no place for that.
    fn data_folder(&self) -> Option<PathBuf>;

    /// Shows a folder in the system's file manager; that there is none is an error.
    fn open_folder(&self, folder: Option<PathBuf>) -> LocalBoxFuture<'static, Result<(), Problem>>;

    /// Asks for a place in the file system with the system's own chooser; `None` where the user took none, or is asked already.
    fn choose(&self, choice: Choice) -> LocalBoxFuture<'static, Option<PathBuf>>;

    /// Something to read that is inside the program.
    fn read_document(&self, document: Document) -> LocalBoxFuture<'static, Result<Vec<Passage>, Problem>>;
}
