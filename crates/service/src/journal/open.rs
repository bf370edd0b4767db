//! An entry in the hands of this process.

use std::sync::Arc;
use std::time::Duration;

use super::Journal;
use super::entry::{Entry, EntryId, IssueRecord, QueueItem, Receipt, Stage, Successor, Work};
use super::lock::Held;
use crate::Place;
use crate::checkpoint::{self, Checkpoint, Operation};
use model::{JournalError, Problem};
use protocol::Moment;
use protocol::secret::EnvironmentKey;

/// An operation in the journal that this process works on, or whose secrets it shows. Dropping it leaves the entry where
/// it is: only [`OpenEntry::close`] removes it.
#[derive(Debug)]
pub struct OpenEntry {
    journal: Arc<Journal>,
    operation: Operation,
    entry: Entry,
    _held: Option<Held>,
}

impl OpenEntry {
    pub(super) fn new(journal: Arc<Journal>, entry: Entry, held: Option<Held>) -> Self {
        Self {
            journal,
            operation: Operation::Resume,
            entry,
            _held: held,
        }
    }

    /// What it says.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Its name.
    pub fn id(&self) -> &EntryId {
        &self.entry.id
    }

    /// The journal it is in.
    pub fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    fn issue_mut(&mut self) -> Option<&mut IssueRecord> {
        match &mut self.entry.work {
            Work::Issue(record) => Some(record),
            Work::Replace(record) => match &mut record.successor {
                Successor::Issuing(issue) => Some(issue),
                Successor::Delivered(_) => None,
            },
            Work::Revoke(_) | Work::Unclaimed(_) | Work::RenewKey(_) | Work::KeyWanted => None,
        }
    }

    /// For how long its secrets stay when they are shown now. Those of a sheet that was closed keep their time.
    pub fn time_left(&self) -> Duration {
        let until = self.journal.until(&self.entry);
        let until = until.filter(|_| self.entry.closed);
        until.map_or(self.journal.deadline(), |until| {
            Duration::from_secs(u64::try_from(until.seconds_since(Moment::now())).unwrap_or(0))
        })
    }

    /// The user sees the secrets now: from here on the deadline runs. They are on the disk, and no longer here.
    ///
    /// # Errors
    /// [`JournalError`] beside the entry; the secrets then stay on the disk until the entry is closed.
    pub fn shown(mut self) -> (ShownEntry, Result<(), JournalError>) {
        if !self.entry.closed {
            self.entry.shown = Some(Moment::now());
        }
        let written = self.journal.write(&self.entry, || {});
        let Self {
            journal,
            operation,
            entry,
            _held,
        } = self;
        let is_replacement = matches!(entry.work, Work::Replace(_));
        let shown = ShownEntry {
            journal,
            operation,
            id: entry.id,
            is_replacement,
            _held,
        };
        (shown, written)
    }

    /// The user has what was issued. The entry is removed; that of a replacement loses its secrets, and stays until the
    /// old token is revoked.
    ///
    /// # Errors
    /// [`JournalError`]; it is then offered again at the next start.
    pub fn handed_over(mut self) -> Result<(), JournalError> {
        let operation = self.operation;
        if let Work::Replace(record) = &mut self.entry.work {
            record.forget_secrets();
            self.entry.shown = None;
            return self.save(
                Operation::Replace,
                Checkpoint::ReleaseStaged,
                Checkpoint::Released,
            );
        }
        self.close()?;
        checkpoint::reached(operation, Checkpoint::Closed);
        Ok(())
    }

    /// As [`OpenEntry::handed_over`], because the deadline has passed; gives the entry if it stays.
    pub(super) fn expire(self) -> Result<Option<Self>, JournalError> {
        let Self {
            journal,
            operation,
            entry,
            _held,
        } = self;
        let id = entry.id.clone();
        let Some(entry) = entry.expired() else {
            journal.remove(&id)?;
            return Ok(None);
        };
        journal.write(&entry, || {})?;
        Ok(Some(Self {
            journal,
            operation,
            entry,
            _held,
        }))
    }

    /// The operation is over, or what was issued is not wanted: the entry is removed.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be removed; it is then offered again at the next start.
    pub fn close(self) -> Result<(), JournalError> {
        self.journal.remove(&self.entry.id)
    }

    fn save(&self, operation: Operation, staged: Checkpoint, done: Checkpoint) -> Result<(), JournalError> {
        self.journal
            .write(&self.entry, || checkpoint::reached(operation, staged))?;
        checkpoint::reached(operation, done);
        Ok(())
    }
}

/// An entry whose secrets the user sees, and which holds none of them itself. Dropping it leaves the entry where it is.
#[derive(Debug)]
pub struct ShownEntry {
    journal: Arc<Journal>,
    operation: Operation,
    id: EntryId,
    is_replacement: bool,
    _held: Option<Held>,
}

impl ShownEntry {
    /// As [`OpenEntry::handed_over`].
    ///
    /// # Errors
    /// [`JournalError`]; it is then offered again at the next start.
    pub fn handed_over(self) -> Result<(), JournalError> {
        if !self.is_replacement {
            let (operation, closed) = (self.operation, self.close());
            return closed.inspect(|()| checkpoint::reached(operation, Checkpoint::Closed));
        }
        let Some(entry) = self.journal.read(&self.id)? else {
            return Ok(());
        };
        OpenEntry {
            journal: self.journal,
            operation: self.operation,
            entry,
            _held: self._held,
        }
        .handed_over()
    }

    /// The user has closed the sheet: the secrets stay until their deadline, and are shown again where they are asked for.
    /// Gives the entry's name; `None` where there is nothing to be kept any more. Those of a successor get an entry of their
    /// own, because the replacement goes on without them.
    ///
    /// # Errors
    /// [`JournalError`]; it is then offered again as one whose sheet was never closed.
    pub fn close_sheet(self) -> Result<Option<EntryId>, JournalError> {
        let Some(entry) = self.journal.read(&self.id)? else {
            return Ok(None);
        };
        let (kept, rest) = entry.sheet_closed();
        if let Some(kept) = &kept {
            self.journal.write(kept, || {})?;
        }
        match rest {
            Some(rest) => {
                let staged = || checkpoint::reached(Operation::Replace, Checkpoint::ReleaseStaged);
                self.journal.write(&rest, staged)?;
                checkpoint::reached(Operation::Replace, Checkpoint::Released);
            }
            None => checkpoint::reached(self.operation, Checkpoint::Closed),
        }
        Ok(kept.map(|kept| kept.id))
    }

    /// As [`OpenEntry::close`].
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be removed; it is then offered again at the next start.
    pub fn close(self) -> Result<(), JournalError> {
        self.journal.remove(&self.id)
    }
}

/// The entry of an operation under way, if there is a journal.
#[derive(Debug)]
pub(crate) struct EntryWriter {
    operation: Operation,
    entry: Option<OpenEntry>,
}

impl EntryWriter {
    /// Writes down what is intended, before anything is sent.
    pub(crate) fn begin(
        journal: Option<&Arc<Journal>>,
        place: &Place,
        operation: Operation,
        work: Work,
    ) -> Result<Self, Problem> {
        let entry = match journal {
            Some(journal) => {
                let mut entry = journal.begin(place, work)?;
                entry.operation = operation;
                entry.save(operation, Checkpoint::IntentStaged, Checkpoint::Intended)?;
                Some(entry)
            }
            None => None,
        };
        Ok(Self { operation, entry })
    }

    /// Goes on with an entry that was found.
    pub(crate) fn resume(operation: Operation, mut entry: OpenEntry) -> Self {
        entry.operation = operation;
        Self {
            operation,
            entry: Some(entry),
        }
    }

    /// Which operation this is.
    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    /// Writes down what the server answered. The secrets are in memory; if the disk fails now, they are still handed over.
    pub(crate) fn received(&mut self, receipt: Receipt) {
        self.update(Checkpoint::ReceiptStaged, Checkpoint::Received, |issue| {
            if receipt.token.is_some() {
                issue.token = receipt.token;
            }
            issue.ci_token = receipt.ci_token;
            issue.expires_at = receipt.expires_at;
            issue.stage = Stage::Received;
        });
    }

    /// Writes down that the key is shared.
    pub(crate) fn shared(&mut self) {
        self.update(Checkpoint::ShareStaged, Checkpoint::Shared, |issue| {
            issue.stage = Stage::Shared;
        });
    }

    fn update(&mut self, staged: Checkpoint, done: Checkpoint, change: impl FnOnce(&mut IssueRecord)) {
        let operation = self.operation;
        if let Some(entry) = &mut self.entry {
            if let Some(issue) = entry.issue_mut() {
                change(issue);
            }
            report(entry.save(operation, staged, done));
        }
    }

    /// Writes down how far a queue is, if that is news.
    pub(crate) fn mark(&mut self, queue: &[QueueItem]) {
        let operation = self.operation;
        if let Some(entry) = &mut self.entry {
            if matches!(&entry.entry.work, Work::Revoke(known) if known == queue) {
                return;
            }
            entry.entry.work = Work::Revoke(queue.to_vec());
            report(entry.save(operation, Checkpoint::MarkStaged, Checkpoint::Marked));
        }
    }

    /// Writes down another key that is about to be published.
    ///
    /// # Errors
    /// [`JournalError`]: it must not be published then.
    pub(crate) fn another_key(&mut self, key: EnvironmentKey) -> Result<(), JournalError> {
        let operation = self.operation;
        if let Some(entry) = &mut self.entry
            && let Work::RenewKey(record) = &mut entry.entry.work
        {
            record.keys.push(key);
            entry.save(operation, Checkpoint::IntentStaged, Checkpoint::Intended)?;
        }
        Ok(())
    }

    /// A renewal has ended; its keys go when the deadline has passed.
    pub(crate) fn renewed(mut self) {
        let operation = self.operation;
        if let Some(entry) = &mut self.entry {
            entry.entry.shown = Some(Moment::now());
            report(entry.save(operation, Checkpoint::ReleaseStaged, Checkpoint::Released));
        }
    }

    /// Nothing of it is left to do or to hand over.
    pub(crate) fn close(self) {
        if let Some(entry) = self.entry {
            report(entry.close());
        }
    }

    /// The entry, to be closed when its secrets were handed over.
    pub(crate) fn into_entry(self) -> Option<OpenEntry> {
        self.entry
    }
}

/// What is in the journal is older than what was done; comparing with the server corrects that at the next start.
fn report(saved: Result<(), JournalError>) {
    if let Err(error) = saved {
        tracing::warn!(%error, "the journal could not be brought up to date");
    }
}
