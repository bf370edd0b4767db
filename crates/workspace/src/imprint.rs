//! What is known of the database outside of it: `workspace.imprint` (docs/workspace-files.md).
//!
//! It says which workspace the database is, how often that was changed, and, while nobody has it open, the hash of its file. It
//! is always written after the database, so that a database is never older than its imprint unless something was lost.

use std::io;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The name of the file.
pub(super) const FILE: &str = "workspace.imprint";
const FORMAT: u32 = 1;
/// How many bytes it has, filled up with blanks: one sector.
const LENGTH: usize = 512;
/// More than it ever has, in bytes.
const MOST: u64 = 4096;

/// Which state of which workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Generation {
    /// Of this workspace alone, hex.
    pub(super) workspace: String,
    /// Counts changes.
    pub(super) number: i64,
}

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Imprint {
    #[serde(flatten)]
    pub(super) generation: Generation,
    /// Hex of the SHA-256 of the database's file, as long as nobody has it open.
    pub(super) closed: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    format: u32,
    #[serde(flatten)]
    imprint: Imprint,
    /// Hex of the SHA-256 of the rest, so that a damage of this file is not taken for one of the database.
    check: String,
}

/// Where the file is.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// What is known; `None` without a file, and where it is damaged, which loses nothing but what it would have shown.
pub(super) fn read(folder: &Path) -> io::Result<Option<Imprint>> {
    let content = match private_file::read(&path(folder), MOST) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Some(Vec::new()),
        content => content?,
    };
    let Some(content) = content else {
        return Ok(None);
    };
    let imprint = parse(&content);
    if imprint.is_none() {
        tracing::warn!("{FILE} is damaged, so it shows nothing of the database; it is made anew");
    }
    Ok(imprint)
}

/// What the content of the file says; `None` where it is damaged.
pub(super) fn parse(content: &[u8]) -> Option<Imprint> {
    let document: Document = serde_json::from_slice(content).ok()?;
    let is_whole = document.format == FORMAT && check(&document.imprint) == document.check;
    is_whole.then_some(document.imprint)
}

/// Writes what is known, onto the disk. A damaged one is recognised, and shows nothing.
pub(super) fn write(folder: &Path, imprint: &Imprint) -> io::Result<()> {
    private_file::overwrite(&path(folder), &document(imprint)?)
}

/// The content of the file.
pub(super) fn document(imprint: &Imprint) -> io::Result<Vec<u8>> {
    let document = Document {
        format: FORMAT,
        check: check(imprint),
        imprint: imprint.clone(),
    };
    let mut text = serde_json::to_vec(&document).map_err(io::Error::other)?;
    // Always as long, so that nothing of a longer one is left.
    text.resize(LENGTH.max(text.len()), b' ');
    Ok(text)
}

fn check(imprint: &Imprint) -> String {
    let Generation { workspace, number } = &imprint.generation;
    let closed = imprint.closed.as_deref().unwrap_or_default();
    HEXLOWER.encode(&Sha256::digest(format!("{workspace} {number} {closed}")))
}

/// Hex of the SHA-256 of a file.
pub(super) fn hash(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher) = (std::fs::File::open(path)?, Sha256::new());
    let mut part = vec![0; 256 * 1024];
    loop {
        match io::Read::read(&mut file, &mut part)? {
            0 => return Ok(HEXLOWER.encode(&hasher.finalize())),
            length => hasher.update(part.get(..length).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_imprint_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), None);
        let imprint = Imprint {
            generation: Generation {
                workspace: "ab".to_owned(),
                number: 7,
            },
            closed: Some("cd".to_owned()),
        };
        write(folder.path(), &imprint).unwrap();
        assert_eq!(read(folder.path()).unwrap(), Some(imprint));
        let good = std::fs::read_to_string(path(folder.path())).unwrap();
        for bad in [
            good.replace('7', "9"),
            good.replace("cd", "ce"),
            good[..20].to_owned(),
            "x".repeat(5000),
        ] {
            std::fs::write(path(folder.path()), bad).unwrap();
            assert_eq!(read(folder.path()).unwrap(), None);
        }
    }
}
