//! Small files beside the journal of what is nobody else's business, sealed under its key.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Journal;
use model::JournalError;
use protocol::crypto;

/// Far above what one can grow to; a larger file is not ours.
const LARGEST: u64 = 16 * 1024 * 1024;

/// One of the files, by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SealedFile {
    pub(crate) file: &'static str,
    /// Held while the file is changed, so that of two processes neither loses what the other has noted.
    pub(crate) lock: &'static str,
}

impl SealedFile {
    /// What is in it; the default where there is no such file. What another key has sealed, or what is damaged, holds nothing
    /// that could be kept.
    ///
    /// # Errors
    /// [`JournalError::File`].
    pub(crate) fn read<T: DeserializeOwned + Default>(self, journal: &Journal) -> Result<T, JournalError> {
        let path = journal.folder.join(self.file);
        let sealed = private_file::read(&path, LARGEST).map_err(|error| self.failed(journal, error))?;
        let Some(sealed) = sealed else {
            return Ok(T::default());
        };
        let opened = crypto::open_record(&journal.key, self.file, &sealed);
        let read = opened.ok().and_then(|text| serde_json::from_slice(&text).ok());
        if read.is_none() {
            tracing::warn!(file = self.file, "it cannot be read, and is begun anew");
        }
        Ok(read.unwrap_or_default())
    }

    /// Changes what is in it.
    ///
    /// # Errors
    /// [`JournalError`].
    pub(crate) fn change<T, R>(
        self,
        journal: &Journal,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, JournalError>
    where
        T: DeserializeOwned + Default + Serialize,
    {
        journal.make_folder()?;
        let failed = |error| self.failed(journal, error);
        let lock = private_file::open(&journal.folder.join(self.lock)).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut content = self.read(journal)?;
        let done = change(&mut content);
        let text = serde_json::to_vec(&content).map_err(|_| JournalError::Text)?;
        let sealed = crypto::seal_record(&journal.key, self.file, &text, &mut crypto::system_rng())?;
        private_file::replace(&journal.folder.join(self.file), &sealed).map_err(failed)?;
        Ok(done)
    }

    fn failed(self, journal: &Journal, error: io::Error) -> JournalError {
        JournalError::File {
            path: journal.folder.join(self.file),
            cause: error.into(),
        }
    }
}
