//! Where `pull` writes to: a regular file, which is replaced in one step and only where `pull` has written it, standard output,
//! or whatever else can be written to under a name.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::output;
use crate::failure::{FAILED, Failure, WRONG_USE};
use model::formats::pulled::Form;
use protocol::secret::SecretText;
use text::Message;
use zeroize::Zeroizing;

/// How the first line of a file begins that `pull` has written, in a form that has comments. Eight bytes of a hash of the other
/// lines follow, by which it is seen whether anybody has changed them.
const MARK: &str = "# Written by deploy-tokens pull, which replaces it while it is unchanged: ";
/// Bytes of the hash.
const HASH: usize = 8;
/// Where files stand that a process has open.
const OPEN: [&str; 4] = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"];
/// A file that is longer was not written by `pull`.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What was named as the file, looked at before anything is asked of a server.
#[derive(Debug)]
pub(super) enum PullTarget {
    StandardOutput,
    /// A regular file, or one that is to be made; links are followed.
    File(PathBuf),
    /// A pipe, a device, or an open file of this process: it is written to as it is.
    Stream(PathBuf),
}

impl PullTarget {
    /// What is there. `force`: what `pull` has not written may be replaced.
    ///
    /// # Errors
    /// When it is a folder, a link to nothing, or a file that `pull` has not written.
    pub(super) fn look_at(path: &Path, force: bool) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::StandardOutput);
        }
        let kind = match fs::metadata(path) {
            Ok(kind) => kind,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                return Ok(Self::File(path.to_owned()));
            }
            Err(error) => return Err(cannot(path, &error)),
        };
        if kind.is_dir() {
            return Err(Failure::new(
                WRONG_USE,
                format!("{} is a folder.", path.display()),
                "Name a file in it with --file.",
            ));
        }
        // What a process has open is not replaced: it would go on with the old one.
        if !kind.is_file() || OPEN.iter().any(|open| path.starts_with(open)) {
            return Ok(Self::Stream(path.to_owned()));
        }
        let path = fs::canonicalize(path).map_err(|error| cannot(path, &error))?;
        if force || kind.len() == 0 || is_ours(&path).map_err(|error| cannot(&path, &error))? {
            return Ok(Self::File(path));
        }
        Err(Failure::new(
            WRONG_USE,
            format!(
                "{} is there, and was not written by pull, or was changed since. It is left as it is.",
                path.display()
            ),
            "Name another file with --file, or replace this one with --force.",
        ))
    }

    pub(super) fn is_standard_output(&self) -> bool {
        matches!(self, Self::StandardOutput)
    }

    /// Writes the text. A file has the mode and the owner that it had, or is for its owner alone.
    ///
    /// # Errors
    /// When it cannot be written; a file is then as it was.
    pub(super) fn write(&self, text: &SecretText, form: Form) -> Result<(), Failure> {
        // Exposed because writing the values in clear is what the command is for.
        match self {
            Self::StandardOutput => Ok(output::exactly(text.expose())?),
            Self::Stream(path) => OpenOptions::new()
                .append(true)
                .open(path)
                .and_then(|mut file| file.write_all(text.expose().as_bytes()))
                .map_err(|error| cannot(path, &error)),
            Self::File(path) => {
                let content = content(text, form);
                private_file::replace_as_it_is(path, content.expose().as_bytes())
                    .map_err(|error| cannot(path, &error))?;
                tell_who_may_read(path);
                Ok(())
            }
        }
    }
}

/// With the mark, where the form has comments.
fn content(text: &SecretText, form: Form) -> SecretText {
    // Exposed because writing the values in clear is what the command is for.
    let values = text.expose();
    let mut content = SecretText::with_capacity(values.len() + 256);
    if form.has_comments {
        content.push_str(&format!("{MARK}{}\n", hash(values.as_bytes())));
    }
    content.push_str(values);
    content
}

/// Whether a file is as `pull` has written it.
fn is_ours(path: &Path) -> io::Result<bool> {
    let content = match private_file::read(path, LONGEST) {
        Ok(content) => Zeroizing::new(content.unwrap_or_default()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(false),
        Err(error) => return Err(error),
    };
    let marked = content.strip_prefix(MARK.as_bytes());
    Ok(marked.is_some_and(|marked| {
        let end = marked.iter().position(|byte| *byte == b'\n');
        let split = end.and_then(|end| Some((marked.get(..end)?, marked.get(end + 1..)?)));
        split.is_some_and(|(said, values)| said == hash(values).as_bytes())
    }))
}

fn hash(values: &[u8]) -> String {
    let hash = Sha256::digest(values);
    hash.iter().take(HASH).map(|byte| format!("{byte:02x}")).collect()
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        FAILED,
        format!("{} cannot be written: {error}.", path.display()),
        "Name another file with --file, or check the folder's permissions.",
    )
}

/// A file that was there keeps its mode, which may be too wide for what is in it now.
#[cfg(unix)]
fn tell_who_may_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_or(0, |it| it.permissions().mode());
    if mode & 0o077 != 0 {
        output::warning(&Message::new(
            format!(
                "{} had the mode {:o} and has it still: others on this machine may read it.",
                path.display(),
                mode & 0o777
            ),
            "Take it from them: chmod 600.",
        ));
    }
}

#[cfg(not(unix))]
fn tell_who_may_read(_: &Path) {}
