//! The journal: operations written ahead, so that an interruption at any instant loses no secret and leaves no token
//! that nobody holds.
//!
//! A folder with one sealed file an operation (`<id>.entry`). It is written, fsynced and renamed into place before the
//! request that depends on it, and removed when the secrets are in the user's hands. Beside it lies `<id>.held`, locked
//! by the process that works on the operation: the system lets go of it however that process ends, and so an interrupted
//! operation is told from one that another window still has open. `place-….lock` keeps two processes from changing the
//! same environment at once.
//!
//! What an interrupted operation came to is found out in [`super::resume`]; nothing here talks to a server.
//!
//! Security limits: the key is handed in, and is as safe as the place it comes from. A removed file's blocks may stay on
//! the disk; they are sealed.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod closed;
mod entry;
mod file;
mod kept;
mod lock;
mod open;
mod sealed;
mod text;

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use entry::{
    Delivered, Entry, EntryId, EntryPlace, IssueRecord, QueueItem, QueueState, RenewalRecord, ReplaceRecord,
    Stage, Successor, Unclaimed, Work,
};
pub use lock::PlaceLock;
pub use open::{OpenEntry, ShownEntry};

pub(crate) use kept::Kept;
pub(crate) use sealed::SealedFile;

pub(super) use entry::Receipt;
pub(super) use open::EntryWriter;

use super::Place;
use model::{EntryError, JournalError, Problem};
use protocol::Moment;
use protocol::crypto;
use protocol::secret::JournalKey;

/// How long a second window or command waits for the first.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long secrets that were shown stay in the journal when nobody closes the sheet, unless it is set otherwise.
pub const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// The journal of one server's operations; the folder may hold other servers' too.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    key: JournalKey,
    scope: String,
    patience: Duration,
    deadline: Duration,
}

/// One entry, as it was seen. Nobody is kept from it.
#[derive(Debug)]
pub(super) enum Seen {
    /// Nobody works on it.
    Entry(Box<Entry>, Version),
    /// A window or command works on it.
    InUse(EntryId),
    /// It cannot be read.
    Unreadable(EntryId, EntryError),
}

impl Seen {
    /// Its name.
    pub(super) fn id(&self) -> &EntryId {
        match self {
            Self::Entry(entry, _) => &entry.id,
            Self::InUse(id) | Self::Unreadable(id, _) => id,
        }
    }
}

/// By which it is known whether an entry was written again since it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(u64);

impl Version {
    fn of(sealed: &[u8]) -> Self {
        Self(BuildHasherDefault::<DefaultHasher>::default().hash_one(sealed))
    }
}

impl Journal {
    /// Opens the journal in `folder`, which is made when the first operation needs it. `scope` names the server in a way
    /// that stays the same between starts.
    pub fn open(folder: PathBuf, key: JournalKey, scope: impl Into<String>) -> Self {
        Self {
            folder,
            key,
            scope: scope.into(),
            patience: PATIENCE,
            deadline: DEADLINE,
        }
    }

    /// The same, with another time to wait for other windows and commands.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, with another time after which shown secrets are forgotten.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// How long secrets that were shown stay, if nobody closes the sheet.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The server whose operations are in here.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// When an entry was written or removed last, by whatever program; `None` where there is no journal yet.
    pub fn changed(&self) -> Option<SystemTime> {
        std::fs::metadata(&self.folder).ok()?.modified().ok()
    }

    /// The replacements of a place that are under way or wait for the user, oldest first; takes hold of none of them.
    pub(super) fn replacements(&self, place: &Place) -> Result<Vec<Entry>, JournalError> {
        self.entries_of(place, |entry| entry.replacement().is_some())
    }

    /// The renewals of a place's key whose keys are still here, oldest first; takes hold of none of them.
    pub(super) fn renewals(&self, place: &Place) -> Result<Vec<Entry>, JournalError> {
        self.entries_of(place, |entry| entry.renewal().is_some())
    }

    /// The wishes for a new key of a place, oldest first; takes hold of none of them.
    pub(super) fn wanted_keys(&self, place: &Place) -> Result<Vec<Entry>, JournalError> {
        self.entries_of(place, |entry| matches!(entry.work, Work::KeyWanted))
    }

    /// Whether tokens of a place still wait to be revoked.
    pub(super) fn has_tokens_to_revoke(&self, place: &Place) -> Result<bool, JournalError> {
        let waits = |item: &QueueItem| item.state == QueueState::Waiting;
        let queues = self.entries_of(
            place,
            |entry| matches!(&entry.work, Work::Revoke(queue) if queue.iter().any(waits)),
        )?;
        Ok(!queues.is_empty())
    }

    /// Those that are wanted of a place, oldest first.
    fn entries_of(&self, place: &Place, wanted: impl Fn(&Entry) -> bool) -> Result<Vec<Entry>, JournalError> {
        let here = EntryPlace::of(&self.scope, place);
        // One that cannot be read is told among the interrupted operations.
        let entries = self.ids()?.into_iter().filter_map(|id| self.read(&id).ok()?);
        let mut found: Vec<Entry> = entries
            .filter(|entry| wanted(entry) && entry.place.is_same(&here))
            .collect();
        found.sort_by_key(|entry| entry.started);
        Ok(found)
    }

    /// Takes hold of one entry; `None` if it is gone, or cannot be read.
    ///
    /// # Errors
    /// [`Problem::Busy`] when somebody else has it.
    pub(super) fn take(self: &Arc<Self>, id: &EntryId) -> Result<Option<OpenEntry>, Problem> {
        Ok(self.hold(id)?.map(|(entry, _)| entry))
    }

    /// The same of an entry that was seen; `None` also if it was written again since.
    ///
    /// # Errors
    /// As [`Journal::take`].
    pub(super) fn take_seen(
        self: &Arc<Self>,
        id: &EntryId,
        seen: Version,
    ) -> Result<Option<OpenEntry>, Problem> {
        let held = self.hold(id)?.filter(|(_, version)| *version == seen);
        Ok(held.map(|(entry, _)| entry))
    }

    /// Secrets that were shown longer ago than the deadline are nobody's any more.
    fn hold(self: &Arc<Self>, id: &EntryId) -> Result<Option<(OpenEntry, Version)>, Problem> {
        let held = lock::hold(&self.folder, id)?.ok_or(Problem::Busy)?;
        let Some((entry, version)) = self.read_version(id).ok().flatten() else {
            return Ok(None);
        };
        let is_over = self.is_over(&entry);
        let entry = OpenEntry::new(Arc::clone(self), entry, Some(held));
        let left = if is_over { entry.expire()? } else { Some(entry) };
        Ok(left.map(|entry| (entry, version)))
    }

    /// Waits for the place.
    pub(super) async fn lock(&self, place: &Place) -> Result<PlaceLock, Problem> {
        self.make_folder()?;
        lock::place(&self.folder, &self.scope, place, self.patience).await
    }

    /// A new entry, held by this process and not yet on the disk.
    pub(super) fn begin(self: &Arc<Self>, place: &Place, work: Work) -> Result<OpenEntry, JournalError> {
        self.make_folder()?;
        let id = EntryId::make();
        let held = lock::hold(&self.folder, &id)?;
        let entry = Entry {
            id,
            started: Moment::now(),
            shown: None,
            closed: false,
            place: EntryPlace::of(&self.scope, place),
            work,
        };
        Ok(OpenEntry::new(Arc::clone(self), entry, held))
    }

    /// All entries, oldest first, without the secrets that were shown longer ago than the deadline. Holds nothing and
    /// changes nothing: removing those is [`Journal::tidy`]'s.
    pub(super) fn look(&self) -> Result<Vec<Seen>, JournalError> {
        let mut all = Vec::new();
        for id in self.ids()? {
            if lock::is_held(&self.folder, &id)? {
                all.push(Seen::InUse(id));
                continue;
            }
            match self.read_version(&id) {
                Ok(None) => {}
                Ok(Some((entry, version))) => {
                    let left = if self.is_over(&entry) {
                        entry.expired()
                    } else {
                        Some(entry)
                    };
                    all.extend(left.map(|entry| Seen::Entry(Box::new(entry), version)));
                }
                Err(error) => all.push(Seen::Unreadable(id, error)),
            }
        }
        let age = |seen: &Seen| match seen {
            Seen::Entry(entry, _) => (0, Some(entry.started)),
            Seen::InUse(_) => (1, None),
            Seen::Unreadable(..) => (2, None),
        };
        all.sort_by_key(age);
        Ok(all)
    }

    /// Removes the secrets that were shown longer ago than the deadline, with their entries unless something is left to do,
    /// and what writers left behind that were killed. Takes hold of those alone, which nobody can want.
    ///
    /// # Errors
    /// [`JournalError`]; the rest is tried again another time.
    pub fn tidy(self: &Arc<Self>) -> Result<(), JournalError> {
        file::clear_leftovers(&self.folder);
        for id in self.ids()? {
            let is_over = || {
                self.read(&id)
                    .is_ok_and(|entry| entry.is_some_and(|it| self.is_over(&it)))
            };
            if !is_over() {
                continue;
            }
            match self.hold(&id) {
                // Somebody works on it.
                Ok(_) | Err(Problem::Busy) => {}
                Err(Problem::Journal(error)) => return Err(error),
                Err(error) => tracing::warn!(%error, "secrets that were shown stay"),
            }
        }
        Ok(())
    }

    /// Removes an entry that cannot be read, because the user said so.
    pub(super) fn remove(&self, id: &EntryId) -> Result<(), JournalError> {
        file::remove(&self.folder, id)
    }

    /// When the secrets of an entry are forgotten, if they were shown.
    pub(super) fn until(&self, entry: &Entry) -> Option<Moment> {
        let limit = i64::try_from(self.deadline.as_secs()).unwrap_or(i64::MAX);
        entry.shown.map(|shown| shown.plus_seconds(limit))
    }

    fn is_over(&self, entry: &Entry) -> bool {
        self.until(entry).is_some_and(|until| until <= Moment::now())
    }

    fn ids(&self) -> Result<Vec<EntryId>, JournalError> {
        file::ids(&self.folder)
    }

    fn read(&self, id: &EntryId) -> Result<Option<Entry>, EntryError> {
        Ok(self.read_version(id)?.map(|(entry, _)| entry))
    }

    fn read_version(&self, id: &EntryId) -> Result<Option<(Entry, Version)>, EntryError> {
        let Some(sealed) = file::read(&self.folder, id).map_err(|_| EntryError::Unreadable)? else {
            return Ok(None);
        };
        let entry = decode(&self.key, id, &sealed)?;
        Ok(Some((entry, Version::of(&sealed))))
    }

    /// Writes an entry; `staged` is called when it is on the disk and not yet in its place.
    fn write(&self, entry: &Entry, staged: impl FnOnce()) -> Result<(), JournalError> {
        file::write(&self.folder, &entry.id, &encode(&self.key, entry)?, staged)
    }

    /// Where it is; other files may be beside its entries.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn make_folder(&self) -> Result<(), JournalError> {
        file::make_folder(&self.folder)
    }
}

/// Seals what a file of the journal is to hold.
///
/// # Errors
/// [`JournalError`], where it cannot be written as text or is too long.
pub fn encode(key: &JournalKey, entry: &Entry) -> Result<Vec<u8>, JournalError> {
    let plain = text::write(entry)?;
    Ok(crypto::seal_record(
        key,
        entry.id.as_str(),
        &plain,
        &mut crypto::system_rng(),
    )?)
}

/// Opens and reads what a file of the journal holds.
///
/// # Errors
/// [`EntryError`].
pub fn decode(key: &JournalKey, id: &EntryId, sealed: &[u8]) -> Result<Entry, EntryError> {
    let plain = crypto::open_record(key, id.as_str(), sealed)?;
    text::read(id, &plain).ok_or(EntryError::Content)
}

/// An error about a file, with its path; and with the disk, where that takes nothing more.
fn at(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |error| {
        let is_no_room = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem
        );
        let folder = path.ancestors().find(|it| it.is_dir()).filter(|_| is_no_room);
        let cause = match folder.and_then(private_file::no_room) {
            Some(disk) => io::Error::new(error.kind(), disk.to_string()),
            None => error,
        };
        JournalError::File {
            path,
            cause: cause.into(),
        }
    }
}
