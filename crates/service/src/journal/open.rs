//! An entry in the hands of this process.

use std::sync::Arc;

use super::Journal;
use super::entry::{Entry, EntryId, IssueRecord, QueueItem, Stage, Successor, Work};
use super::lock::Held;
use crate::issue::Registered;
use crate::step::{self, Operation, Point};
use crate::{Context, Place};
use model::{JournalError, Problem};
use protocol::Moment;

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
                Successor::HandedOver(_) => None,
            },
            Work::Revoke(_) => None,
        }
    }

    /// The user sees the secrets now: from here on the deadline runs.
    ///
    /// # Errors
    /// [`JournalError`]; the secrets then stay until the entry is closed.
    pub fn shown(&mut self) -> Result<(), JournalError> {
        self.entry.shown = Some(Moment::now());
        self.journal.write(&self.entry, || {})
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
            return self.save(Operation::Replace, Point::ReleaseStaged, Point::Released);
        }
        self.close()?;
        step::reached(operation, Point::Closed);
        Ok(())
    }

    /// As [`OpenEntry::handed_over`], because the deadline has passed; gives the entry if it stays.
    pub(super) fn expire(mut self) -> Result<Option<Self>, JournalError> {
        let Work::Replace(record) = &mut self.entry.work else {
            self.close()?;
            return Ok(None);
        };
        record.forget_secrets();
        self.entry.shown = None;
        self.journal.write(&self.entry, || {})?;
        Ok(Some(self))
    }

    /// Notes when the server saw this program act as the runner of a replacement's successor: what comes later is CI.
    ///
    /// # Errors
    /// [`JournalError`]; the check is then taken for a use by CI.
    pub fn note_own_use(&mut self, at: Moment) -> Result<(), JournalError> {
        if let Work::Replace(record) = &mut self.entry.work {
            record.own_use = Some(at);
            self.journal.write(&self.entry, || {})?;
        }
        Ok(())
    }

    /// The operation is over, or what was issued is not wanted: the entry is removed.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be removed; it is then offered again at the next start.
    pub fn close(self) -> Result<(), JournalError> {
        self.journal.remove(&self.entry.id)
    }

    fn save(&self, operation: Operation, staged: Point, done: Point) -> Result<(), JournalError> {
        self.journal
            .write(&self.entry, || step::reached(operation, staged))?;
        step::reached(operation, done);
        Ok(())
    }
}

/// The entry of an operation under way, if there is a journal.
#[derive(Debug)]
pub(crate) struct Record {
    operation: Operation,
    entry: Option<OpenEntry>,
}

impl Record {
    /// Writes down what is intended, before anything is sent.
    pub(crate) fn begin(
        context: &Context,
        place: &Place,
        operation: Operation,
        work: Work,
    ) -> Result<Self, Problem> {
        let entry = match &context.journal {
            Some(journal) => {
                let mut entry = journal.begin(place, work)?;
                entry.operation = operation;
                entry.save(operation, Point::IntentStaged, Point::Intended)?;
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
    pub(crate) fn received(&mut self, registered: &Registered) {
        self.update(Point::ReceiptStaged, Point::Received, |issue| {
            let id = &registered.token.id;
            if !id.as_str().is_empty() {
                issue.token = Some(id.clone());
            }
            issue.ci_token.clone_from(&registered.ci_token);
            issue.expires_at = registered.expires_at;
            issue.stage = Stage::Received;
        });
    }

    /// Writes down that the key is shared.
    pub(crate) fn shared(&mut self) {
        self.update(Point::ShareStaged, Point::Shared, |issue| {
            issue.stage = Stage::Shared;
        });
    }

    fn update(&mut self, staged: Point, done: Point, change: impl FnOnce(&mut IssueRecord)) {
        let operation = self.operation;
        if let Some(entry) = &mut self.entry {
            if let Some(issue) = entry.issue_mut() {
                change(issue);
            }
            report(entry.save(operation, staged, done));
        }
    }

    /// Writes down how far a queue is.
    pub(crate) fn mark(&mut self, queue: &[QueueItem]) {
        let operation = self.operation;
        if let Some(entry) = &mut self.entry {
            entry.entry.work = Work::Revoke(queue.to_vec());
            report(entry.save(operation, Point::MarkStaged, Point::Marked));
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
