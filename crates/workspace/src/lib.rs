//! The local workspace: a server that speaks the API v2 on the loopback address and stores in SQLite.
//!
//! It is what the program works with when there is no account, and what the Ghostable command line can be pointed at. It
//! answers as the hosted service does (docs/protocol.md), and checks no more than that unless it is asked to be strict. It
//! never needs a plaintext or a private key; what it stores of variables and environment keys is sealed. The one
//! exception is its own device, whose keys lie beside the database so that the sample data can be opened.
//!
//! Security limits: traffic is plain HTTP, visible to whoever may listen on this machine's loopback interface. Any program
//! of the same user can read the data folder.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        reason = "a failing unwrap is how a test reports"
    )
)]

mod answer;
mod auth;
mod backup;
mod checks;
mod connections;
mod delivery;
mod documents;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod hold;
mod imprint;
mod input;
mod local_access;
mod password;
mod random;
mod roles;
mod routes;
mod running;
mod sample;
mod stamp;
mod store;
mod throttle;
mod token_hash;
mod totp;
mod wal;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use backup::{Backup, Contents, backup, restore};
pub use connections::allow_many_connections;
pub use error::WorkspaceError;
pub use local_access::{LocalAccess, LocalSignIn};
pub use private_file::Disk;
pub use running::{Running, Serving};
pub use sample::people::SampleRole;
pub use sample::{SampleEnd, SampleSize};
pub use totp::TotpSecret;

use hold::Hold;
use imprint::Imprint;
use store::{Rules, Store, schema};
use throttle::Throttle;

/// The name of the database.
const DATABASE: &str = "workspace.db";

/// How to open a workspace.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder with the database and the keys of the workspace's own device; made if it is missing.
    pub data_dir: PathBuf,
    /// How much sample data a new workspace gets.
    pub sample: SampleSize,
    /// How many calls a minute a person, an address before sign-in, or an environment's runners have; `None` for no limit.
    pub requests_per_minute: Option<NonZeroU32>,
    /// There is a second organisation, which was moved to the desktop program: everything about it is refused.
    pub moved: bool,
    /// How long every request waits.
    pub latency: Duration,
    /// More is checked than the hosted service checks: public keys, what is sealed for whom and signed by whom, and where
    /// uploaded variables belong. What runs against this only may rely on checks that the hosted service does not make.
    pub strict: bool,
}

/// An opened workspace, not yet serving. Several processes may open the same one.
#[derive(Debug)]
pub struct Workspace {
    store: Store,
    local: LocalAccess,
    sample_ends: Vec<SampleEnd>,
    people: Vec<(SampleRole, String)>,
    latency: Duration,
}

impl Workspace {
    /// Opens the database, brings it to the current format, and fills it with the sample data if it is new. Where its disk is
    /// full or read-only it is opened to be looked at: everything is read from a copy in memory, and changes are refused.
    ///
    /// # Errors
    /// [`WorkspaceError`] says what is wrong and what to do.
    pub fn open(options: Options) -> Result<Self, WorkspaceError> {
        let error = match Self::open_to_change(&options) {
            Err(error @ (WorkspaceError::File { .. } | WorkspaceError::Database(_))) => error,
            opened => return opened,
        };
        match private_file::no_room(&options.data_dir) {
            Some(disk) => Self::open_to_look(&options, disk),
            None => Err(error),
        }
    }

    fn open_to_look(options: &Options, disk: Disk) -> Result<Self, WorkspaceError> {
        let folder = options.data_dir.as_path();
        let path = folder.join(DATABASE);
        let Some(local) = LocalAccess::read(folder)? else {
            return Err(WorkspaceError::NoRoom { disk });
        };
        let mut connection = schema::in_memory(&path, known(folder)?.map(|it| it.generation))?;
        local_access::compare(folder, &local, &connection)?;
        let people = sample::people::ensure(&mut connection, &local)?;
        tracing::warn!("{disk}: the workspace can be read, and nothing in it can be changed");
        let rules = Rules {
            strict: options.strict,
        };
        let throttle = Throttle::of(options.requests_per_minute);
        Ok(Self {
            store: Store::to_look(connection, disk, rules, throttle),
            local,
            sample_ends: Vec::new(),
            people,
            latency: options.latency,
        })
    }

    fn open_to_change(options: &Options) -> Result<Self, WorkspaceError> {
        let folder = options.data_dir.as_path();
        check_folder(folder)?;
        let path = folder.join(DATABASE);
        let was_there = refuse_emptied(&path, folder)?;
        make_folder(folder)?;
        let (mut hold, alone) = Hold::take(folder)?;
        let known = known(folder)?;
        if let Some(known) = known.as_ref().filter(|_| alone) {
            compare(&path, known)?;
        }
        let mut connection = schema::open(&path, was_there, known.map(|it| it.generation))?;
        let (local, sample_ends) = match sample::seed_if_new(&mut connection, folder, &options.sample)? {
            Some(made) => made,
            None => {
                let local = local_access::read(folder)?;
                local_access::compare(folder, &local, &connection)?;
                let local = sample::sign_in::ensure(&mut connection, folder, local)?;
                (local, Vec::new())
            }
        };
        hold.share(&schema::generation(&connection)?)?;
        let people = sample::people::ensure(&mut connection, &local)?;
        if options.moved {
            sample::moved::ensure(&connection, &local)?;
        }
        let rules = Rules {
            strict: options.strict,
        };
        let throttle = Throttle::of(options.requests_per_minute);
        Ok(Self {
            store: Store::new((connection, hold), rules, throttle),
            local,
            sample_ends,
            people,
            latency: options.latency,
        })
    }

    /// The e-mail address of a person of the sample with this role. All of them have the password of the workspace's own
    /// user ([`LocalSignIn`]); only that one, who is the admin, needs one-time codes. `None` where there is none any more.
    pub fn email_of(&self, role: SampleRole) -> Option<&str> {
        let found = self.people.iter().find(|(known, _)| *known == role);
        found.map(|(_, email)| email.as_str())
    }

    /// When the CI tokens of the sample end, if it was made just now: as of any other, that is told once.
    pub fn sample_ends(&self) -> &[SampleEnd] {
        &self.sample_ends
    }

    /// The workspace's own access token and device.
    pub fn local(&self) -> &LocalAccess {
        &self.local
    }

    /// Serves on a loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`WorkspaceError::NotLoopback`], [`WorkspaceError::PortInUse`] or [`WorkspaceError::Listen`].
    pub async fn serve(self, address: SocketAddr) -> Result<Running, WorkspaceError> {
        let serving = Serving::start(self.store, self.latency, address).await?;
        Ok(Running::new(serving, self.local))
    }

    /// Serves what other processes work on: whoever asked for it is given the owner's way in, to keep it no longer than it
    /// is needed.
    ///
    /// # Errors
    /// As [`Workspace::serve`].
    pub async fn serve_others(self, address: SocketAddr) -> Result<(Serving, LocalAccess), WorkspaceError> {
        let serving = Serving::start(self.store, self.latency, address).await?;
        Ok((serving, self.local))
    }
}

/// The folder for a workspace on this system, if the user has a home.
pub fn default_data_dir() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "deploy-tokens")?;
    Some(folders.data_dir().join("workspace"))
}

/// Makes the folder for its owner alone, with an empty database in it if there is none.
fn make_folder(folder: &Path) -> Result<(), WorkspaceError> {
    private_file::make_folder(folder).map_err(cannot_use(folder))?;
    let database = folder.join(DATABASE);
    private_file::open(&database).map_err(cannot_use(&database))?;
    Ok(())
}

/// Refuses a folder that others may write to, and files in it that are links: what is kept there would be others' to replace.
fn check_folder(folder: &Path) -> Result<(), WorkspaceError> {
    let refused = |path: &Path, reason: &str| WorkspaceError::NotPrivate {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    match private_file::is_private(folder) {
        Ok(None) => {}
        Ok(Some(reason)) => return Err(refused(folder, reason)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot_use(folder)(error)),
    }
    let keys = local_access::path(folder);
    let link = [folder.join(DATABASE), keys, imprint::path(folder)]
        .into_iter()
        .find(|path| path.is_symlink());
    link.map_or(Ok(()), |path| Err(refused(&path, "it is a symbolic link")))
}

fn cannot_use(path: &Path) -> impl FnOnce(std::io::Error) -> WorkspaceError + use<> {
    let path = path.to_owned();
    move |source| WorkspaceError::File { path, source }
}

/// What is known of the database outside of it.
fn known(folder: &Path) -> Result<Option<Imprint>, WorkspaceError> {
    imprint::read(folder).map_err(cannot_use(&imprint::path(folder)))
}

/// Whether the file, which nobody has open, is as it was left, or has at least all changes together with its log.
fn compare(database: &Path, known: &Imprint) -> Result<(), WorkspaceError> {
    let damaged = |reason: String| {
        Err(WorkspaceError::Corrupt {
            path: database.to_owned(),
            reason,
        })
    };
    match &known.closed {
        Some(closed) if imprint::hash(database).map_err(cannot_use(database))? != *closed => {
            damaged("it is not as it was left when it was closed".to_owned())
        }
        Some(_) => Ok(()),
        None => match wal::missing(database, &known.generation) {
            0 => Ok(()),
            missing => damaged(format!(
                "{missing} changes are neither in it nor in the -wal file beside it"
            )),
        },
    }
}

/// Whether there was a workspace before: the keys of its device are written first. A database of no bytes, or none, is then
/// not a new one.
fn refuse_emptied(database: &Path, folder: &Path) -> Result<bool, WorkspaceError> {
    let was_there = local_access::path(folder).exists() || imprint::path(folder).exists();
    let reason = match database.metadata() {
        Ok(meta) if meta.len() > 0 => return Ok(was_there),
        Ok(_) => "it is empty",
        Err(_) => "it is missing",
    };
    if !was_there {
        return Ok(false);
    }
    Err(WorkspaceError::Corrupt {
        path: database.to_owned(),
        reason: reason.to_owned(),
    })
}
