//! Small files beside the journal, of what a server tells once or not at all. No secret is in them, and nothing depends on
//! them but what is said of tokens.

use std::io;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Far above what one can grow to; a larger file is not ours.
const LARGEST: u64 = 8 * 1024 * 1024;

/// One of the files, by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) file: &'static str,
    /// Held while the file is changed, so that of two processes neither loses what the other has noted.
    pub(crate) lock: &'static str,
}

impl Kept {
    /// What is in it; the default where there is no such file. A file that is no JSON holds nothing that could be kept.
    pub(crate) fn read<T: DeserializeOwned + Default>(self, folder: &Path) -> io::Result<T> {
        let text = private_file::read(&folder.join(self.file), LARGEST)?;
        Ok(text
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default())
    }

    /// Changes what is in it.
    pub(crate) fn change<T: DeserializeOwned + Default + Serialize>(
        self,
        folder: &Path,
        change: impl FnOnce(&mut T),
    ) -> io::Result<()> {
        private_file::make_folder(folder)?;
        let lock = private_file::open(&folder.join(self.lock))?;
        lock.lock()?;
        let mut content = self.read(folder)?;
        change(&mut content);
        private_file::replace(&folder.join(self.file), &serde_json::to_vec(&content)?)
    }
}
